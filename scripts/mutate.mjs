// Would the contracts' tests notice? Plants one small mistake after the other into contracts/src and runs the tests of
// each: a mistake that no test sees is a survivor. Survivors that are explained stand in contracts/survivors.json.
//
//   npm run mutate                        all of them: hours
//   npm run mutate -- --sample 12         a fixed dozen, spread over everything; what CI takes
//   npm run mutate -- --file Settlement   files whose path contains this
//   npm run mutate -- --list              only says what would be planted
//
// Works in a copy of the contracts beside the system's temporary files; this folder is not touched. Fuzz and invariant runs are
// shorter than in `npm test`. Exits with 1 when a survivor is not explained, or an explained one is noticed.
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { mutantsOf, sampleOf } from "./mutants.mjs";

const { values } = parseArgs({
  options: {
    sample: { type: "string" },
    file: { type: "string" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log("npm run mutate -- [--sample N] [--file PART-OF-PATH] [--list]");
  process.exit(0);
}
if (values.sample !== undefined && !/^[1-9]\d*$/.test(values.sample)) {
  console.error(`--sample: expected a number of mutants above 0, saw ${JSON.stringify(values.sample)}`);
  process.exit(2);
}

/** A mutant that makes a loop endless runs out of gas long before. */
const TIMEOUT_MS = 600_000;
const root = fileURLToPath(new URL("..", import.meta.url));
const sources = join(root, "contracts/src");
const explained = JSON.parse(readFileSync(join(root, "contracts/survivors.json"), "utf8"));

const files = readdirSync(sources, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".sol") && !name.startsWith("interfaces"))
  .filter((name) => values.file === undefined || name.includes(values.file))
  .sort();
const all = files.flatMap((name) => mutantsOf(name, readFileSync(join(sources, name), "utf8")));
const chosen = values.sample === undefined ? all : sampleOf(all, Number(values.sample));
if (chosen.length === 0) {
  console.error(`no mutants: no file of contracts/src has ${JSON.stringify(values.file)} in its path`);
  process.exit(2);
}
console.log(`${chosen.length} of ${all.length} mutants in ${files.length} files`);
if (values.list) {
  for (const { id, line } of chosen) console.log(`${String(line).padStart(5)}  ${id}`);
  process.exit(0);
}

const packaged = join(root, "node_modules/@foundry-rs/forge-linux-amd64/bin/forge");
const forge = existsSync(packaged) ? packaged : "forge";
const copy = mkdtempSync(join(tmpdir(), "tenor-mutate-"));
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

for (const name of [
  "foundry.toml",
  "scripts/solc.cjs",
  "test/vectors",
  "contracts/src",
  "contracts/test",
  "contracts/examples",
  "contracts/kit",
]) {
  if (!existsSync(join(root, name))) continue;
  mkdirSync(join(copy, name, ".."), { recursive: true });
  cpSync(join(root, name), join(copy, name), { recursive: true });
}
symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));

/** @returns "passed", "failed" (some test, or the time), or "refused" by the compiler */
async function runTests() {
  // Lint and gas snapshots have no part in it; without the optimizer's long search a build takes half the time.
  const env = {
    ...process.env,
    FOUNDRY_FUZZ_RUNS: "64",
    FOUNDRY_INVARIANT_RUNS: "8",
    FOUNDRY_OPTIMIZER_RUNS: "1",
    FOUNDRY_LINT_LINT_ON_BUILD: "false",
    NO_COLOR: "1",
  };
  const child = spawn(forge, ["test", "--fail-fast", "--no-match-path", "contracts/test/gas/*"], { cwd: copy, env });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += data));
  const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
  const code = await new Promise((resolve) => child.on("close", resolve));
  clearTimeout(timer);
  if (code === 0) return { verdict: "passed", said };
  return { verdict: /Compiler run failed/.test(said) ? "refused" : "failed", said };
}

const before = await runTests();
if (before.verdict !== "passed") {
  console.error(`the tests fail without any mutant:\n${before.said.slice(-4_000)}`);
  process.exit(1);
}

const counts = { killed: 0, refused: 0, survived: 0 };
const surprises = [];
for (const [i, mutant] of chosen.entries()) {
  const target = join(copy, "contracts/src", mutant.path);
  const original = readFileSync(join(sources, mutant.path), "utf8");
  writeFileSync(target, mutant.source);
  const { verdict } = await runTests();
  writeFileSync(target, original);
  const outcome = { passed: "survived", failed: "killed", refused: "refused" }[verdict];
  counts[outcome]++;
  const reason = explained[mutant.id];
  const isSurprise = (outcome === "survived") !== (reason !== undefined);
  if (outcome === "survived" || isSurprise) {
    const remark = reason === undefined ? "not explained" : outcome === "survived" ? reason : "explained, but noticed";
    console.log(
      `${outcome}: ${relative(root, join(sources, mutant.path))}:${mutant.line}: ${mutant.id}\n    ${remark}`,
    );
  }
  if (isSurprise && outcome !== "refused") surprises.push(mutant.id);
  console.log(
    `${i + 1} of ${chosen.length}: ${counts.killed} noticed, ${counts.survived} survived, ${counts.refused} do not compile`,
  );
}
const judged = counts.killed + counts.survived;
console.log(
  `score ${judged === 0 ? "–" : ((100 * counts.killed) / judged).toFixed(1)} % of ${judged}; ${surprises.length} to look at`,
);
process.exit(surprises.length === 0 ? 0 : 1);
