// Builds the page into dist/dashboard: tsc's output as native modules, the html, css and icon, and uPlot's own module.
//   node scripts/dashboard.mjs [--out DIR]
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "src", "dashboard");
const require = createRequire(import.meta.url);

/** @returns {string} path of TypeScript's command line, without npx and its start-up time */
function compiler() {
  return join(dirname(require.resolve("@typescript/native/package.json")), "bin", "tsc");
}

/**
 * @param {{ out?: string }} [options] out: folder that will hold index.html
 * @returns {string} that folder
 */
export function buildDashboard({ out = join(root, "dist", "dashboard") } = {}) {
  // tsc also emits the API's types-only modules; only the page's own leave the temporary folder.
  const compiled = mkdtempSync(join(tmpdir(), "tenor-dashboard-"));
  try {
    execFileSync(process.execPath, [compiler(), "-p", join(source, "tsconfig.json"), "--outDir", compiled], {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
    });
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out, { recursive: true });
    cpSync(join(compiled, "dashboard"), out, { recursive: true });
  } finally {
    rmSync(compiled, { recursive: true, force: true });
  }
  for (const file of readdirSync(source)) {
    if (/\.(html|css|svg)$/.test(file)) cpSync(join(source, file), join(out, file));
  }
  const uplot = join(root, "node_modules", "uplot", "dist");
  cpSync(join(uplot, "uPlot.esm.js"), join(out, "uplot.js"));
  cpSync(join(uplot, "uPlot.min.css"), join(out, "uplot.css"));
  return out;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const at = process.argv.indexOf("--out");
  const out = at === -1 ? undefined : process.argv[at + 1];
  if (at !== -1 && out === undefined) {
    process.stderr.write("dashboard: --out wants a folder\n");
    process.exit(2);
  }
  process.stdout.write(`${buildDashboard(out === undefined ? {} : { out: resolve(out) })}\n`);
}
