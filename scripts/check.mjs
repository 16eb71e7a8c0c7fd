// `npm run check`: everything that is decided without running the code. All checks run, each says how long it took.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, "node_modules", ".bin", name);
const LINES_MAX = 300;

function run(name, command, args) {
  const startedMs = Date.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => resolve({ name, ok: false, output: error.message, ms: Date.now() - startedMs }));
    child.on("close", (code) => resolve({ name, ok: code === 0, output, ms: Date.now() - startedMs }));
  });
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

const PURE_ROOMS = ["base", "quant", "market", "report", "threshold", "feeds", "protocol", "evidence", "sim"];

/** What no linter rule says: file length, and the power operator, on which Node versions disagree. */
function houseRules() {
  const startedMs = Date.now();
  const problems = [];
  for (const folder of ["src", "contracts/src", "contracts/examples", "contracts/kit", "contracts/test"]) {
    for (const file of filesBelow(join(root, folder))) {
      if (!/\.(ts|sol)$/.test(file)) continue;
      const text = readFileSync(file, "utf8");
      const name = relative(root, file);
      const lines = text.split("\n").length - 1;
      if (lines > LINES_MAX) problems.push(`${name}: ${lines} lines, at most ${LINES_MAX}`);
      if (PURE_ROOMS.some((room) => name.startsWith(`src/${room}/`))) {
        text.split("\n").forEach((line, i) => {
          const code = line.replace(/\/\/.*$/, "").replace(/^\s*\/?\*.*$/, "");
          // 10n ** 8n on integers is exact; the float operator is not.
          if (/[^*/]\*\*[^*/]/.test(code) && !/\dn \*\* |\*\* BigInt\(|\*\* \d+n|n \*\* /.test(code)) {
            problems.push(`${name}:${i + 1}: ** on floats, whose last bit differs between Node versions`);
          }
        });
      }
    }
  }
  return { name: "house rules", ok: problems.length === 0, output: problems.join("\n"), ms: Date.now() - startedMs };
}

const node = process.execPath;
const results = [
  houseRules(),
  ...(await Promise.all([
    run("types", bin("tsc"), ["-p", "tsconfig.json", "--noEmit"]),
    run("types of the page", bin("tsc"), ["-p", "src/dashboard/tsconfig.json", "--noEmit"]),
    run("lint", bin("oxlint"), ["--type-aware", "--deny-warnings", "src", "test"]),
    run("format", bin("biome"), ["format", "."]),
    run("format of the contracts", node, ["scripts/forge.mjs", "fmt", "--check"]),
    run("walls", bin("depcruise"), ["src", "--output-type", "err"]),
    run("dead code", bin("knip"), []),
  ])),
];
for (const { name, ok, output, ms } of results) {
  if (!ok) process.stdout.write(`${output.trimEnd()}\n`);
  process.stdout.write(`${ok ? "ok  " : "FAIL"} ${name} (${ms} ms)\n`);
}
process.exit(results.every(({ ok }) => ok) ? 0 : 1);
