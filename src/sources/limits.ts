/**
 * What the venues allow, from their documents, and how much of it one node takes: venues count by IP, and other programs
 * and other nodes may sit behind the same one. Taking more risks a ban that silences every feed, taking less makes quotes
 * older than the poll interval.
 */
import type { Venue } from "../market/venue.ts";

export type BucketLimit = {
  /** Documented: so many credits in any stretch of `perMs`. */
  readonly credits: number;
  readonly perMs: number;
  /** Where the venue documents a burst beside its pace, the most that may go at once. */
  readonly burstMax?: number;
  /** How much of the pace is ours, and how many credits at most we spend at once. */
  readonly share: number;
  readonly burst: number;
};

export type VenueLimits = {
  /** Of requests, by the names that adapters pay with. The first serves a name that stands in no table. */
  readonly buckets: Readonly<Record<string, BucketLimit>>;
  /** Pages of bars, beside the rest: a month of history must not make today's prices wait. */
  readonly history: BucketLimit;
  /** New connections. */
  readonly connects: BucketLimit;
  /** Frames that one connection sends. */
  readonly messages: BucketLimit;
};

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

const per = (perMs: number, credits: number, share: number, burst: number): BucketLimit => ({
  credits,
  perMs,
  share,
  burst,
});
/** Where nothing is documented: what no venue minds. */
const CONNECTS = per(MINUTE_MS, 60, 0.25, 4);
const MESSAGES = per(SECOND_MS, 50, 0.5, 20);
/** No bars of the venue are asked for. */
const NO_HISTORY = per(10 * SECOND_MS, 10, 0.1, 1);

const OKX_ENDPOINT = per(2 * SECOND_MS, 20, 0.5, 10);
const BITFINEX_ENDPOINT = per(MINUTE_MS, 10, 0.6, 3);

export const VENUE_LIMITS: Readonly<Record<Venue, VenueLimits>> = {
  coinbase: {
    buckets: { public: { credits: 10, perMs: SECOND_MS, burstMax: 15, share: 0.5, burst: 8 } },
    history: per(SECOND_MS, 10, 0.2, 1),
    connects: { credits: 8, perMs: SECOND_MS, burstMax: 20, share: 0.1, burst: 4 },
    messages: per(SECOND_MS, 100, 0.5, 20),
  },
  kraken: {
    /** A rule of thumb: more subscriptions than that take turns. */
    buckets: { public: { credits: 1, perMs: SECOND_MS, burstMax: 15, share: 1, burst: 4 } },
    /** One page is all the history that Kraken has. */
    history: { credits: 1, perMs: SECOND_MS, burstMax: 15, share: 0.05, burst: 1 },
    connects: per(10 * MINUTE_MS, 150, 0.2, 5),
    messages: MESSAGES,
  },
  bitstamp: {
    /** 10 000 today, 8 000 in older documents. */
    buckets: { public: per(10 * MINUTE_MS, 8_000, 0.5, 20) },
    history: per(10 * MINUTE_MS, 8_000, 0.3, 1),
    connects: CONNECTS,
    messages: MESSAGES,
  },
  binance: {
    /** In weights. */
    buckets: {
      spot: per(MINUTE_MS, 6_000, 0.5, 100),
      options: per(MINUTE_MS, 2_400, 0.5, 100),
      futures: per(MINUTE_MS, 2_400, 0.5, 100),
    },
    history: per(MINUTE_MS, 6_000, 0.04, 1),
    connects: per(5 * MINUTE_MS, 300, 0.1, 10),
    /** Five a second, pings and pongs among them. */
    messages: per(SECOND_MS, 5, 0.6, 2),
  },
  deribit: {
    /**
     * In credits, 500 a request: 20 a second. The documents speak of users with a key; without one the number, by IP, is
     * not published.
     */
    buckets: {
      public: { credits: 10_000, perMs: SECOND_MS, burstMax: 50_000, share: 0.25, burst: 5_000 },
      instruments: { credits: 1, perMs: 10 * SECOND_MS, burstMax: 5, share: 0.5, burst: 2 },
    },
    history: NO_HISTORY,
    /** 32 connections at once, by IP. */
    connects: per(MINUTE_MS, 32, 0.25, 4),
    /** 3 000 of 30 000 credits a subscription, 10 000 back in a second. */
    messages: { credits: 10, perMs: 3 * SECOND_MS, burstMax: 10, share: 0.8, burst: 8 },
  },
  okx: {
    /** Each endpoint counts by itself. */
    buckets: {
      public: OKX_ENDPOINT,
      ticker: OKX_ENDPOINT,
      tickers: OKX_ENDPOINT,
      "opt-summary": OKX_ENDPOINT,
      instruments: OKX_ENDPOINT,
      "index-tickers": OKX_ENDPOINT,
      "funding-rate": OKX_ENDPOINT,
      "mark-price": per(2 * SECOND_MS, 10, 0.5, 5),
      books: per(2 * SECOND_MS, 40, 0.5, 20),
    },
    history: NO_HISTORY,
    connects: per(SECOND_MS, 3, 0.3, 2),
    /** 480 subscriptions an hour. */
    messages: per(60 * MINUTE_MS, 480, 0.5, 200),
  },
  bybit: {
    /** Beyond it a ban of ten minutes. */
    buckets: { public: per(5 * SECOND_MS, 600, 0.4, 50) },
    history: NO_HISTORY,
    connects: per(5 * MINUTE_MS, 500, 0.1, 10),
    messages: MESSAGES,
  },
  gemini: {
    /** At most one a second is advised. */
    buckets: { public: per(MINUTE_MS, 120, 0.5, 3) },
    history: NO_HISTORY,
    connects: CONNECTS,
    messages: MESSAGES,
  },
  bitfinex: {
    /** 10 to 90 a minute by endpoint, and blocked for up to a minute beyond. */
    buckets: {
      public: BITFINEX_ENDPOINT,
      ticker: BITFINEX_ENDPOINT,
      tickers: BITFINEX_ENDPOINT,
      book: BITFINEX_ENDPOINT,
    },
    history: NO_HISTORY,
    connects: per(MINUTE_MS, 20, 0.4, 4),
    messages: MESSAGES,
  },
};
