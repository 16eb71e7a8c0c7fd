// `npm run bench -- triggers`: what readers of stale option feeds would lose, by trigger rule, at equal gas (QUANT §6).
//
//   --quick            one seed, three days, no real market; test/e2e/bench-triggers.test.ts runs this
//   --json             one object a row
//   --transaction N --spot N --slice N   another gas table
//   --rest S           share of λ that a transaction leaves at most
//   --seeds-from N     seeds N to N + 4 instead of 1 to 5
//
// The market is a seeded Bates model (src/sim/trigger-bench/bates.ts) for 14 days of 30 s steps, and 21 days of real BTC
// minutes with the model's volatilities where ../shared/data (or TENOR_DATA) has them. The budget "1x" is what the untuned
// percent rule of 0.5 % and 5 % uses on that path, "4x" four times as much: 4.2 to 5.1 Mgas a day at our gas table, 6.8 to
// 8.2 at QUANT's (50 000, 10 000, 25 000), which says 6.2 to 7.8.
//
// The percent rule gets its best X and Y for the budget on the very path it is measured on, and 0.5 % more gas. There is no
// latency. The searches run in floating point; the integer judge is asked beside it and has to find the same due sets.
//
// QUANT leaves λ/2 behind a transaction. On these paths that gains 21 % at 1x and 32 % at 4x (19 and 30 % at QUANT's gas
// table), short of the 35 % wanted; 0.3 λ, which takes more along in each transaction, gains 25 and 35 % and is the default;
// on seeds 6 to 10, which had no part in that choice, 28 and 36 %.
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { judgeBook } from "../dist/quant/book-judge.js";
import { generatedPath, pathOfCloses } from "../dist/sim/trigger-bench/bates.js";
import { bestBook, bestClosedForm, bestPercent, referencePercent } from "../dist/sim/trigger-bench/equal-gas.js";
import { floatBook } from "../dist/sim/trigger-bench/float-book.js";
import { agreement, integerRule } from "../dist/sim/trigger-bench/integer-book.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dataFile = join(
  process.env.TENOR_DATA ?? join(root, "../shared/data"),
  "quant/market/btc_1m_20230301_20230321_multi.csv",
);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const SETTLEMENT_WINDOW_MS = 30 * MINUTE_MS;
const TOLERANCES = { spot: 3e-4, premium: 0.125, floor: 5e-6 };
const HEARTBEATS = { spotMs: 60 * MINUTE_MS, sliceMs: 240 * MINUTE_MS };
const SEEDS = 5;
const BUDGETS = [1, 4];
const MIN_GAIN = { 1: 15, 4: 35 };

function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  const value = at === -1 ? fallback : Number(process.argv[at + 1]);
  if (!(value > 0)) {
    process.stderr.write(`--${name} takes a number above zero\n`);
    process.exit(2);
  }
  return value;
}

function pathFor({ seed, days }) {
  if (seed !== null) return generatedPath(seed, days, 30_000);
  const [header, ...lines] = readFileSync(dataFile, "utf8").trim().split(/\r?\n/);
  const column = header.split(",").indexOf("usd_close");
  const closes = lines.map((line) => Number(line.split(",")[column]));
  return pathOfCloses(closes, Number(lines[0].split(",")[0]) * 1_000, MINUTE_MS, 1);
}

/** All rules at both budgets on one path. */
function compare(job) {
  const path = pathFor(job);
  const book = floatBook(path, TOLERANCES, SETTLEMENT_WINDOW_MS);
  const setting = { book, gas: job.gas, heartbeats: HEARTBEATS, tolerances: TOLERANCES, restShare: job.rest };
  const days = (path.steps * path.stepMs) / DAY_MS;
  const reference = referencePercent(setting);
  const rows = [{ name: job.name, budget: 1, rule: "untuned", days, ...reference }];
  const agreed = { compared: 0, differing: 0 };
  for (const budget of BUDGETS) {
    const gas = budget * reference.gas;
    const best = bestBook(setting, gas);
    rows.push({ name: job.name, budget, rule: "percent", days, ...bestPercent(setting, gas) });
    rows.push({ name: job.name, budget, rule: "closed form", days, ...bestClosedForm(setting, gas) });
    rows.push({ name: job.name, budget, rule: "book", days, ...best });
    const { compared, differing } = agreement(setting, best.lambda, SETTLEMENT_WINDOW_MS, 100);
    agreed.compared += compared;
    agreed.differing += differing;
  }
  return { rows, agreed };
}

