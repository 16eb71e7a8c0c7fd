// Runs forge: the one from npm, else the one on PATH.
//
//   node scripts/forge.mjs build            compiles what changed (forge's cache knows)
//   node scripts/forge.mjs test [args]      all contract tests
//   node scripts/forge.mjs fmt [--check]    formats the contracts
//   node scripts/forge.mjs lint             forge's own linter, in folders of its own
//   node scripts/forge.mjs snapshot         measures gas and writes .gas-snapshot
//   node scripts/forge.mjs snapshot --check measures gas and compares with .gas-snapshot, 1 % tolerance
//   node scripts/forge.mjs <anything else>  as forge itself
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { forgeOf } from "./tools.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const forge = forgeOf(root);
const measuredDir = join(root, "contracts/cache/snapshots");
const snapshotFile = join(root, ".gas-snapshot");
const TOLERANCE = 0.01;

// forge 1.7 lints without making code, and leaves artifacts without bytecode that `build` then takes for fresh ones. So
// its linter gets folders of its own.
const LINT_FOLDERS = { FOUNDRY_OUT: "contracts/cache/lint/out", FOUNDRY_CACHE_PATH: "contracts/cache/lint/cache" };

function runForge(args) {
  const env = args[0] === "lint" ? { ...process.env, ...LINT_FOLDERS } : process.env;
  const run = spawnSync(forge, args, { cwd: root, env, stdio: "inherit" });
  if (run.error !== undefined) {
    console.error(`forge did not start (${run.error.message}). Looked for the one from npm and for "forge" on PATH.`);
    return 127;
  }
  return run.status ?? 1;
}

/** Lines `group: name: gas`, sorted as numbers inside names are, so that 10 follows 4. */
function readMeasured() {
  const lines = [];
  for (const file of existsSync(measuredDir) ? readdirSync(measuredDir) : []) {
    const group = file.replace(/\.json$/, "");
    const entries = Object.entries(JSON.parse(readFileSync(join(measuredDir, file), "utf8")));
    for (const [name, gas] of entries) lines.push(`${group}: ${name}: ${gas}`);
  }
  return lines.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

function parse(lines) {
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(":")), Number(line.slice(line.lastIndexOf(":") + 1))]),
  );
}

function compare(measuredLines) {
  if (!existsSync(snapshotFile)) {
    console.error(".gas-snapshot is missing: run `node scripts/forge.mjs snapshot` and commit it");
    return 1;
  }
  const wanted = parse(readFileSync(snapshotFile, "utf8").trim().split("\n"));
  const measured = parse(measuredLines);
  let failures = 0;
  for (const name of new Set([...wanted.keys(), ...measured.keys()])) {
    const before = wanted.get(name);
    const now = measured.get(name);
    const close = before !== undefined && now !== undefined && Math.abs(now - before) <= TOLERANCE * before;
    if (!close) failures += 1;
    console.log(
      `${close ? "ok " : "BAD"} ${name}: ${now ?? "not measured"}, .gas-snapshot says ${before ?? "nothing"}`,
    );
  }
  return failures === 0 ? 0 : 1;
}

function snapshot(check) {
  rmSync(measuredDir, { recursive: true, force: true });
  const status = runForge(["test", "--match-path", "contracts/test/gas/*"]);
  if (status !== 0) return status;
  const lines = readMeasured();
  if (lines.length === 0) {
    console.error("no gas was measured: does contracts/test/gas still hold tests?");
    return 1;
  }
  if (check) return compare(lines);
  writeFileSync(snapshotFile, `${lines.join("\n")}\n`);
  console.log(lines.join("\n"));
  return 0;
}

// forge formats sources and tests by itself, and the examples when it is told to.
const FORMATTED = ["contracts/src", "contracts/test", "contracts/examples"];

const [command, ...rest] = process.argv.slice(2);
if (command === "fmt" && rest.every((arg) => arg.startsWith("--"))) rest.push(...FORMATTED);
process.exitCode =
  command === "snapshot"
    ? snapshot(rest.includes("--check"))
    : runForge(command === undefined ? ["--help"] : [command, ...rest]);
