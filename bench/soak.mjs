// `npm run soak -- --minutes 60 --slot-ms 250`: four nodes run for long, and what they hold must not grow. Every ten seconds
// (--every) each node's garbage is collected through its inspector and its heap, resident memory and open files are written down.
// The verdict is the slope of the heap after the first ten minutes, by least squares, at most 5 MB an hour, and as many
// open files at the end as after the start. Exit code 1 otherwise.
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { Devnet } from "../dist/devnet/devnet.js";
import { shippedFeeds } from "../dist/devnet/paths.js";
import { headOf, numberOption, textOption } from "./options.mjs";
import { leastSquares, median } from "./statistics.mjs";

if (process.argv.includes("--help")) {
  process.stdout.write(`${headOf(new URL(import.meta.url))}\n`);
  process.exit(0);
}
const minutes = numberOption("--minutes", 60, { low: 0.5, high: 2_880 });
const slotMs = numberOption("--slot-ms", 250, { low: 250, high: 60_000 });
const nodes = numberOption("--nodes", 4, { low: 4, high: 16 });
const keepDir = textOption("--keep", null);
/** Fewer feeds leave room for the protocol on a small machine: names, or "all". */
const feedNames = textOption("--feeds", "all");
const HEAP_SLOPE_MAX_MB_PER_HOUR = 5;
const sampleEveryMs = 1_000 * numberOption("--every", 10, { low: 1, high: 600 });
/** Compiled code, caches and the last 60 rounds fill up at first. */
const WARM_UP_MS = Math.min(10, minutes / 3) * 60_000;
/** A poll or two more may be open in one sample than in another. */
const FILES_DRIFT_MAX = 2;
const MB = 1_048_576;

const feeds =
  feedNames === "all"
    ? shippedFeeds()
    : shippedFeeds().filter((file) => feedNames.split(",").some((name) => file.endsWith(`/${name}.json`)));

/** The inspector of one node: garbage collected, then the heap that is still in use. */
class Inspector {
  #socket;
  #next = 0;
  #waiting = new Map();

  static async open(logFile) {
    let url = null;
    for (let i = 0; url === null && i < 100; i++) {
      url = /Debugger listening on (ws:\S+)/.exec(readFileSync(logFile, "utf8"))?.[1] ?? null;
      if (url === null) await sleep(100);
    }
    if (url === null) throw new Error(`${logFile} tells of no inspector`);
    const inspector = new Inspector();
    inspector.#socket = new WebSocket(url, { perMessageDeflate: false });
    await new Promise((resolve, reject) => {
      inspector.#socket.once("open", resolve);
      inspector.#socket.once("error", reject);
    });
    inspector.#socket.on("message", (text) => {
      const { id, result } = JSON.parse(text);
      inspector.#waiting.get(id)?.(result);
      inspector.#waiting.delete(id);
    });
    return inspector;
  }

  async #ask(method) {
    const id = ++this.#next;
    const answer = new Promise((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method }));
    return await answer;
  }

  async heapBytes() {
    await this.#ask("HeapProfiler.collectGarbage");
    return (await this.#ask("Runtime.getHeapUsage")).usedSize;
  }

  close() {
    this.#socket.close();
  }
}

function processOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const rssBytes = 1_024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]);
  return { rssBytes, files: readdirSync(`/proc/${pid}/fd`).length };
}

async function roundsCompleted(apiUrl) {
  const text = await (await fetch(`${apiUrl}/metrics`)).text();
  return Number(/^tenor_rounds_completed_total (\d+)/m.exec(text)?.[1] ?? 0);
}

