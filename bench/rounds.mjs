// `npm run bench -- rounds`: what a round costs and how long it takes, measured on this machine beside the figures of peers.
// Nodes are real processes, each in a network namespace of its own, in the part "wires" every line through a proxy that
// delays it; without root or `ip` they share the loopback, and no line is delayed.
//   --json          one object a line
//   --seconds N     how long each row is measured
//   --nodes 4,7,16  committees of the first part      --delays 0,50   one way, ms
//   --rows LIST     of wires, feeds, rate, shipped, gas; all of them when left out
//   --sets 16x100   committees and their number of feeds, of the part "feeds"
//   --slots 1000    slots of the part "feeds", ms: longer ones where the machine has too few cores for one a second
//   --warm-up 12    seconds of rounds that are run and not counted, for the compiler and the sources: sixteen nodes take minutes
//   --profile DIR   CPU profiles of every node go there
// Figures of a shared machine are noisy: compare ratios, and quote the last table in bench/last.txt with its date.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { namespacesMissing } from "../dist/devnet/wires/namespaces.js";
import { gasRows } from "./gas-rows.mjs";
import { Bench } from "./measured-round.mjs";
import { numberOption, numbersOption, textOption } from "./options.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const asJson = process.argv.includes("--json");
const seconds = numberOption("--seconds", 60, { low: 10, high: 3_600 });
const committees = numbersOption("--nodes", [4, 7, 16], { low: 4, high: 16 });
const delaysMs = numbersOption("--delays", [0, 50], { low: 0, high: 1_000 });
const parts = textOption("--rows", "wires,feeds,rate,shipped,gas").split(",");
const slotsMs = numbersOption("--slots", [1_000], { low: 250, high: 60_000 });
const warmUpSec = numberOption("--warm-up", 12, { low: 5, high: 3_600 });
const sets = textOption("--sets", "16x100,4x500");
const profileDir = textOption("--profile", null);
if (profileDir !== null) mkdirSync(profileDir, { recursive: true });
const missing = namespacesMissing();
const wired = missing === null;
const say = (line) => asJson || process.stdout.write(`${line}\n`);
if (!wired) process.stderr.write(`no namespaces, all nodes share the loopback and nothing is delayed: ${missing}\n`);

const rows = [];
const row = (name, value, unit, anchor) => {
  rows.push({ name, value, unit, anchor });
  if (asJson) process.stdout.write(`${JSON.stringify(rows.at(-1))}\n`);
};

const messages = {
  ours: (n, t) => (n - 1) * (n + 1 + t),
  ocr2: (n) => 5 * (n - 1) + n * (n - 1),
  ocr3: (n) => 3 * (n - 1) + 3 * n * (n - 1),
};

const TARGETS = { "4/0": { p50: 40, p99: 120 }, "4/50": { p50: 250, p99: 450 }, "7/50": { p50: 250, p99: 450 } };

function latencyRows(label, delayMs, found) {
  const target = TARGETS[`${found.n}/${delayMs}`];
  const say99 = target === undefined ? "no target" : `target ${target.p99}`;
  row(
    `${label}: slot start → signature at all nodes, p50`,
    found.p50Ms,
    "ms",
    target === undefined
      ? "3 delays; OCR2 4 + grace, OCR3 5 + grace"
      : `target ${target.p50}; 3 delays, OCR2 4 + grace, OCR3 5 + grace`,
  );
  row(`${label}: slot start → signature at all nodes, p99`, found.p99Ms, "ms", say99);
  row(
    `${label}: three delays and the busiest node's own work, p50`,
    3 * delayMs + found.workP50Ms,
    "ms",
    `target 250; work ${found.workP50Ms.toFixed(1)}`,
  );
  row(`${label}: rounds completed at all nodes`, 100 * found.completeRatio, "%", `100, of ${found.rounds} rounds`);
}

function costRows(label, found) {
  const { n, t } = found;
  row(
    `${label}: CPU per node and round`,
    found.cpuMsPerNodeRound,
    "ms",
    `${(100 * found.cpuCoreRatio).toFixed(1)} % of a core, target 10 at n = 16; all the node does`,
  );
  row(
    `${label}: bytes sent per node and round`,
    found.bytesPerNodeRound,
    "bytes",
    Number.isNaN(found.wireBytesPerRound) ? "TCP payload" : `${Math.round(found.wireBytesPerRound)} over all wires`,
  );
  row(
    `${label}: messages sent per round, all nodes`,
    found.messagesPerRound,
    "",
    `rule ${messages.ours(n, t)}; OCR2 ${messages.ocr2(n)}, OCR3 ${messages.ocr3(n)}; ${found.relayedPerRound.toFixed(1)} also by gossip`,
  );
}