/** Milliseconds of the integer judge for 12 expiries, when nothing is due and when everything is. */
function judgeSpeed(gas, rest) {
  const setting = { gas, tolerances: TOLERANCES, restShare: rest };
  const rule = integerRule(setting, 4, SETTLEMENT_WINDOW_MS);
  const nowMs = 1_767_600_000_000;
  const wad = (value) => BigInt(Math.round(value * 1e12)) * 1_000_000n;
  const slices = (vol) =>
    [1, 2, 3, 5, 8, 15, 30, 60, 90, 180, 270, 360].map((days) => {
      const theta = (vol * vol * days) / 365;
      const phi = 0.75 / Math.sqrt(theta);
      const svi = { a: 0.4887 * theta, b: 0.5 * theta * phi, rho: -0.15, m: 0.15 / phi, sigma: 0.98869 / phi };
      const integers = Object.fromEntries(Object.entries(svi).map(([name, value]) => [name, wad(value)]));
      return { expiryMs: nowMs + days * DAY_MS, fitTimeMs: nowMs, forwardRatio: wad(1 + 1e-4 * days), svi: integers };
    });
  const candidate = { spot: 6_000_000n, slices: slices(0.55) };
  const moved = { spot: 6_100_000n, slices: slices(0.6) };
  const time = (published) => {
    const repeats = 200;
    for (let i = 0; i < 50; i++) judgeBook({ published, candidate, reportTimeMs: nowMs, rule });
    const started = performance.now();
    for (let i = 0; i < repeats; i++) judgeBook({ published, candidate, reportTimeMs: nowMs, rule });
    return (performance.now() - started) / repeats;
  };
  return { quietMs: time(candidate), firingMs: time(moved) };
}

function inWorkers(jobs) {
  const queue = [...jobs];
  const results = new Map();
  const work = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      const worker = new Worker(fileURLToPath(import.meta.url), { workerData: job });
      results.set(
        job.name,
        await new Promise((resolve, reject) => {
          worker.once("message", resolve);
          worker.once("error", reject);
        }),
      );
    }
  };
  const lanes = Math.min(jobs.length, availableParallelism());
  return Promise.all(Array.from({ length: lanes }, work)).then(() => jobs.map(({ name }) => results.get(name)));
}

const HEADS = ["path", "gas", "rule", "mean bp", "leak bp", "p99 u", "worst u", "tx/day", "Mgas/day", "parameters"];

function cellsOf(row) {
  const numbers = [row.meanBp, row.leakBp].map((one) => one.toFixed(2));
  const us = [row.p99U, row.worstU].map((one) => one.toFixed(1));
  const perDay = [(row.transactions / row.days).toFixed(0), (row.gas / row.days / 1e6).toFixed(2)];
  return [row.name, `${row.budget}x`, row.rule, ...numbers, ...us, ...perDay, row.parameters];
}

