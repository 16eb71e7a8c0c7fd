/** The collector with a venue that speaks both ways, over real sockets. */
import { EventEmitter, once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Logger, silentLogger } from "../../src/base/ports.ts";
import type { MarketSnapshot, OptionQuote } from "../../src/market/quote.ts";
import { Collector } from "../../src/sources/collector.ts";
import type { CollectorOptions } from "../../src/sources/collector-options.ts";
import { type Gap, gap } from "../../src/sources/gap.ts";
import type { RestAdapter } from "../../src/sources/rest-adapter.ts";
import type { SourceOutcome } from "../../src/sources/source-loop.ts";
import type { StreamAdapter } from "../../src/sources/stream-adapter.ts";
import type { HeardFrame } from "../../src/sources/stream-line.ts";
import type { Subscription } from "../../src/sources/subscription.ts";
import { DERIBIT_BTC, SPOT_BTC } from "./bodies.ts";
import { type StreamServer, startStreamServer } from "./stream-server.ts";
import { frame, tinyStream } from "./tiny-stream.ts";
import { sendJson } from "./venue-server.ts";

const FAST = { spot: 60, depth: 60, index: 60, "vol-index": 60, futures: 60, options: 60 };
const SPOT = "coinbase:BTC-USD";
const CHAIN = "deribit:BTC.options";
const EXPIRY_MS = Date.now() + 30 * 86_400_000;

function row(instrument: string, bidCoin: number): OptionQuote {
  const numbers = { askCoin: 0.5, markCoin: 0.03, markVol: 0.4, forward: 78_000 };
  return { instrument, expiryMs: EXPIRY_MS, strike: 80_000, right: "call", bidCoin, ...numbers };
}

/** Answers are the rows themselves. */
const tinyChain: RestAdapter = {
  venue: "deribit",
  options: {
    requests: () => [{ host: "rest", path: "/chain", bucket: "public", cost: 0.01 }],
    parse: ([body = ""], { base, quote }, receivedAtMs) => {
      const times = { timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs } as const;
      const options = JSON.parse(body) as readonly OptionQuote[];
      return { kind: "quote", quote: { venue: "deribit", base, quote, ...times, options, refused: {} } };
    },
  },
};

const tinySpot: RestAdapter = {
  venue: "coinbase",
  spot: {
    requests: () => [{ host: "rest", path: "/book", bucket: "public", cost: 0.01 }],
    parse: ([body = ""], { base, quote }, receivedAtMs) => {
      const bid = Number(body);
      const times = { timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs } as const;
      if (!(bid > 0)) return gap("bad-shape", "no number");
      return { kind: "quote", quote: { venue: "coinbase", base, quote, ...times, bid, ask: bid + 1 } };
    },
  },
};

