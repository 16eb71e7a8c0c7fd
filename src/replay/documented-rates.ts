/**
 * What the venues document that one IP address may ask, written down a second time: the nodes' own table is in `sources`,
 * and a mistake in one must not hide in the other. Where a venue publishes no number, what is known of its practice.
 */
import type { Venue } from "../market/venue.ts";
import type { Limit } from "./meter.ts";
import type { VenueTarget } from "./venue-request.ts";

export type Charge = { readonly limit: Limit; readonly cost: number };

export type VenueRates = {
  /** What a request costs, by its path. */
  rest(target: VenueTarget): readonly Charge[];
  /** Connections that one address may open. */
  readonly connects: Limit | null;
  /** Messages that a client may send on one connection. */
  readonly messages: Limit | null;
  /** What a message to subscribe costs; on one connection, but of Deribit, which counts all calls of an address. */
  readonly subscribes: Charge | null;
  /** How long an address that went over is shut out, ms; null: it is only told to wait. */
  readonly banMs: number | null;
};

function perWindow(name: string, credits: number, perMs: number): Limit {
  return { name, credits, perMs, kind: "window" };
}

/** @param perSecond how fast it refills */
function bucket(name: string, credits: number, perSecond: number): Limit {
  return { name, credits, perMs: (1000 * credits) / perSecond, kind: "bucket" };
}