function table(rows) {
  const lines = [HEADS, ...rows.map(cellsOf)];
  const widths = HEADS.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  const isText = (column) => column < 3 || column === HEADS.length - 1;
  return lines
    .map((cells) => cells.map((cell, i) => (isText(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  "))
    .join("\n");
}

function verdicts(results, isQuick) {
  const found = [];
  const say = (holds, claim) => found.push({ holds, claim });
  const rowOf = ({ rows }, budget, rule) => rows.find((row) => row.budget === budget && row.rule === rule);
  const gain = (result, budget) =>
    100 * (1 - rowOf(result, budget, "book").meanBp / rowOf(result, budget, "percent").meanBp);
  const seeded = results.filter(({ rows }) => rows[0].name !== "real BTC");
  for (const budget of BUDGETS) {
    const gains = seeded.map((result) => gain(result, budget));
    const shown = gains.map((one) => `${one.toFixed(1)} %`).join(", ");
    say(Math.min(...gains) > 0, `${budget}x: the book beats the best percent rule on every seed: ${shown}`);
    const average = gains.reduce((sum, one) => sum + one, 0) / gains.length;
    const wanted = MIN_GAIN[budget];
    if (!isQuick) say(average >= wanted, `${budget}x: by ${average.toFixed(1)} % on average, wanted ${wanted} %`);
  }
  for (const result of results.filter((one) => !seeded.includes(one))) {
    const gains = BUDGETS.map((budget) => gain(result, budget));
    const shown = gains.map((one, i) => `${one.toFixed(1)} % at ${BUDGETS[i]}x`).join(", ");
    say(Math.min(...gains) > 0, `on real BTC minutes the book beats the best percent rule by ${shown}`);
  }
  const books = results.flatMap(({ rows }) => rows.filter(({ rule }) => rule === "book"));
  const closest = Math.max(...books.map(({ worstU, lambda }) => worstU / lambda));
  say(closest <= 1, `no u of the book above λ on any path: at most ${closest.toFixed(4)} λ`);
  const compared = results.reduce((sum, { agreed }) => sum + agreed.compared, 0);
  const differing = results.reduce((sum, { agreed }) => sum + agreed.differing, 0);
  say(differing === 0, `the integer judge finds the same due set in ${compared - differing} of ${compared} steps`);
  return found;
}

async function main() {
  const isQuick = process.argv.includes("--quick");
  const isJson = process.argv.includes("--json");
  const gas = {
    transaction: option("transaction", 33_600),
    spot: option("spot", 7_150),
    slice: option("slice", 12_000),
  };
  const rest = option("rest", 0.3);
  const days = isQuick ? 3 : 14;
  const firstSeed = option("seeds-from", 1);
  const seeds = Array.from({ length: isQuick ? 1 : SEEDS }, (_, i) => firstSeed + i);
  const jobs = seeds.map((seed) => ({ name: `seed ${seed}`, seed, days, gas, rest }));
  const hasReal = existsSync(dataFile);
  if (!isQuick && hasReal) jobs.unshift({ name: "real BTC", seed: null, days: 21, gas, rest });
  const results = await inWorkers(jobs);
  const speed = judgeSpeed(gas, rest);
  const claims = verdicts(results, isQuick);
  const rows = results.flatMap((result) => result.rows);
  if (isJson) {
    for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
    for (const claim of claims) process.stdout.write(`${JSON.stringify(claim)}\n`);
  } else {
    const { transaction, spot, slice } = gas;
    process.stdout.write(`gas: ${transaction} a transaction, ${spot} a spot, ${slice} a slice; rest ${rest} λ\n\n`);
    process.stdout.write(`${table(rows)}\n\n`);
    for (const { holds, claim } of claims) process.stdout.write(`${holds ? "PASS" : "FAIL"}  ${claim}\n`);
    if (!isQuick && !hasReal) process.stdout.write("SKIP  real BTC minutes: not here, set TENOR_DATA\n");
    const { quietMs, firingMs } = speed;
    process.stdout.write(
      `\ninteger judge, 12 expiries: ${quietMs.toFixed(1)} ms when quiet, ${firingMs.toFixed(1)} ms when it fires\n`,
    );
  }
  process.exitCode = claims.every(({ holds }) => holds) ? 0 : 1;
}

if (isMainThread) await main();
else parentPort.postMessage(compare(workerData));
