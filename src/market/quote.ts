/** The words an exchange is translated into. Prices are plain numbers in the quote currency unless a name says otherwise. */
import type { Venue } from "./venue.ts";

/** Where `timeMs` of a quote comes from: the venue's own stamp, or our receipt where the venue gives none. */
export type TimeSource = "venue" | "receipt";

type Stamped = {
  readonly venue: Venue;
  /** The time the quote speaks of, unix ms; see `timeSource`. */
  readonly timeMs: number;
  readonly timeSource: TimeSource;
  readonly receivedAtMs: number;
};

/** Best bid and ask of one spot book. Both > 0 and bid ≤ ask, else the adapter refuses it by name. */
export type SpotQuote = Stamped & {
  readonly base: string;
  readonly quote: string;
  readonly bid: number;
  readonly ask: number;
  /**
   * Receipt of the first of the identical bid and ask pairs that end in this one, unix ms. What the collector knows and
   * an adapter cannot: absent in a parsed quote, present in a snapshot. A venue that repeats itself is frozen.
   */
  readonly unchangedSinceMs?: number;
};

/** A venue's own composite index; serves as a cross-check only. */
export type IndexQuote = Stamped & { readonly base: string; readonly quote: string; readonly price: number };

/** A venue's own volatility index, annualised, decimal (0.47 = 47 %); serves as a cross-check only. */
export type VolIndexQuote = Stamped & { readonly base: string; readonly vol: number };

/** What lies in one side of a book within 1 % of its middle, in the quote currency. */
export type DepthSide = {
  /** What must be traded to move the price 1 % this way; a lower bound where `isWhole` is false. */
  readonly notional: number;
  /** False: the levels that were given end before 1 %. */
  readonly isWhole: boolean;
};

/** How deep a spot book is: what it costs to move its price 1 % each way. */
export type BookDepth = Stamped & {
  readonly base: string;
  readonly quote: string;
  readonly bid: number;
  readonly ask: number;
  /** Selling into the bids, and buying up the asks. */
  readonly down: DepthSide;
  readonly up: DepthSide;
};

export type FutureQuote = {
  readonly instrument: string;
  /** Unix ms at 08:00 UTC; null for a perpetual. */
  readonly expiryMs: number | null;
  readonly bid: number | null;
  readonly ask: number | null;
  readonly mark: number;
  /**
   * Of a perpetual: what longs paid shorts over the last eight hours, and the rate that holds now per eight hours, both
   * as a decimal of the position. null for a dated future, and where the venue gives none or nonsense.
   */
  readonly funding8h: number | null;
  readonly currentFunding: number | null;
  /** The venue's own index, which the row settles or funds against; absent where the row does not carry it. */
  readonly index?: number;
};

/**
 * One listed option. Premiums are per unit of the row's own forward, which for inverse options is the coin they are paid
 * in; an adapter divides a premium in dollars by the row's forward. Premium in quote currency = premium × forward.
 */
export type OptionQuote = {
  readonly instrument: string;
  readonly expiryMs: number;
  readonly strike: number;
  readonly right: "call" | "put";
  /** null: no quote on that side. */
  readonly bidCoin: number | null;
  readonly askCoin: number | null;
  /** null: the venue states no mark beside its vol. */
  readonly markCoin: number | null;
  /** Annualised, decimal (0.47 = 47 %); null where the venue gives none or nonsense. */
  readonly markVol: number | null;
  /** The row's own forward in quote currency. */
  readonly forward: number;
};

export type OptionChain = Stamped & {
  readonly base: string;
  /** What strikes and forwards are in: USD, or the coin that settles a linear option. */
  readonly quote: string;
  readonly options: readonly OptionQuote[];
  /** Rows the parser refused, by reason. */
  readonly refused: Readonly<Record<string, number>>;
};

export type FutureBoard = Stamped & {
  readonly base: string;
  readonly quote: string;
  readonly futures: readonly FutureQuote[];
  readonly refused: Readonly<Record<string, number>>;
};

/** One complete bar of trades. low ≤ open, close ≤ high, all > 0. */
export type Candle = {
  /** Unix ms of the bar's first instant, a multiple of its interval. */
  readonly openMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
};

/**
 * A venue's trade bars of one pair. `timeMs` is when the newest bar ended, and the receipt where there is none.
 * A bar in which nothing traded, or that the venue no longer has, is missing: gaps stay gaps.
 */
export type CandleSeries = Stamped & {
  readonly base: string;
  readonly quote: string;
  readonly intervalMs: number;
  /** Ascending by `openMs`, none twice, only bars that had ended at receipt. */
  readonly closes: readonly Candle[];
};

/** Why a source gave nothing usable: a closed set, for metrics and the page. */
export type GapReason =
  | "timeout"
  | "unreachable"
  | "rate-limited"
  | "banned"
  | "geo-blocked"
  | "server-error"
  | "not-json"
  | "bad-shape"
  | "venue-error"
  /** A side is null, "" or absent. */
  | "no-quote"
  /** A side says 0, or a sentinel that means it. */
  | "zero-quote"
  /** A book without levels on a side. */
  | "empty-book"
  | "crossed-book"
  /** Bid equals ask: two makers meet, and for that moment nobody knows where. */
  | "locked-book"
  | "out-of-range"
  /** The venue stamps its answer with a time that is long past. */
  | "stale"
  /** The instrument is known and not traded now. */
  | "halted"
  /** The instrument is not, or no more, listed. */
  | "delisted"
  | "maintenance"
  | "too-large"
  | "test-network"
  /** A stream ended, or went silent while it was open; of streams only. */
  | "disconnected"
  | "silent"
  /** A stream lost messages, seen by its sequence numbers. */
  | "sequence-gap"
  /** A venue did not confirm a subscription. */
  | "not-subscribed"
  | "never-fetched";

/** A subscription that has nothing fresh to say, and why. `source` names it: `kraken:BTC-USD`, `kraken:BTC-USD.candles`, `deribit:BTC.options`. */
export type SourceGap = {
  readonly venue: Venue;
  readonly source: string;
  readonly reason: GapReason;
  readonly detail: string;
  readonly sinceMs: number;
};

/** All quotes a node holds at one instant. Old quotes stay in it: the feed's method judges age, and says so. */
export type MarketSnapshot = {
  readonly takenAtMs: number;
  readonly spots: readonly SpotQuote[];
  readonly indices: readonly IndexQuote[];
  readonly volIndices: readonly VolIndexQuote[];
  readonly depths: readonly BookDepth[];
  readonly chains: readonly OptionChain[];
  readonly futures: readonly FutureBoard[];
  readonly candles: readonly CandleSeries[];
  readonly gaps: readonly SourceGap[];
};