function once(...limits: readonly Limit[]): () => readonly Charge[] {
  const charges = limits.map((limit) => ({ limit, cost: 1 }));
  return () => charges;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const BINANCE_SPOT = perWindow("spot weight", 6_000, MINUTE_MS);
const BINANCE_OPTIONS = perWindow("options weight", 2_400, MINUTE_MS);
const BINANCE_FUTURES = perWindow("futures weight", 2_400, MINUTE_MS);

function binanceDepthWeight(limit: number, steps: readonly (readonly [upTo: number, weight: number])[]): number {
  return (steps.find(([upTo]) => limit <= upTo) ?? steps.at(-1)!)[1];
}

const SPOT_DEPTH = [
  [100, 5],
  [500, 25],
  [1_000, 50],
  [5_000, 250],
] as const;
const FUTURES_DEPTH = [
  [50, 2],
  [100, 5],
  [500, 10],
  [1_000, 20],
] as const;

function binanceRest({ path, query }: VenueTarget): readonly Charge[] {
  const limit = Number(query.get("limit") ?? 100);
  if (path.startsWith("/eapi/")) {
    const cost = path.endsWith("/mark") || path.endsWith("/ticker") ? 5 : 1;
    return [{ limit: BINANCE_OPTIONS, cost }];
  }
  if (path.startsWith("/fapi/")) {
    if (path.endsWith("/depth")) return [{ limit: BINANCE_FUTURES, cost: binanceDepthWeight(limit, FUTURES_DEPTH) }];
    if (path.endsWith("/ticker/bookTicker")) return [{ limit: BINANCE_FUTURES, cost: query.has("symbol") ? 2 : 5 }];
    return [{ limit: BINANCE_FUTURES, cost: query.has("symbol") || path.endsWith("/ping") ? 1 : 10 }];
  }
  if (path.endsWith("/depth")) return [{ limit: BINANCE_SPOT, cost: binanceDepthWeight(limit, SPOT_DEPTH) }];
  if (path.endsWith("/exchangeInfo")) return [{ limit: BINANCE_SPOT, cost: 20 }];
  if (path.endsWith("/ticker/24hr")) return [{ limit: BINANCE_SPOT, cost: query.has("symbol") ? 2 : 80 }];
  if (path.endsWith("/ping") || path.endsWith("/time")) return [{ limit: BINANCE_SPOT, cost: 1 }];
  return [{ limit: BINANCE_SPOT, cost: query.has("symbol") ? 2 : 4 }];
}

/** Own limits of an endpoint, made once for each. */
function perEndpoint(limitOf: (path: string) => Limit): (target: VenueTarget) => readonly Charge[] {
  const kept = new Map<string, readonly Charge[]>();
  return ({ path }) => {
    const known = kept.get(path);
    if (known !== undefined) return known;
    const charges = [{ limit: limitOf(path), cost: 1 }];
    // Paths that nobody serves are not worth remembering.
    if (kept.size < 200) kept.set(path, charges);
    return charges;
  };
}

function okxLimit(path: string): Limit {
  const name = path.replace(/^\/api\/v5\//, "");
  if (path.endsWith("/system/status")) return perWindow(name, 1, 5 * SECOND_MS);
  if (path.endsWith("/mark-price")) return perWindow(name, 10, 2 * SECOND_MS);
  if (path.endsWith("/market/books") || path.endsWith("/market/candles")) return perWindow(name, 40, 2 * SECOND_MS);
  return perWindow(name, 20, 2 * SECOND_MS);
}

/** By kind of endpoint; the documentation gives 10 to 90 a minute. */
function bitfinexLimit(path: string): Limit {
  const name = /^\/v2\/(ticker|tickers|book|candles)\b/.exec(path)?.[1] ?? path;
  return perWindow(name, name === path ? 15 : 90, MINUTE_MS);
}

const DERIBIT_CREDITS = bucket("credits", 50_000, 10_000);
const DERIBIT_INSTRUMENTS = bucket("get_instruments", 5, 0.1);

function deribitRest({ path }: VenueTarget): readonly Charge[] {
  return path.endsWith("/get_instruments")
    ? [{ limit: DERIBIT_INSTRUMENTS, cost: 1 }]
    : [{ limit: DERIBIT_CREDITS, cost: 500 }];
}

export const DOCUMENTED_RATES: Readonly<Record<Venue, VenueRates>> = {
  coinbase: {
    rest: once(bucket("requests", 15, 10)),
    connects: bucket("connects", 20, 8),
    messages: perWindow("messages", 100, SECOND_MS),
    subscribes: null,
    banMs: null,
  },
  kraken: {
    // Published nowhere: about one a second in the long run, and some more at once.
    rest: once(bucket("requests", 15, 1)),
    connects: perWindow("connects", 150, 10 * MINUTE_MS),
    messages: null,
    subscribes: null,
    banMs: null,
  },
  bitstamp: {
    rest: once(perWindow("requests a second", 400, SECOND_MS), perWindow("requests", 10_000, 10 * MINUTE_MS)),
    connects: null,
    messages: null,
    subscribes: null,
    banMs: null,
  },
  binance: {
    rest: binanceRest,
    connects: perWindow("connects", 300, 5 * MINUTE_MS),
    messages: perWindow("messages", 5, SECOND_MS),
    subscribes: null,
    banMs: 2 * MINUTE_MS,
  },
  deribit: {
    rest: deribitRest,
    // Thirty-two at once, by hearsay; what it counts in time is not published.
    connects: null,
    messages: null,
    subscribes: { limit: bucket("subscribe credits", 30_000, 10_000), cost: 3_000 },
    banMs: null,
  },
  okx: {
    rest: perEndpoint(okxLimit),
    connects: perWindow("connects", 3, SECOND_MS),
    messages: null,
    subscribes: { limit: perWindow("subscribes", 480, HOUR_MS), cost: 1 },
    banMs: null,
  },
  bybit: {
    rest: once(perWindow("requests", 600, 5 * SECOND_MS)),
    connects: perWindow("connects", 500, 5 * MINUTE_MS),
    messages: null,
    subscribes: null,
    banMs: 10 * MINUTE_MS,
  },
  gemini: {
    rest: once(perWindow("requests", 120, MINUTE_MS)),
    connects: null,
    messages: null,
    subscribes: null,
    banMs: null,
  },
  bitfinex: {
    rest: perEndpoint(bitfinexLimit),
    connects: perWindow("connects", 20, MINUTE_MS),
    messages: null,
    subscribes: null,
    banMs: MINUTE_MS,
  },
};
