// Builds what runs: TypeScript to dist/, the page to dist/dashboard, contract artifacts to dist/contracts.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildDashboard } from "./dashboard.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const quiet = process.argv.includes("--quiet");
const CONTRACTS = ["OracleHub", "FeedReader", "VolSurface", "FeedRegistry", "Committee", "Settlement"];

function step(name, command, args) {
  const startedMs = Date.now();
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}`);
    process.stderr.write(`build: ${name} failed${result.error ? `: ${result.error.message}` : ""}\n`);
    process.exit(1);
  }
  if (!quiet) process.stdout.write(`build: ${name} (${Date.now() - startedMs} ms)\n`);
}

for (const room of ["base", "cli", "node", "sim"]) rmSync(join(root, "dist", room), { recursive: true, force: true });
step("types and modules", process.execPath, [
  join("node_modules", "@typescript", "native", "bin", "tsc"),
  "-p",
  "tsconfig.build.json",
]);
await buildDashboard();
step("contracts", process.execPath, ["scripts/forge.mjs", "build"]);
mkdirSync(join(root, "dist", "contracts"), { recursive: true });
for (const name of CONTRACTS) {
  const artifact = JSON.parse(readFileSync(join(root, "contracts", "out", `${name}.sol`, `${name}.json`), "utf8"));
  const kept = { abi: artifact.abi, bytecode: artifact.bytecode.object };
  writeFileSync(join(root, "dist", "contracts", `${name}.json`), `${JSON.stringify(kept)}\n`);
}