describe("a collector with streams", () => {
  let server: StreamServer;
  let running: Collector[];
  let asked: EventEmitter;
  let restAnswers: number;
  /** How far the wall clock has been moved on. */
  let passedMs: number;

  beforeEach(async () => {
    server = await startStreamServer();
    running = [];
    asked = new EventEmitter();
    restAnswers = 0;
    passedMs = 0;
  });

  afterEach(async () => {
    await Promise.all(running.map((collector) => collector.stop()));
    await server.close();
  });

  /** @param body of the next answers over REST */
  function answerRest(body: () => string): void {
    server.answer((request, response) => {
      restAnswers += 1;
      sendJson(body())(request, response);
      asked.emit("request");
    });
  }

  /** A poll that was under way when the stream spoke has been answered; none follows it. */
  async function restQuiet(): Promise<void> {
    for (let seen = -1; seen !== restAnswers; await new Promise((resolve) => setTimeout(resolve, 5 * FAST.spot))) {
      seen = restAnswers;
    }
  }

  function collect(
    subscriptions: readonly Subscription[],
    adapter: Partial<StreamAdapter> = {},
    options: Partial<CollectorOptions> = {},
  ) {
    const told = new EventEmitter();
    const frames: HeardFrame[] = [];
    const log: Logger = {
      ...silentLogger,
      info: (message) => told.emit(message),
      warn: (message) => told.emit(message),
      child: () => log,
    };
    const access = { baseUrl: server.origin, streamUrl: server.streamOrigin };
    const collector = new Collector(
      {
        venues: { coinbase: access, deribit: access },
        subscriptions,
        pollMs: FAST,
        restAdapters: { coinbase: tinySpot, deribit: tinyChain },
        streamAdapters: { coinbase: [tinyStream(adapter)], deribit: [tinyStream({ venue: "deribit", ...adapter })] },
        ...options,
      },
      {
        clock: { nowMs: () => Date.now() + passedMs, monotonicMs: () => performance.now() },
        log,
        rng: { next: () => 0.5 },
        observe: (outcome) => told.emit("outcome", outcome),
        hearFrame: (one) => {
          frames.push(one);
          told.emit("frame", one);
        },
      },
    );
    running.push(collector);
    const polled = () => once(told, "outcome") as Promise<SourceOutcome[]>;
    return { collector, told, frames, polled };
  }

  const quote = (bid: number, timeMs: number | null = null) => frame({ kind: "spot", source: SPOT, bid, timeMs });
  const bidOf = ({ spots }: MarketSnapshot) => spots[0]?.bid;
  const now = (collector: Collector) => collector.snapshot(Date.now());

  test("REST speaks first, rests while the stream is live, takes over when it ends, and hands back", async () => {
    answerRest(() => "100");
    const { collector, told, polled } = collect([SPOT_BTC.coinbase]);
    const connected = server.connected();
    collector.start();
    await polled();
    expect(bidOf(now(collector))).toBe(100);
    expect(collector.statistics()).toMatchObject([{ via: "rest", state: "ok" }]);

    const streamed = once(told, "source is streamed");
    const socket = await connected;
    socket.send(quote(101));
    await streamed;
    // At once, and not with the next poll.
    expect(bidOf(now(collector))).toBe(101);
    expect(collector.statistics()).toMatchObject([{ via: "stream", state: "ok" }]);
    const before = restAnswers;
    for (let i = 0; i < 20; i++) {
      socket.send(quote(102 + i));
      await once(told, "frame");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    // One poll may have been under way.
    expect(restAnswers - before).toBeLessThanOrEqual(1);
    expect(bidOf(now(collector))).toBe(121);

    server.refuse((raw) => raw.destroy());
    answerRest(() => "200");
    const ended = once(told, "stream ended");
    socket.terminate();
    await ended;
    const endedMs = performance.now();
    expect(now(collector)).toMatchObject({ spots: [{ bid: 121 }], gaps: [{ source: SPOT, reason: "disconnected" }] });
    await polled();
    expect(performance.now() - endedMs).toBeLessThan(200);
    expect(now(collector)).toMatchObject({ spots: [{ bid: 200 }], gaps: [] });
    expect(collector.statistics()).toMatchObject([{ via: "rest", state: "ok", lastError: { reason: "disconnected" } }]);

    server.refuse(null);
    const back = once(told, "source is streamed");
    (await server.connected()).send(quote(300));
    await back;
    expect(bidOf(now(collector))).toBe(300);
    expect(collector.statistics()).toMatchObject([{ via: "stream" }]);
    expect(collector.venueStatistics()).toMatchObject([{ venue: "coinbase", connection: "live" }]);
    expect(collector.venueStatistics()[0]!.reconnects).toBeGreaterThanOrEqual(1);
  });

  test("a line that goes silent is noticed, and REST takes over although it is still open", async () => {
    answerRest(() => "200");
    const { collector, told, polled } = collect([SPOT_BTC.coinbase], { heartbeatMs: 150 });
    const connected = server.connected();
    collector.start();
    const socket = await connected;
    const streamed = once(told, "source is streamed");
    socket.send(quote(101));
    await streamed;
    server.refuse((raw) => raw.destroy());
    const sentMs = performance.now();
    await once(told, "stream ended");
    expect(performance.now() - sentMs).toBeLessThan(600);
    expect(now(collector).gaps).toMatchObject([{ reason: "silent" }]);
    await polled();
    expect(bidOf(now(collector))).toBe(200);
  });

  test("heartbeats keep a quiet book as young as the line, and its numbers as old as they are", async () => {
    answerRest(() => "100");
    const { collector, told } = collect([SPOT_BTC.coinbase]);
    const connected = server.connected();
    collector.start();
    const socket = await connected;
    const streamed = once(told, "source is streamed");
    socket.send(quote(101));
    await streamed;
    const first = now(collector).spots[0]!;
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      const heard = once(told, "frame");
      socket.send(frame({ kind: "heartbeat" }));
      await heard;
    }
    const later = now(collector).spots[0]!;
    expect(later.timeMs - first.timeMs).toBeGreaterThanOrEqual(120);
    expect(later.unchangedSinceMs).toBe(first.unchangedSinceMs);
    const quietMs = later.timeMs;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(now(collector).spots[0]!.timeMs).toBe(quietMs);
  });

  test("a pair of which the stream has said nothing for half a minute is confirmed over REST, once", async () => {
    answerRest(() => "101");
    const { collector, told, polled } = collect([SPOT_BTC.coinbase]);
    const connected = server.connected();
    collector.start();
    const socket = await connected;
    const streamed = once(told, "source is streamed");
    socket.send(quote(101));
    await streamed;
    await restQuiet();
    const { unchangedSinceMs } = now(collector).spots[0]!;
    passedMs = 31_000;
    socket.send(frame({ kind: "heartbeat" }));
    const [confirmed] = await polled();
    expect(confirmed).toMatchObject({ state: "ok" });
    const before = restAnswers;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(restAnswers).toBe(before);
    expect(now(collector).spots).toMatchObject([{ bid: 101, unchangedSinceMs }]);
    expect(now(collector).spots[0]!.timeMs).toBeGreaterThan(unchangedSinceMs! + 30_000);
    expect(collector.statistics()).toMatchObject([{ via: "stream", state: "ok" }]);
  });

  test("REST goes on listing a streamed chain: new rows come and are subscribed, old ones go, newer ones stay", async () => {
    let listed = [row("A", 1), row("B", 1)];
    answerRest(() => JSON.stringify(listed));
    const { collector, told, frames, polled } = collect([DERIBIT_BTC.options], {}, { relistMs: 150 });
    const connected = server.connected();
    collector.start();
    const [socket] = await Promise.all([connected, polled()]);
    const streamed = once(told, "source is streamed");
    socket.send(frame({ kind: "options", source: CHAIN, rows: [row("B", 2)], timeMs: null }));
    await streamed;
    const bids = () => now(collector).chains[0]!.options.map(({ instrument, bidCoin }) => `${instrument} ${bidCoin}`);
    expect(bids()).toEqual(["A 1", "B 2"]);
    expect(now(collector).chains[0]!.options).toBe(now(collector).chains[0]!.options);
    listed = [row("B", 2), row("C", 1)];
    await polled();
    while (!bids().includes("C 1")) await polled();
    expect(bids()).toEqual(["B 2", "C 1"]);
    expect(frames.filter(({ direction }) => direction === "out").map(({ text }) => text)).toContain(
      `listed ${CHAIN} B C`,
    );
    expect(collector.statistics()).toMatchObject([{ via: "stream", state: "ok" }]);
    // About six a second and no more, while the poll interval is 60 ms.
    const before = restAnswers;
    const startedMs = performance.now();
    for (let i = 0; i < 3; i++) await polled();
    expect(restAnswers - before).toBe(3);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(350);
  });

  test("an instrument that ended has the chain listed again soon, one that cannot be read has not", async () => {
    let listed = [row("A", 1), row("B", 1)];
    answerRest(() => JSON.stringify(listed));
    // So long that it never comes by itself here, and a twelfth of it is soon.
    const { collector, told, polled } = collect([DERIBIT_BTC.options], {}, { relistMs: 3_600 });
    const connected = server.connected();
    collector.start();
    const [socket] = await Promise.all([connected, polled()]);
    const streamed = once(told, "source is streamed");
    socket.send(frame({ kind: "options", source: CHAIN, rows: [row("A", 2)], timeMs: null }));
    await streamed;
    listed = [row("A", 2), row("C", 1)];
    await restQuiet();
    const before = restAnswers;
    socket.send(frame({ kind: "options", source: CHAIN, rows: [], gone: ["B"], timeMs: null }));
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(restAnswers).toBe(before);
    socket.send(frame({ kind: "options", source: CHAIN, rows: [], gone: ["B"], hasEnded: true, timeMs: null }));
    await polled();
    expect(restAnswers).toBe(before + 1);
    expect(now(collector).chains[0]!.options.map(({ instrument }) => instrument)).toEqual(["A", "C"]);
  });

  test("a listing that was asked for before the stream spoke does not undo it", async () => {
    let release: () => void = () => undefined;
    const { collector, told, polled } = collect([DERIBIT_BTC.options]);
    server.answer((request, response) => {
      release = () => sendJson(JSON.stringify([row("A", 1), row("B", 1)]))(request, response);
      asked.emit("request");
    });
    const connected = server.connected();
    const waiting = once(asked, "request");
    collector.start();
    await waiting;
    const socket = await connected;
    await new Promise((resolve) => setTimeout(resolve, 5));
    const streamed = once(told, "source is streamed");
    socket.send(frame({ kind: "options", source: CHAIN, rows: [row("A", 9)], timeMs: null }));
    await streamed;
    const answered = polled();
    release();
    await answered;
    const { options } = now(collector).chains[0]!;
    expect(options.map(({ instrument, bidCoin }) => `${instrument} ${bidCoin}`)).toEqual(["A 9", "B 1"]);
  });

  test("what the stream refuses REST serves, source by source", async () => {
    answerRest(() => "100");
    const { collector, told, polled } = collect([SPOT_BTC.coinbase]);
    const connected = server.connected();
    collector.start();
    const socket = await connected;
    const streamed = once(told, "source is streamed");
    socket.send(quote(101));
    await streamed;
    const refused = once(told, "stream gives no quote");
    const reason: Gap = gap("not-subscribed", "no such pair");
    socket.send(frame({ kind: "gap", source: SPOT, gap: reason }));
    await refused;
    expect(now(collector).gaps).toMatchObject([{ reason: "not-subscribed" }]);
    await polled();
    expect(now(collector)).toMatchObject({ gaps: [], spots: [{ bid: 100 }] });
    expect(collector.venueStatistics()).toMatchObject([{ connection: "live" }]);
  });

  test("a venue without a stream URL is only polled, and one that does not carry the kind as well", async () => {
    answerRest(() => "100");
    const { collector, polled } = collect(
      [SPOT_BTC.coinbase],
      {},
      { venues: { coinbase: { baseUrl: server.origin } } },
    );
    collector.start();
    await polled();
    expect(collector.venueStatistics()).toMatchObject([{ connection: "none", connections: [], framesPerSecond: 0 }]);
    const other = collect([SPOT_BTC.coinbase], { carries: () => false });
    other.collector.start();
    await other.polled();
    expect(other.collector.venueStatistics()).toMatchObject([{ connection: "none" }]);
    expect(server.asked).toEqual([]);
  });

  test("what a venue has left and how it fares can be read", async () => {
    answerRest(() => "100");
    const { collector, polled } = collect([SPOT_BTC.coinbase]);
    collector.start();
    await polled();
    const [venue] = collector.venueStatistics();
    expect(venue).toMatchObject({ venue: "coinbase", pausedUntilMs: null, pausedFor: null, isClockOff: false });
    expect(venue!.budgets).toMatchObject([{ bucket: "public" }]);
    expect(venue!.budgets[0]!.share).toBeGreaterThan(0.9);
    server.answer(sendJson("100", 200, { "x-bapi-limit-status": "1" }));
    await polled();
    expect(collector.venueStatistics()[0]!.budgets[0]!.share).toBeLessThan(0.2);
    server.answer(sendJson("{}", 429, { "retry-after": "60" }));
    await polled();
    const [paused] = collector.venueStatistics();
    expect(paused).toMatchObject({ pausedFor: "rate-limited", lastError: { reason: "rate-limited" } });
    expect(paused!.pausedUntilMs! - Date.now()).toBeGreaterThan(59_000);
  });

  test("stop ends the connections, and nothing is reconnected", async () => {
    answerRest(() => "100");
    const { collector, told } = collect([SPOT_BTC.coinbase]);
    collector.start();
    await once(told, "stream opened");
    const startedMs = performance.now();
    await collector.stop();
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    expect(server.asked).toHaveLength(1);
  });
});
