import { EventEmitter, once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Logger, silentLogger } from "../../src/base/ports.ts";

import { Collector } from "../../src/sources/collector.ts";
import type { HeardReply, SourceOutcome } from "../../src/sources/source-loop.ts";
import type { CollectorOptions } from "../../src/sources/collector-options.ts";
import { type Subscription, sourceName } from "../../src/sources/subscription.ts";
import * as bodies from "./bodies.ts";
import { DERIBIT_BTC, FUTURE_ROWS, OPTION_ROWS, SPOT_BTC } from "./bodies.ts";
import { type VenueServer, sendJson, startVenueServer } from "./venue-server.ts";

const ALL: readonly Subscription[] = [...Object.values(SPOT_BTC), ...Object.values(DERIBIT_BTC)];
const VENUES = ["coinbase", "kraken", "bitstamp", "binance", "deribit"] as const;
type AnsweringVenue = (typeof VENUES)[number];
const FAST = { spot: 60, depth: 60, index: 60, "vol-index": 60, futures: 60, options: 60 };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** All five venues on one server, each under its own path, with a wall clock that the sample bodies agree with. */
function goodAnswers(): Record<AnsweringVenue, Answer> {
  const deribit: Answer = (request, response) => {
    const url = request.url ?? "";
    const body = url.includes("get_index_price")
      ? bodies.indexBody()
      : bodies.rowsBody(url.includes("kind=option") ? OPTION_ROWS : FUTURE_ROWS);
    sendJson(body)(request, response);
  };
  return {
    coinbase: sendJson(bodies.coinbaseBody()),
    kraken: (request, response) => {
      const eth = request.url?.includes("ETHUSD") === true;
      sendJson(bodies.krakenBody(undefined, undefined, eth ? "XETHZUSD" : "XXBTZUSD"))(request, response);
    },
    bitstamp: sendJson(bodies.bitstampBody()),
    binance: sendJson(bodies.binanceBody()),
    deribit,
  };
}

