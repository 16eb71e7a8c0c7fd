// `npm run bench -- sources`: how long a tick takes into the snapshot, and what streaming four whole option chains costs a
// node. `--json` prints one object a line; `--seconds N` sets how long each part runs.
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Devnet } from "../dist/devnet/devnet.js";
import { silentLogger } from "../dist/base/ports.js";
import { Collector } from "../dist/sources/collector.js";
import { DEFAULT_POLL_MS } from "../dist/sources/collector-options.js";

const asJson = process.argv.includes("--json");
const secondsAt = process.argv.indexOf("--seconds");
const seconds = secondsAt === -1 ? 60 : Number(process.argv[secondsAt + 1]);
if (!(seconds >= 5 && seconds <= 3_600)) {
  process.stderr.write("--seconds takes a number from 5 to 3600\n");
  process.exit(2);
}
const say = (line) => asJson || process.stdout.write(`${line}\n`);
const rows = [];
const row = (name, value, unit, anchor) => rows.push({ name, value, unit, anchor });
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

const TICKS_PER_SECOND = 1_000;

/** From the venue's `send` until `snapshot()` holds the tick, both in this process, over a socket on loopback. */
async function measureTicks() {
  const sentAt = new SharedArrayBuffer(8 * (TICKS_PER_SECOND * (seconds + 60)));
  const times = new Float64Array(sentAt);
  const worker = new Worker(new URL("./tick-venue.mjs", import.meta.url), {
    workerData: { sentAt, strikes: 300, perSecond: TICKS_PER_SECOND },
  });
  const { port } = await new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  const latencies = [];
  let frames = 0;
  const collector = new Collector(
    {
      venues: { deribit: { baseUrl: `http://127.0.0.1:${port}/api/v2`, streamUrl: `ws://127.0.0.1:${port}` } },
      subscriptions: [{ kind: "options", venue: "deribit", base: "BTC", quote: "USD" }],
      pollMs: DEFAULT_POLL_MS,
    },
    {
      clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
      log: silentLogger,
      rng: { next: Math.random },
      hearFrame: ({ direction, text }) => {
        if (direction !== "in" || !text.includes('"change"')) return;
        frames += 1;
        // Building a snapshot for every tick would measure that.
        if (frames % 10 !== 0) return;
        const { instrument_name: instrument, best_bid_price: bid } = JSON.parse(text).params.data;
        const number = Math.round((bid - 0.01) * 1e8);
        const look = () => {
          const found = collector.snapshot(Date.now()).chains[0]?.options.find((one) => one.instrument === instrument);
          const seen = found?.bidCoin == null ? -1 : Math.round((found.bidCoin - 0.01) * 1e8);
          if (seen < number) return setImmediate(look);
          latencies.push(performance.timeOrigin + performance.now() - times[number]);
        };
        queueMicrotask(look);
      },
    },
  );
  collector.start();
  try {
    for (let waitedMs = 0; frames < TICKS_PER_SECOND; waitedMs += 100) {
      if (waitedMs > 30_000) throw new Error("no ticks within 30 s");
      await sleep(100);
    }
    latencies.length = 0;
    const before = frames;
    const startedMs = performance.now();
    await sleep(seconds * 1_000);
    const perSecond = ((frames - before) * 1_000) / (performance.now() - startedMs);
    const sorted = [...latencies].sort((a, b) => a - b);
    row(
      "option tick → node's snapshot, p50",
      quantile(sorted, 0.5),
      "ms",
      `${sorted.length} of ${frames - before} ticks looked at`,
    );
    row("option tick → node's snapshot, p99", quantile(sorted, 0.99), "ms", "target 20");
    row("ticks a second meanwhile", perSecond, "1/s", `${TICKS_PER_SECOND} sent`);
  } finally {
    await collector.stop();
    await worker.terminate();
  }
}

async function metric(apiUrl, pattern) {
  return Number(pattern.exec(await (await fetch(`${apiUrl}/metrics`)).text())?.[1] ?? Number.NaN);
}

