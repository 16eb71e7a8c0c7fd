// Would the contracts' tests notice? Plants one small mistake after the other into contracts/src and runs the tests of
// each: a mistake that no test sees is a survivor. Survivors that are explained stand in contracts/survivors.json.
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { digestOf, mutantsOf, sampleOf } from "./mutants.mjs";
import { MutationGround } from "./mutation-ground.mjs";
import { digestOfFiles } from "./tools.mjs";

const HELP = `npm run mutate -- [options]    plants mistakes into contracts/src and runs the contracts' tests on each

  --sample N     a fixed N of them, spread over everything
  --file PART    of files whose path contains this, such as Settlement
  --name PART    whose name contains this: one survivor again, or all of a line
  --part I/N     the I-th of N parts, for several machines
  --list         only says what would be planted
  --fresh        judges again what was judged before on the same contracts and tests
  --new          only what has no verdict yet: one that survived other tests still counts as a survivor, though a new test
                 may notice it, and one that was noticed as noticed
  --open         the same, and survivors that nobody has explained are judged again: did the tests since then close the holes?

Works in a copy; this folder is not touched. What is judged is written down at once (contracts/cache/mutation.jsonl) and
not judged again. Ends with 1 when a survivor is not explained in contracts/survivors.json, or an explained one is noticed.`;

function refuse(why) {
  console.error(why);
  process.exit(2);
}

function parsed() {
  try {
    return parseArgs({
      options: {
        sample: { type: "string" },
        file: { type: "string" },
        name: { type: "string", default: "" },
        part: { type: "string", default: "1/1" },
        list: { type: "boolean", default: false },
        fresh: { type: "boolean", default: false },
        new: { type: "boolean", default: false },
        open: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    return refuse(`${error.message}\n\n${HELP}`);
  }
}

const values = parsed();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
if (values.sample !== undefined && !/^[1-9]\d*$/.test(values.sample)) {
  refuse(`--sample: expected a number of mutants above 0, saw ${JSON.stringify(values.sample)}`);
}
const [, part, parts] = (/^([1-9]\d*)\/([1-9]\d*)$/.exec(values.part) ?? []).map(Number);
if (part === undefined || part > parts)
  refuse(`--part: expected I/N with I from 1 to N, saw ${JSON.stringify(values.part)}`);

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = join(root, "contracts/src");
const explained = JSON.parse(readFileSync(join(root, "contracts/survivors.json"), "utf8"));

const files = readdirSync(sources, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".sol") && !name.startsWith("interfaces"))
  .filter((name) => values.file === undefined || name.includes(values.file))
  .sort();
const all = files
  .flatMap((name) => mutantsOf(name, readFileSync(join(sources, name), "utf8")))
  .filter(({ id }) => id.includes(values.name));
const sample = values.sample === undefined ? all : sampleOf(all, Number(values.sample));
const chosen = sample.filter((_, i) => i % parts === part - 1);
if (files.length === 0) refuse(`no mutants: no file of contracts/src has ${JSON.stringify(values.file)} in its path`);
if (all.length === 0) refuse(`no mutants: none has ${JSON.stringify(values.name)} in its name`);
console.log(`${chosen.length} of ${all.length} mutants in ${files.length} files`);
if (values.list) {
  for (const { id, line } of chosen) console.log(`${String(line).padStart(5)}  ${id}`);
  process.exit(0);
}

const ground = new MutationGround(root);
process.on("exit", () => ground.remove());
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

const record = join(root, "contracts/cache/mutation.jsonl");
mkdirSync(dirname(record), { recursive: true });
if (values.fresh) writeFileSync(record, "");
const recorded = new Map();
for (const line of existsSync(record) ? readFileSync(record, "utf8").split("\n") : []) {
  if (line === "") continue;
  const verdict = JSON.parse(line);
  recorded.set(verdict.id, verdict);
}

/** Of the copies that are judged, whatever changes here meanwhile. */
const digests = new Map();
function digestBehind(path, by) {
  const key = `${path} ${by}`;
  if (!digests.has(key)) {
    const files = ["foundry.toml", "test/vectors", ...ground.filesBehind(path, by)];
    digests.set(key, digestOfFiles(ground.dir, files).slice(0, 16));
  }
  return digests.get(key);
}

/** The verdict on record, when nothing that it rests on has changed; else null. */
function known({ id, path }) {
  const verdict = recorded.get(id);
  if (verdict === undefined) return null;
  const isOpen = verdict.outcome === "survived" && explained[id] === undefined;
  const counts = values.new || (values.open && !isOpen) || digestBehind(path, verdict.by) === verdict.behind;
  return counts ? verdict.outcome : null;
}

const missing = chosen.filter((mutant) => known(mutant) === null);
if (missing.length > 0) {
  console.log(`${missing.length} to judge; first the tests without any mutant`);
  const failure = await ground.prepare();
  if (failure !== null) {
    console.error(`the tests fail without any mutant:\n${failure.slice(-4_000)}`);
    process.exit(1);
  }
}

const counts = { killed: 0, refused: 0, survived: 0 };
const surprises = [];
// In the order of their digests: what is judged when a run is stopped is a fair sample.
const shuffled = chosen.toSorted((a, b) => (digestOf(a) < digestOf(b) ? -1 : 1));
for (const [i, mutant] of shuffled.entries()) {
  const { id } = mutant;
  let outcome = known(mutant);
  if (outcome === null) {
    const verdict = await ground.judge(mutant, recorded.get(id)?.by ?? null);
    outcome = verdict.outcome;
    appendFileSync(record, `${JSON.stringify({ id, ...verdict, behind: digestBehind(mutant.path, verdict.by) })}\n`);
  }
  counts[outcome]++;
  const reason = explained[id];
  const isSurprise = outcome !== "refused" && (outcome === "survived") !== (reason !== undefined);
  if (outcome === "survived" || isSurprise) {
    const remark = reason === undefined ? "not explained" : outcome === "survived" ? reason : "explained, but noticed";
    console.log(`${outcome}: contracts/src/${mutant.path}:${mutant.line}: ${id}\n    ${remark}`);
  }
  if (isSurprise) surprises.push(id);
  console.log(
    `${i + 1} of ${chosen.length}: ${counts.killed} noticed, ${counts.survived} survived, ${counts.refused} do not compile`,
  );
}
const judged = counts.killed + counts.survived;
const score = judged === 0 ? "–" : ((100 * counts.killed) / judged).toFixed(1);
console.log(`score ${score} % of ${judged}; ${surprises.length} to look at`);
process.exit(surprises.length === 0 ? 0 : 1);