function stepsText(label, { steps }) {
  const cells = Object.entries(steps).map(
    ([step, { afterMs, cpuMs }]) => `${step} ${afterMs.toFixed(0)} (${cpuMs.toFixed(1)})`,
  );
  say(`${label}: slowest node after the slot's start, ms, with its CPU since then: ${cells.join(", ")}`);
}

async function withBench(options, work) {
  const bench = await Bench.start({ wired, profileDir, warmUpSec, ...options }, say);
  try {
    await work(bench);
  } finally {
    await bench.stop();
  }
}

if (parts.includes("wires")) {
  for (const nodes of committees) {
    await withBench({ nodes, slotMs: 1_000, feeds: 2, isBent: true }, async (bench) => {
      for (const delayMs of wired ? delaysMs : [0]) {
        bench.delay(delayMs);
        const found = await bench.measure(seconds);
        const label = `n=${nodes}, ${delayMs} ms one way`;
        latencyRows(label, delayMs, found);
        if (delayMs === 0) costRows(label, found);
        stepsText(label, found);
      }
    });
  }
}

const feedSets = sets.split(",").map((text) => text.split("x").map(Number));
if (parts.includes("feeds")) {
  for (const [nodes, feeds, slotMs] of feedSets.flatMap((set) => slotsMs.map((each) => [...set, each]))) {
    await withBench({ nodes, slotMs, feeds, isBent: false }, async (bench) => {
      const found = await bench.measure(seconds);
      const label = `n=${nodes}, ${feeds} feeds${slotMs === 1_000 ? "" : `, a slot of ${slotMs} ms`}`;
      row(`${label}: feeds agreed on in one signature`, found.agreedFeeds, "feeds", `of ${found.feeds}`);
      latencyRows(label, 0, found);
      costRows(label, found);
      stepsText(label, found);
    });
  }
}

if (parts.includes("rate")) {
  await withBench({ nodes: 7, slotMs: 250, feeds: 2, isBent: false }, async (bench) => {
    const found = await bench.measure(seconds);
    row(
      "n=7, 4 slots a second: rounds completed at all nodes",
      100 * found.completeRatio,
      "%",
      `target 100, of ${found.rounds} rounds`,
    );
    row("n=7, 4 slots a second: slot start → signature at all nodes, p50", found.p50Ms, "ms", "of 250");
    costRows("n=7, 4 slots a second", found);
  });
}

if (parts.includes("shipped")) {
  await withBench({ nodes: 4, slotMs: 1_000, feeds: 26, isBent: false }, async (bench) => {
    const found = await bench.measure(seconds);
    latencyRows("n=4, the shipped feeds", 0, found);
    costRows("n=4, the shipped feeds", found);
    row("n=4, the shipped feeds: resident memory per node", found.rssBytes / 1_048_576, "MiB", "target 250");
    stepsText("n=4, the shipped feeds", found);
  });
}

if (parts.includes("gas")) for (const { name, value, unit, anchor } of gasRows()) row(name, value, unit, anchor);

if (!asJson) {
  const shown = rows.map(({ name, value, unit, anchor }) => [
    name,
    value >= 100 ? value.toFixed(0) : value.toFixed(1),
    unit,
    anchor,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...shown.map((cells) => cells[column].length)));
  const lines = shown.map(
    ([name, value, unit, anchor]) =>
      `${name.padEnd(widths[0])}  ${value.padStart(widths[1])} ${unit.padEnd(widths[2])}  ${anchor}`,
  );
  const where = wired ? "namespaces" : "loopback";
  const load = loadavg()[1].toFixed(1);
  const head = `Node ${process.version}, ${cpus().length} cores, load ${load}, ${new Date().toISOString().slice(0, 10)}, ${seconds} s a row, ${where}`;
  const table = `${head}\n${lines.join("\n")}\n`;
  process.stdout.write(`\n${table}`);
  writeFileSync(join(root, "bench", "last.txt"), table);
}