describe("the collector", () => {
  let server: VenueServer;
  let answers: Record<AnsweringVenue, Answer>;
  let running: Collector[];
  /** Every request: its path and the monotonic time of its arrival. */
  let requests: { readonly venue: AnsweringVenue; readonly url: string; readonly atMs: number }[];
  let inFlight: Map<string, number>;
  let overlaps: string[];
  let nowMs: number;
  const arrivals = new EventEmitter();

  beforeEach(async () => {
    server = await startVenueServer();
    answers = goodAnswers();
    running = [];
    requests = [];
    inFlight = new Map();
    overlaps = [];
    nowMs = bodies.NOW_MS;
    server.answer((request, response) => {
      const url = request.url ?? "";
      const venue = VENUES.find((name) => url.startsWith(`/${name}/`));
      if (venue === undefined) throw new Error(`unknown path ${url}`);
      requests.push({ venue, url, atMs: performance.now() });
      const open = (inFlight.get(url) ?? 0) + 1;
      inFlight.set(url, open);
      if (open > 1) overlaps.push(url);
      response.on("close", () => inFlight.set(url, inFlight.get(url)! - 1));
      answers[venue](request, response);
      arrivals.emit(venue);
    });
  });

  afterEach(async () => {
    await Promise.all(running.map((collector) => collector.stop()));
    await server.close();
  });

  type Watched = {
    readonly collector: Collector;
    /** Resolves with the next outcome (after this call) that fits. */
    readonly next: (fits: (outcome: SourceOutcome) => boolean) => Promise<SourceOutcome>;
    readonly outcomes: SourceOutcome[];
  };

  function collect(
    subscriptions: readonly Subscription[],
    options: Partial<CollectorOptions> = {},
    log: Logger = silentLogger,
  ): Watched {
    const outcomes: SourceOutcome[] = [];
    const told = new EventEmitter();
    told.setMaxListeners(100);
    const venues = Object.fromEntries(VENUES.map((venue) => [venue, { baseUrl: `${server.origin}/${venue}/` }]));
    const collector = new Collector(
      { venues, subscriptions, pollMs: FAST, ...options },
      {
        clock: { nowMs: () => nowMs, monotonicMs: () => performance.now() },
        log,
        rng: { next: () => 0.5 },
        observe: (outcome) => {
          outcomes.push(outcome);
          told.emit("outcome", outcome);
        },
      },
    );
    running.push(collector);
    const next = (fits: (outcome: SourceOutcome) => boolean): Promise<SourceOutcome> =>
      new Promise((resolve) => {
        const listener = (outcome: SourceOutcome): void => {
          if (!fits(outcome)) return;
          told.off("outcome", listener);
          resolve(outcome);
        };
        told.on("outcome", listener);
      });
    return { collector, next, outcomes };
  }

  test("says of every source that it was never fetched, until it was", async () => {
    const { collector, next } = collect(ALL);
    const before = collector.snapshot(bodies.NOW_MS);
    expect(before).toMatchObject({ takenAtMs: bodies.NOW_MS, spots: [], indices: [], chains: [], futures: [] });
    expect(before.gaps.map(({ source, reason }) => `${source} ${reason}`)).toEqual(
      ALL.map((subscription) => `${sourceName(subscription)} never-fetched`),
    );
    const first = Promise.all(ALL.map((subscription) => next(({ source }) => source === sourceName(subscription))));
    collector.start();
    expect((await first).map(({ state }) => state)).toEqual(ALL.map(() => "ok"));
    const after = collector.snapshot(bodies.NOW_MS + 5);
    expect(after.gaps).toEqual([]);
    expect(after.spots.map(({ venue, quote }) => `${venue} ${quote}`)).toEqual([
      "coinbase USD",
      "kraken USD",
      "bitstamp USD",
      "binance USDT",
    ]);
    expect(after.indices).toMatchObject([{ price: 78494.25 }]);
    expect(after.futures).toMatchObject([
      { base: "BTC", futures: [{ instrument: "BTC-25SEP26" }, { instrument: "BTC-PERPETUAL" }] },
    ]);
    expect(after.chains[0]!.options).toHaveLength(2);
  });

  test("a venue that never answers delays no other and is never asked twice at once", async () => {
    answers.kraken = () => undefined;
    const { collector, next, outcomes } = collect(ALL);
    const fifth = next(({ source }) => outcomes.filter((outcome) => outcome.source === source).length === 5);
    collector.start();
    await fifth;
    expect(requests.filter(({ venue }) => venue === "kraken")).toHaveLength(1);
    expect(outcomes.some(({ venue }) => venue === "kraken")).toBe(false);
    expect(overlaps).toEqual([]);
  });

  test("keeps the last good quote of a source that fails, and says since when and why it fails", async () => {
    const { collector, next } = collect([SPOT_BTC.bitstamp, SPOT_BTC.coinbase]);
    const good = next(({ venue }) => venue === "bitstamp");
    collector.start();
    await good;
    answers.bitstamp = sendJson("<html>", 502, { "content-type": "text/html" });
    await next(({ state }) => state === "server-error");
    nowMs += 10_000;
    answers.bitstamp = sendJson("");
    await next(({ state }) => state === "not-json");
    const snapshot = collector.snapshot(bodies.NOW_MS);
    expect(snapshot.spots.map(({ venue }) => venue)).toContain("bitstamp");
    expect(snapshot.gaps).toEqual([
      {
        venue: "bitstamp",
        source: "bitstamp:BTC-USD",
        reason: "not-json",
        detail: "empty body",
        sinceMs: bodies.NOW_MS,
      },
    ]);
    expect(collector.statistics()[0]).toMatchObject({
      lastState: "not-json",
      gapCounts: { "server-error": expect.any(Number) },
    });
    answers.bitstamp = sendJson(bodies.bitstampBody());
    await next(({ venue, state }) => venue === "bitstamp" && state === "ok");
    expect(collector.snapshot(bodies.NOW_MS).gaps).toEqual([]);
  });

  test("429 with Retry-After silences every source of that venue for that time, and no other venue", async () => {
    const ethereum: Subscription = { ...SPOT_BTC.kraken, base: "ETH" };
    const { collector, next } = collect([SPOT_BTC.kraken, ethereum, SPOT_BTC.binance]);
    let refusedAtMs = Number.NaN;
    answers.kraken = (request, response) => {
      refusedAtMs = performance.now();
      answers.kraken = goodAnswers().kraken;
      sendJson("{}", 429, { "retry-after": "1" })(request, response);
    };
    const refused = next(({ state }) => state === "rate-limited");
    collector.start();
    await refused;
    const asked = () => requests.filter(({ venue, atMs }) => venue === "kraken" && atMs > refusedAtMs);
    const isOver = () => asked().some(({ atMs }) => atMs >= refusedAtMs + 1_000);
    while (!isOver()) await next(({ venue }) => venue === "kraken");
    // The sibling's request may have been under way when the refusal came; all others must wait.
    expect(asked().filter(({ atMs }) => atMs < refusedAtMs + 1_000).length).toBeLessThanOrEqual(1);
    const between = requests.filter(
      ({ venue, atMs }) => venue === "binance" && atMs > refusedAtMs && atMs < refusedAtMs + 1_000,
    );
    expect(between.length).toBeGreaterThan(5);
  });

  test("a source silenced by its sibling's ban says so without a request", async () => {
    const ethereum: Subscription = { ...SPOT_BTC.binance, base: "ETH" };
    answers.binance = sendJson("{}", 418, { "retry-after": "600" });
    const warned = new EventEmitter();
    const log: Logger = { ...silentLogger, warn: (_message, fields) => warned.emit(String(fields?.source)) };
    const { collector } = collect([SPOT_BTC.binance, ethereum], {}, log);
    const both = Promise.all([once(warned, "binance:BTC-USDT"), once(warned, "binance:ETH-USDT")]);
    collector.start();
    await both;
    expect(requests).toHaveLength(1);
    expect(collector.snapshot(bodies.NOW_MS).gaps.map(({ reason }) => reason)).toEqual(["banned", "banned"]);
  });

  test("requests to one venue keep to its budget however short the poll is", async () => {
    const coins: readonly Subscription[] = ["BTC", "ETH", "USDT", "USDC"].map((base) => ({ ...SPOT_BTC.kraken, base }));
    answers.kraken = sendJson('{"error":[],"result":{"X":{"a":["1","1","1"],"b":["0","1","1"]}}}');
    const { collector, next, outcomes } = collect(coins, { pollMs: { ...FAST, spot: 50 } });
    const sixth = next(() => outcomes.length === 6);
    const startedMs = performance.now();
    collector.start();
    await sixth;
    // A burst of four, then one a second.
    expect(requests[5]!.atMs - startedMs).toBeGreaterThanOrEqual(1_950);
  });

  test("identical quotes are dated from their first, and a moved price starts anew", async () => {
    const outcomes = new EventEmitter();
    const collector = new Collector(
      { venues: { binance: { baseUrl: `${server.origin}/binance` } }, subscriptions: [SPOT_BTC.binance], pollMs: FAST },
      {
        clock: { nowMs: () => nowMs, monotonicMs: () => performance.now() },
        log: silentLogger,
        rng: { next: () => 0 },
        observe: () => outcomes.emit("outcome"),
      },
    );
    running.push(collector);
    collector.start();
    await once(outcomes, "outcome");
    nowMs += 60_000;
    await once(outcomes, "outcome");
    await once(outcomes, "outcome");
    expect(collector.statistics()[0]).toMatchObject({
      unchangedSinceMs: bodies.NOW_MS,
      lastOkMs: nowMs,
      lastState: "ok",
    });
    answers.binance = sendJson(bodies.binanceBody('"78501.22"'));
    await once(outcomes, "outcome");
    await once(outcomes, "outcome");
    expect(collector.statistics()[0]).toMatchObject({ unchangedSinceMs: nowMs });
    expect(collector.statistics()[0]!.okCount).toBeGreaterThanOrEqual(5);
    expect(collector.statistics()[0]!.latencyMs).toBeGreaterThan(0);
  });

  test("candles are loaded page by page, appended when a bar has ended, and no tick waits for them", async () => {
    const STEP_MS = 300_000;
    const candles: Subscription = { ...SPOT_BTC.coinbase, kind: "candles", intervalMs: STEP_MS, days: 3 };
    const pages: string[] = [];
    nowMs = bodies.NOW_MS + 4_000;
    answers.coinbase = (request, response) => {
      const query = new URL(request.url!, server.origin).searchParams;
      if (!query.has("granularity")) return sendJson(bodies.coinbaseBody())(request, response);
      pages.push(`${query.get("start")} ${query.get("end")}`);
      const [fromMs, toMs] = [Date.parse(query.get("start")!), Date.parse(query.get("end")!)];
      const rows: number[][] = [];
      for (let ms = toMs; ms >= fromMs; ms -= STEP_MS) rows.push([ms / 1000, 99, 101, 100, 100.5, 1]);
      sendJson(JSON.stringify(rows))(request, response);
    };
    const { collector, next, outcomes } = collect([SPOT_BTC.coinbase, candles]);
    const isCandles = ({ source }: SourceOutcome) => source === "coinbase:BTC-USD.candles";
    const third = next((outcome) => isCandles(outcome) && outcomes.filter(isCandles).length === 3);
    const startedMs = performance.now();
    collector.start();
    await third;
    // 865 bars in pages of 300, two a second; the first page is served before the last is there.
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(950);
    expect(pages).toEqual([
      "2026-09-09T11:00:00Z 2026-09-10T11:55:00Z",
      "2026-09-08T10:00:00Z 2026-09-09T10:55:00Z",
      "2026-09-07T11:55:00Z 2026-09-08T09:55:00Z",
    ]);
    expect(outcomes.filter(({ source }) => source === "coinbase:BTC-USD").length).toBeGreaterThan(6);
    const { candles: held, gaps } = collector.snapshot(nowMs);
    expect(gaps).toEqual([]);
    expect(held).toMatchObject([{ venue: "coinbase", base: "BTC", quote: "USD", timeMs: bodies.NOW_MS }]);
    expect(held[0]!.closes.length).toBe(865);
    expect(held[0]!.closes.at(-1)).toEqual({
      openMs: bodies.NOW_MS - STEP_MS,
      open: 100,
      high: 101,
      low: 99,
      close: 100.5,
    });
  });

  test("whoever listens hears every answer as it came, and the collector works on", async () => {
    answers.bitstamp = sendJson("busy", 503);
    const heard: HeardReply[] = [];
    const told = new EventEmitter();
    const collector = new Collector(
      {
        venues: Object.fromEntries(VENUES.map((venue) => [venue, { baseUrl: `${server.origin}/${venue}` }])),
        subscriptions: [SPOT_BTC.bitstamp, SPOT_BTC.kraken],
        pollMs: FAST,
      },
      {
        clock: { nowMs: () => nowMs, monotonicMs: () => performance.now() },
        log: silentLogger,
        rng: { next: () => 0.5 },
        hear: (reply) => {
          heard.push(reply);
          told.emit(reply.subscription.venue);
        },
      },
    );
    running.push(collector);
    const both = Promise.all([once(told, "bitstamp"), once(told, "kraken")]);
    collector.start();
    await both;
    const of = (venue: AnsweringVenue) => heard.find(({ subscription }) => subscription.venue === venue)!;
    expect(of("kraken").path).toBe("/0/public/Ticker?pair=XBTUSD");
    expect(of("kraken").body).toMatchObject({ status: 200, text: bodies.krakenBody() });
    expect(of("bitstamp").body).toMatchObject({ status: 503, text: "busy" });
  });

  test("the test network is refused unless it is allowed", async () => {
    answers.deribit = sendJson(bodies.deribitBody('{"index_price":78494.25}', '"testnet":true'));
    const refusing = collect([DERIBIT_BTC.index]);
    const refused = refusing.next(() => true);
    refusing.collector.start();
    expect(await refused).toMatchObject({ state: "test-network" });
    const venues = { deribit: { baseUrl: `${server.origin}/deribit`, allowTestnet: true } };
    const allowing = collect([DERIBIT_BTC.index], { venues });
    const taken = allowing.next(() => true);
    allowing.collector.start();
    expect(await taken).toMatchObject({ state: "ok" });
  });

  test("stop ends requests in flight within a second, sends no more and reports nothing of them", async () => {
    for (const venue of VENUES) answers[venue] = () => undefined;
    const { collector, outcomes } = collect(ALL);
    const arrived = Promise.all([once(arrivals, "kraken"), once(arrivals, "deribit")]);
    collector.start();
    await arrived;
    const startedMs = performance.now();
    await collector.stop();
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    expect(outcomes).toEqual([]);
    await collector.stop();
    expect(() => collector.start()).toThrow(/twice/);
  });

  test("a collector that was never started can be stopped", async () => {
    const { collector } = collect(ALL);
    await collector.stop();
    expect(requests).toEqual([]);
  });
});
