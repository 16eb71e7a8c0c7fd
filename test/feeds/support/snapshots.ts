/** Market snapshots made by hand. */
import type {
  IndexQuote,
  MarketSnapshot,
  OptionChain,
  OptionQuote,
  SourceGap,
  SpotQuote,
} from "../../../src/market/quote.ts";
import type { Venue } from "../../../src/market/venue.ts";
import { blackPrice } from "../../../src/quant/black76.ts";
import { yearsBetween } from "../../../src/quant/day-count.ts";

/** 13 January 2026, 09:21:45 UTC. */
export const NOW_MS = Date.UTC(2026, 0, 13, 9, 21, 45);

export function snapshot(parts: Partial<MarketSnapshot> = {}): MarketSnapshot {
  return {
    takenAtMs: NOW_MS,
    spots: [],
    indices: [],
    volIndices: [],
    depths: [],
    chains: [],
    futures: [],
    candles: [],
    gaps: [],
    ...parts,
  };
}

/** A book of 2 bp around `middle`, received half a second ago and changed just then. */
export function book(venue: Venue, pair: string, middle: number, over: Partial<SpotQuote> = {}): SpotQuote {
  const [base = "", quote = ""] = pair.split("-");
  const timeMs = NOW_MS - 500;
  return {
    venue,
    base,
    quote,
    timeMs,
    timeSource: "receipt",
    receivedAtMs: timeMs,
    unchangedSinceMs: timeMs,
    bid: middle * 0.9999,
    ask: middle * 1.0001,
    ...over,
  };
}

/** A book that went on being received but has not changed for `stillMs`. */
export function frozen(quote: SpotQuote, stillMs: number): SpotQuote {
  return { ...quote, unchangedSinceMs: NOW_MS - stillMs };
}

/** As an adapter parses it: nobody has compared it with the quote before. */
export function withoutHistory(parsed: SpotQuote): SpotQuote {
  const { venue, base, quote, bid, ask, timeMs, timeSource, receivedAtMs } = parsed;
  return { venue, base, quote, bid, ask, timeMs, timeSource, receivedAtMs };
}

export function index(price: number, over: Partial<IndexQuote> = {}): IndexQuote {
  const timeMs = NOW_MS - 500;
  return {
    venue: "deribit",
    base: "BTC",
    quote: "USD",
    price,
    timeMs,
    timeSource: "venue",
    receivedAtMs: timeMs,
    ...over,
  };
}

export function gap(venue: Venue, source: string, over: Partial<SourceGap> = {}): SourceGap {
  return { venue, source, reason: "not-json", detail: "the body starts with <html>", sinceMs: NOW_MS - 9_000, ...over };
}

/** The four books of a spot index and the two USDT rates. */
export function healthyBooks(price = 92_500, base = "BTC"): SpotQuote[] {
  return [
    book("coinbase", `${base}-USD`, price),
    book("kraken", `${base}-USD`, price * 1.0002),
    book("bitstamp", `${base}-USD`, price * 0.9997),
    book("binance", `${base}-USDT`, price * 1.0011),
    book("kraken", "USDT-USD", 0.999),
    book("coinbase", "USDT-USD", 0.9991),
  ];
}

/** 08:00 UTC, `days` calendar days after the snapshot's day. */
export function expiryInDays(days: number): number {
  return Date.UTC(2026, 0, 13 + days, 8);
}

export type ChainShape = {
  readonly spot: number;
  /** Annualised carry of the forwards. */
  readonly carry: number;
  /** Calendar days to each expiry. */
  readonly days: readonly number[];
  readonly vol: (k: number, years: number) => number;
  readonly strikeStep: number;
  /** The chain's own instant. */
  readonly atMs: number;
};

export const FLAT_CHAIN: ChainShape = {
  spot: 92_500,
  carry: 0.05,
  days: [10, 17, 24, 45, 73],
  vol: () => 0.4,
  strikeStep: 1_000,
  atMs: NOW_MS - 1_000,
};

/** A chain whose marks are Black-76 at the shape's smile, with quotes around them, as Deribit would list it. */
export function chainOf(shape: ChainShape, over: Partial<OptionChain> = {}, base = "BTC"): OptionChain {
  const timeMs = shape.atMs;
  const options: OptionQuote[] = [];
  for (const days of shape.days) {
    const expiryMs = expiryInDays(days);
    const years = yearsBetween(timeMs, expiryMs);
    const forward = shape.spot * Math.exp(shape.carry * years);
    const nearest = Math.round(forward / shape.strikeStep);
    for (let i = nearest - 12; i <= nearest + 12; i++) {
      const strike = i * shape.strikeStep;
      const markVol = shape.vol(Math.log(strike / forward), years);
      for (const right of ["call", "put"] as const) {
        const markCoin = blackPrice(right, forward, strike, markVol * Math.sqrt(years)) / forward;
        options.push({
          instrument: `${base}-${days}d-${strike}-${right}`,
          expiryMs,
          strike,
          right,
          markVol,
          forward,
          markCoin,
          bidCoin: markCoin * 0.98,
          askCoin: markCoin * 1.02,
        });
      }
    }
  }
  return {
    venue: "deribit",
    quote: "USD",
    base,
    timeMs,
    timeSource: "venue",
    receivedAtMs: NOW_MS - 900,
    options,
    refused: {},
    ...over,
  };
}

/** Every row of a chain changed alike. */
export function withRows(chain: OptionChain, change: (row: OptionQuote) => OptionQuote): OptionChain {
  return { ...chain, options: chain.options.map(change) };
}
