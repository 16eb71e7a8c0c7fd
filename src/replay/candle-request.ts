/** The parameters of each venue's candle endpoint: seconds here, milliseconds and ISO times there. */
import type { CandleRequest, Pair } from "./venue-request.ts";

const BINANCE_INTERVALS: Readonly<Record<string, number>> = {
  "1m": 60_000,
  "5m": 300_000,
  "15m": 900_000,
  "1h": 3_600_000,
  "1d": 86_400_000,
};
const SECONDS = [60, 300, 900, 3_600, 86_400];

/** null for what is absent or no number. */
function whole(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function times(value: number | null, factor: number): number | null {
  return value === null ? null : value * factor;
}

function lengthOf(seconds: number | null): number | null {
  return seconds !== null && SECONDS.includes(seconds) ? seconds * 1000 : null;
}

/** Unix seconds or an ISO 8601 time. */
function instant(query: URLSearchParams, name: string): number | null {
  const seconds = whole(query, name);
  if (seconds !== null) return seconds * 1000;
  const timeMs = Date.parse(query.get(name) ?? "");
  return Number.isNaN(timeMs) ? null : timeMs;
}

export function coinbaseCandles(pair: Pair, query: URLSearchParams): CandleRequest {
  const [start, end] = [instant(query, "start"), instant(query, "end")];
  // One without the other counts for nothing.
  const both = start !== null && end !== null;
  return {
    kind: "candles",
    pair,
    intervalMs: lengthOf(whole(query, "granularity") ?? 60),
    fromMs: both ? start : null,
    toMs: both ? end : null,
    limit: null,
  };
}

export function binanceCandles(pair: Pair, query: URLSearchParams): CandleRequest {
  return {
    kind: "candles",
    pair,
    intervalMs: BINANCE_INTERVALS[query.get("interval") ?? ""] ?? null,
    fromMs: whole(query, "startTime"),
    toMs: whole(query, "endTime"),
    limit: whole(query, "limit"),
  };
}

export function bitstampCandles(pair: Pair, query: URLSearchParams): CandleRequest {
  return {
    kind: "candles",
    pair,
    intervalMs: lengthOf(whole(query, "step")),
    fromMs: times(whole(query, "start"), 1000),
    toMs: times(whole(query, "end"), 1000),
    limit: whole(query, "limit"),
  };
}

/** `since` is the time of a bar that one has: later ones are wanted. */
export function krakenCandles(pair: Pair, query: URLSearchParams): CandleRequest {
  const since = whole(query, "since");
  return {
    kind: "candles",
    pair,
    intervalMs: lengthOf(times(whole(query, "interval") ?? 1, 60)),
    fromMs: since === null ? null : (since + 1) * 1000,
    toMs: null,
    limit: null,
  };
}