// Deribit's two are what the feeds need; with the others about 3 500 options are streamed.
const WATCHED = ["okx", "bybit", "binance"].map((venue) => `${venue}:BTC.options`);
const CHAINS = ["deribit:BTC.options", "deribit:ETH.options", ...WATCHED];

/** A real node among three others: the first streams the chains of four venues besides what its feeds need. */
async function measureChains() {
  const devnet = await Devnet.start(
    {
      nodes: 4,
      slotMs: 1_000,
      live: false,
      marketArguments: ["--strikes", "2", "--option-turn", "3000"],
      apiPort: 0,
      logLevel: "info",
      blockTimeSec: 1,
      settleEveryMs: 60_000,
      watch: { 1: WATCHED },
    },
    { progress: say },
  );
  try {
    const { apiUrl } = devnet.nodes[0];
    const plain = devnet.nodes[1].apiUrl;
    const sources = async () => (await (await fetch(`${apiUrl}/v1/sources`)).json()).sources;
    const streaming = (all) =>
      all.filter(({ source, via, state }) => CHAINS.includes(source) && via === "stream" && state === "ok");
    for (let waitedMs = 0; ; waitedMs += 500) {
      const live = streaming(await sources());
      if (live.length === CHAINS.length) break;
      if (waitedMs > 90_000) throw new Error(`only ${live.map(({ source }) => source).join(", ")} stream`);
      await sleep(500);
    }
    await sleep(10_000);
    const cpu = (url) => metric(url, /^process_cpu_seconds_total (\S+)/m);
    const updates = async () => streaming(await sources()).reduce((sum, { counts }) => sum + counts.ok, 0);
    const rss = [];
    const [cpuBefore, plainBefore, updatesBefore, startedMs] = [
      await cpu(apiUrl),
      await cpu(plain),
      await updates(),
      performance.now(),
    ];
    for (const endMs = performance.now() + seconds * 1_000; performance.now() < endMs; await sleep(1_000)) {
      rss.push(await metric(apiUrl, /^process_resident_memory_bytes (\S+)/m));
    }
    const spanSec = (performance.now() - startedMs) / 1_000;
    const share = (before, after) => (100 * (after - before)) / spanSec;
    row(
      "CPU of a node with four venues' chains streaming",
      share(cpuBefore, await cpu(apiUrl)),
      "% of a core",
      "target 35",
    );
    row(
      "CPU of a node with Deribit's alone",
      share(plainBefore, await cpu(plain)),
      "% of a core",
      "protocol, feeds and nine venues included",
    );
    row(
      "option messages a second",
      ((await updates()) - updatesBefore) / spanSec,
      "1/s",
      "updates counted by the node",
    );
    row("options listed", await listed(devnet.marketUrl), "", "in the five chains that node streams");
    row("resident memory of that node, largest", Math.max(...rss) / 1_048_576, "MiB", "target 350");
  } finally {
    await devnet.stop();
  }
}

/** Rows of the five chains, by the venues' own lists. */
async function listed(marketUrl) {
  const json = async (path) => await (await fetch(`${marketUrl}/as/bench/${path}`)).json();
  const deribit = async (coin) =>
    (await json(`deribit/api/v2/public/get_book_summary_by_currency?currency=${coin}&kind=option`)).result.length;
  const okx = (await json("okx/api/v5/public/opt-summary?instFamily=BTC-USD")).data.length;
  const bybit = (await json("bybit/v5/market/tickers?category=option&baseCoin=BTC")).result.list.length;
  const binance = (await json("binance/eapi/v1/mark")).filter(({ symbol }) => symbol.startsWith("BTC-")).length;
  return (await deribit("BTC")) + (await deribit("ETH")) + okx + bybit + binance;
}

await measureTicks();
await measureChains();
for (const { name, value, unit, anchor } of rows) {
  if (asJson) process.stdout.write(`${JSON.stringify({ name, value: Number(value.toFixed(3)), unit })}\n`);
  else
    process.stdout.write(
      `${name.padEnd(52)} ${value.toFixed(value < 10 ? 2 : 0).padStart(7)} ${unit.padEnd(12)} ${anchor}\n`,
    );
}
