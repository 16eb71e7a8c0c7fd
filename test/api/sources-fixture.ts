/** Market data of the hand-made node: four venues of spot, one of options, each in a state of its own. */
import type { SourceView, VenueView } from "../../src/api/sources-view.ts";
import type { DepthView } from "../../src/api/view.ts";

const OK = { state: "ok", reason: null, detail: null, lastError: null } as const;

function source(name: string, over: Partial<SourceView> = {}): SourceView {
  const venue = name.slice(0, name.indexOf(":"));
  return {
    source: name,
    venue,
    ...OK,
    via: "stream",
    ageMs: 320,
    timeSource: "venue",
    latencyMs: 41,
    clockOffsetMs: 12,
    counts: { ok: 5_312 },
    ...over,
  };
}

/** Ten of them; Kraken's rate is refused, and Bitstamp is only polled. */
export function sourcesOf(nowMs: number): SourceView[] {
  const books = ["BTC-USD", "ETH-USD"].flatMap((symbol) => [
    source(`coinbase:${symbol}`),
    source(`kraken:${symbol}`, { timeSource: "receipt", clockOffsetMs: null, counts: { ok: 5_313, timeout: 1 } }),
    source(`bitstamp:${symbol}`, { via: "rest", ageMs: 740, latencyMs: 75, counts: { ok: 5_314, timeout: 2 } }),
    source(`binance:${symbol}T`, { ageMs: 950, latencyMs: 92, clockOffsetMs: -3 }),
  ]);
  return [
    ...books,
    source("kraken:USDT-USD", {
      state: "gap",
      via: "rest",
      reason: "rate-limited",
      detail: "HTTP 429, retry after 12 s",
      ageMs: 14_200,
      latencyMs: null,
      clockOffsetMs: null,
      counts: { ok: 411, "rate-limited": 6 },
      lastError: { reason: "rate-limited", detail: "HTTP 429, retry after 12 s", atMs: nowMs - 1_900 },
    }),
    source("deribit:BTC.options", { ageMs: 1_150, latencyMs: 212, counts: { ok: 1_770 } }),
  ];
}

function venue(name: string, total: number, over: Partial<VenueView> = {}): VenueView {
  return {
    venue: name,
    isNeeded: true,
    state: "ok",
    sources: { total, ok: total, streamed: total },
    ageMs: 320,
    connections: [],
    latencyMs: 41,
    clockOffsetMs: 12,
    budgets: [{ bucket: "public", left: 8, of: 8 }],
    pausedMs: null,
    lastError: null,
    ...over,
  };
}

export function venuesOf(nowMs: number): VenueView[] {
  const live = { state: "live", sinceMs: nowMs - 3_600_000, reconnects: 0, framesPerSec: 18.5 } as const;
  return [
    venue("coinbase", 2, { connections: [{ name: "spot", ...live }] }),
    venue("kraken", 3, {
      state: "degraded",
      sources: { total: 3, ok: 2, streamed: 2 },
      connections: [{ name: "spot", ...live, reconnects: 2 }],
      clockOffsetMs: null,
      budgets: [{ bucket: "public", left: 0.4, of: 4 }],
      pausedMs: 10_100,
      lastError: {
        reason: "rate-limited",
        detail: "HTTP 429, retry after 12 s",
        atMs: nowMs - 1_900,
        source: "kraken:USDT-USD",
      },
    }),
    venue("bitstamp", 2, {
      state: "degraded",
      sources: { total: 2, ok: 2, streamed: 0 },
      ageMs: 740,
      latencyMs: 75,
      connections: [{ name: "spot", state: "down", sinceMs: null, reconnects: 7, framesPerSec: 0 }],
      lastError: {
        reason: "disconnected",
        detail: "closed with 1006",
        atMs: nowMs - 95_000,
        source: "bitstamp:BTC-USD",
      },
    }),
    venue("binance", 2, {
      latencyMs: 92,
      clockOffsetMs: -3,
      connections: [{ name: "spot", ...live }],
      budgets: [
        { bucket: "spot", left: 88, of: 100 },
        { bucket: "options", left: 100, of: 100 },
      ],
    }),
    venue("deribit", 1, { latencyMs: 212, connections: [{ name: "options", ...live, framesPerSec: 412.3 }] }),
  ];
}

export function depthOf(sources: readonly string[]): DepthView {
  return {
    downUsd: 12_340_000,
    upUsd: 11_020_000,
    isLowerBound: false,
    books: sources.map((name, i) => ({
      source: name,
      weight: 1,
      downUsd: 5_000_000 + 2_340_000 * i,
      upUsd: 4_500_000 + 2_020_000 * i,
      isWhole: true,
    })),
  };
}