const devnet = await Devnet.start(
  {
    nodes,
    slotMs,
    live: false,
    marketArguments: [],
    apiPort: 0,
    logLevel: "info",
    blockTimeSec: 1,
    settleEveryMs: 60_000,
    feeds,
    ...(keepDir === null ? {} : { keepDir }),
    nodeSetup: () => ({ runtime: ["--inspect=127.0.0.1:0"] }),
  },
  { progress: (line) => process.stdout.write(`${line}\n`) },
);
const inspectors = await Promise.all(devnet.nodes.map(({ paths }) => Inspector.open(paths.log)));
const samples = devnet.nodes.map(() => []);
let isInterrupted = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, () => {
    process.stdout.write(`ended by ${signal}\n`);
    isInterrupted = true;
  });
}
const record = keepDir === null ? null : join(keepDir, "soak.jsonl");
if (record !== null) mkdirSync(keepDir, { recursive: true });
if (record !== null) writeFileSync(record, "");

let fallen = null;
try {
  const startedMs = performance.now();
  const endMs = startedMs + minutes * 60_000;
  let nextTellMs = 0;
  for (let k = 1; performance.now() < endMs && !isInterrupted && fallen === null; k++) {
    await sleep(Math.max(0, startedMs + k * sampleEveryMs - performance.now()));
    fallen = devnet.fallen();
    if (fallen !== null) break;
    const atMs = performance.now() - startedMs;
    await Promise.all(
      devnet.nodes.map(async ({ child, apiUrl }, i) => {
        const [heapBytes, rounds] = await Promise.all([inspectors[i].heapBytes(), roundsCompleted(apiUrl)]);
        samples[i].push({ atMs, heapBytes, ...processOf(child.pid), rounds });
      }),
    );
    if (record !== null) appendFileSync(record, `${JSON.stringify(samples.map((list) => list.at(-1)))}\n`);
    if (atMs < nextTellMs) continue;
    nextTellMs = atMs + 60_000;
    const last = samples.map((list) => list.at(-1));
    const cell = (pick) => last.map((one) => pick(one).toFixed(0)).join(" ");
    process.stdout.write(
      `${(atMs / 60_000).toFixed(0).padStart(4)} min  heap ${cell(({ heapBytes }) => heapBytes / MB)} MB` +
        `  rss ${cell(({ rssBytes }) => rssBytes / MB)} MB  files ${cell(({ files }) => files)}` +
        `  rounds ${cell(({ rounds }) => rounds)}\n`,
    );
  }
} finally {
  for (const inspector of inspectors) inspector.close();
  await devnet.stop();
}
if (fallen !== null) {
  process.stderr.write(`${fallen.failure("ended by itself").message}\n`);
  process.exit(1);
}

let isGood = true;
for (const [i, list] of samples.entries()) {
  const late = list.filter(({ atMs }) => atMs >= WARM_UP_MS);
  if (late.length < 5) {
    process.stdout.write("too short for a verdict\n");
    process.exit(1);
  }
  const slope = (pick) => leastSquares(late.map((one) => [one.atMs / 3_600_000, pick(one) / MB]));
  const heap = slope(({ heapBytes }) => heapBytes);
  const rss = slope(({ rssBytes }) => rssBytes);
  const quarter = Math.ceil(late.length / 4);
  const files = (part) => median(part.map((one) => one.files));
  const drift = files(late.slice(-quarter)) - files(late.slice(0, quarter));
  const spanMs = late.at(-1).atMs - late[0].atMs;
  const done = late.at(-1).rounds - late[0].rounds;
  const node = { ok: heap.slope <= HEAP_SLOPE_MAX_MB_PER_HOUR && drift <= FILES_DRIFT_MAX };
  isGood &&= node.ok;
  process.stdout.write(
    `node ${i + 1}: heap ${heap.slope.toFixed(1)} ± ${heap.error.toFixed(1)} MB/h, rss ${rss.slope.toFixed(1)} ± ` +
      `${rss.error.toFixed(1)} MB/h, files ${drift >= 0 ? "+" : ""}${drift}, rounds ${done} of ` +
      `${Math.round(spanMs / slotMs)}: ${node.ok ? "ok" : "GROWS"}\n`,
  );
}
process.stdout.write(
  `${isGood ? "ok" : "FAIL"}: at most ${HEAP_SLOPE_MAX_MB_PER_HOUR} MB/h of heap after the warm-up\n`,
);
process.exit(isGood ? 0 : 1);
