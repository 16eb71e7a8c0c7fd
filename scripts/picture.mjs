// `npm run picture`: takes the README's pictures of the page, the feeds and the surface, from a real devnet with three
// minutes of history.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), "tenor-picture-"));
const environment = { ...process.env, TENOR_REQUIRE_ALL: "1", TENOR_SCREENSHOTS: folder, TENOR_PICTURE_SECONDS: "180" };
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const run = spawnSync(process.execPath, [vitest, "run", "test/e2e/page.test.ts"], {
  cwd: root,
  env: environment,
  stdio: "inherit",
});
if (run.status === 0) {
  const images = join(root, "docs", "images");
  mkdirSync(images, { recursive: true });
  for (const [from, to] of [
    ["devnet-1400-top.png", "dashboard.png"],
    ["devnet-surface.png", "surface.png"],
  ]) {
    copyFileSync(join(folder, from), join(images, to));
    process.stdout.write(`docs/images/${to} is new\n`);
  }
}
rmSync(folder, { recursive: true, force: true });
process.exit(run.status ?? 1);
