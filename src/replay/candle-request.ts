/** Requests for trade bars, with each venue's own parameters: seconds here, milliseconds and ISO times there. */
import type { Venue } from "../market/venue.ts";
import { dashedPair, krakenPair, splitSymbol } from "./symbols.ts";
import type { CandleRequest, Pair, VenueTarget } from "./venue-request.ts";

const BINANCE_INTERVALS: Readonly<Record<string, number>> = {
  "1m": 60_000,
  "5m": 300_000,
  "15m": 900_000,
  "1h": 3_600_000,
  "1d": 86_400_000,
};
const SECONDS = [60, 300, 900, 3_600, 86_400];

/** null where the target asks for no bars, or names no pair: whose trade bars nobody reads has none here. */
export function parseCandleRequest(venue: Venue, { path, query }: VenueTarget): CandleRequest | null {
  switch (venue) {
    case "coinbase": {
      const pair = dashedPair(/^\/products\/([^/]+)\/candles$/.exec(path)?.[1] ?? "");
      return pair && coinbaseCandles(pair, query);
    }
    case "kraken": {
      const pair = path === "/0/public/OHLC" ? krakenPair(query.get("pair") ?? "") : null;
      return pair && krakenCandles(pair, query);
    }
    case "bitstamp": {
      const pair = splitSymbol((/^\/api\/v2\/ohlc\/([a-z0-9]+)\/?$/.exec(path)?.[1] ?? "").toUpperCase());
      return pair && bitstampCandles(pair, query);
    }
    case "binance": {
      const pair = path === "/api/v3/klines" ? splitSymbol(query.get("symbol") ?? "") : null;
      return pair && binanceCandles(pair, query);
    }
    case "deribit":
    case "okx":
    case "bybit":
    case "gemini":
    case "bitfinex":
      return null;
  }
}

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

function coinbaseCandles(pair: Pair, query: URLSearchParams): CandleRequest {
  const [start, end] = [instant(query, "start"), instant(query, "end")];
  // One without the other counts for nothing.
  const both = start !== null && end !== null;
  return {
    venue: "coinbase",
    pair,
    intervalMs: lengthOf(whole(query, "granularity") ?? 60),
    fromMs: both ? start : null,
    toMs: both ? end : null,
    limit: null,
  };
}

function binanceCandles(pair: Pair, query: URLSearchParams): CandleRequest {
  return {
    venue: "binance",
    pair,
    intervalMs: BINANCE_INTERVALS[query.get("interval") ?? ""] ?? null,
    fromMs: whole(query, "startTime"),
    toMs: whole(query, "endTime"),
    limit: whole(query, "limit"),
  };
}

function bitstampCandles(pair: Pair, query: URLSearchParams): CandleRequest {
  return {
    venue: "bitstamp",
    pair,
    intervalMs: lengthOf(whole(query, "step")),
    fromMs: times(whole(query, "start"), 1000),
    toMs: times(whole(query, "end"), 1000),
    limit: whole(query, "limit"),
  };
}

/** `since` is the time of a bar that one has: later ones are wanted. */
function krakenCandles(pair: Pair, query: URLSearchParams): CandleRequest {
  const since = whole(query, "since");
  return {
    venue: "kraken",
    pair,
    intervalMs: lengthOf(times(whole(query, "interval") ?? 1, 60)),
    fromMs: since === null ? null : (since + 1) * 1000,
    toMs: null,
    limit: null,
  };
}
