// Builds what runs: TypeScript to dist/, the program to dist/bin, the page to dist/dashboard, contract artifacts to
// dist/contracts. Where nothing that goes in has changed it does nothing, and of several at once one builds: programs that
// run from dist/ keep theirs.
//   node scripts/build.mjs [--quiet] [--force]
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.mjs";
import { buildDashboard } from "./dashboard.mjs";
import { digestOfFiles } from "./tools.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const quiet = process.argv.includes("--quiet");
const CONTRACTS = ["OracleHub", "FeedReader", "VolSurface", "FeedRegistry", "Committee", "Settlement", "BlockGapLog"];
const INPUTS = [
  "src",
  "contracts/examples",
  "contracts/kit",
  "contracts/src",
  "contracts/test",
  "foundry.toml",
  "package-lock.json",
  "scripts/build.mjs",
  "scripts/bundle.mjs",
  "scripts/dashboard.mjs",
  "scripts/forge.mjs",
  "scripts/tools.mjs",
  "tsconfig.build.json",
  "tsconfig.json",
];
const OUTPUTS = [
  "bin/tenor.js",
  "dashboard/index.html",
  "../contracts/out/Consumers.sol/CarefulConsumer.json",
  ...CONTRACTS.map((name) => `contracts/${name}.json`),
];
/** Of what dist/ was made; written last. */
const STAMP = join(dist, "made-of");
const LOCK = join(root, ".build-lock");
const LOCK_POLL_MS = 200;

function isMade(stamp) {
  const isThere = OUTPUTS.every((output) => existsSync(join(dist, output)));
  return isThere && existsSync(STAMP) && readFileSync(STAMP, "utf8") === stamp;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Waits for a build that runs. One that was killed leaves its lock; it holds for nobody. */
async function lock() {
  let isTold = false;
  for (;;) {
    try {
      writeFileSync(LOCK, `${process.pid}`, { flag: "wx" });
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const holder = existsSync(LOCK) ? Number(readFileSync(LOCK, "utf8")) : 0;
    if (holder > 0 && !isAlive(holder)) rmSync(LOCK, { force: true });
    else if (holder > 0 && !isTold) {
      process.stderr.write(`build: waiting for process ${holder}; if that is no build, remove .build-lock\n`);
      isTold = true;
    }
    await sleepFor(LOCK_POLL_MS);
  }
}

function tell(name, startedMs) {
  if (!quiet) process.stdout.write(`build: ${name} (${Date.now() - startedMs} ms)\n`);
}

function step(name, command, args) {
  const startedMs = Date.now();
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}`);
    throw new Error(`${name} failed${result.error ? `: ${result.error.message}` : ""}`);
  }
  tell(name, startedMs);
}

async function build(stamp) {
  rmSync(STAMP, { force: true });
  for (const room of ["base", "cli", "node", "sim"]) rmSync(join(dist, room), { recursive: true, force: true });
  const compiler = join("node_modules", "@typescript", "native", "bin", "tsc");
  step("types and modules", process.execPath, [compiler, "-p", "tsconfig.build.json"]);
  const startedMs = Date.now();
  await bundle();
  tell("program", startedMs);
  buildDashboard();
  step("contracts", process.execPath, ["scripts/forge.mjs", "build"]);
  mkdirSync(join(dist, "contracts"), { recursive: true });
  for (const name of CONTRACTS) {
    const artifact = JSON.parse(readFileSync(join(root, "contracts", "out", `${name}.sol`, `${name}.json`), "utf8"));
    const kept = { abi: artifact.abi, bytecode: artifact.bytecode.object };
    writeFileSync(join(dist, "contracts", `${name}.json`), `${JSON.stringify(kept)}\n`);
  }
  writeFileSync(STAMP, stamp);
}

const force = process.argv.includes("--force");
// What goes in, and the Node that compiles.
const stamp = `${process.version} ${digestOfFiles(root, INPUTS)}`;
if (force || !isMade(stamp)) {
  await lock();
  try {
    // The build that was waited for may have made it.
    if (force || !isMade(stamp)) await build(stamp);
    else if (!quiet) process.stdout.write("build: made by another\n");
  } catch (error) {
    process.stderr.write(`build: ${error.message}\n`);
    process.exitCode = 1;
  } finally {
    rmSync(LOCK, { force: true });
  }
} else if (!quiet) process.stdout.write("build: nothing has changed\n");
