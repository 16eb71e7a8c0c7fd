/** What the collector is asked to watch. */
import { OracleError } from "../base/errors.ts";
import type { CandleVenue, OptionVenue, SpotVenue } from "../market/venue.ts";

export type SpotSubscription = {
  readonly kind: "spot";
  readonly venue: SpotVenue;
  /** Plain coin names: BTC, never XBT; an adapter translates. */
  readonly base: string;
  readonly quote: string;
};
/** How deep a spot book is. */
export type DepthSubscription = Omit<SpotSubscription, "kind"> & { readonly kind: "depth" };
export type IndexSubscription = {
  readonly kind: "index";
  readonly venue: OptionVenue;
  readonly base: string;
  readonly quote: "USD";
};
/** Only Deribit has one. */
export type VolIndexSubscription = Omit<IndexSubscription, "kind"> & { readonly kind: "vol-index" };
export type FuturesSubscription = Omit<IndexSubscription, "kind"> & { readonly kind: "futures" };
export type OptionsSubscription = Omit<IndexSubscription, "kind"> & { readonly kind: "options" };

/** Trade bars: their history once, then each bar as it ends. */
export type CandleSubscription = {
  readonly kind: "candles";
  readonly venue: CandleVenue;
  readonly base: string;
  readonly quote: string;
  /** One of CANDLE_INTERVALS_MS. */
  readonly intervalMs: number;
  /** How far back bars are kept, 1 to CANDLE_DAYS_MAX. A venue may have fewer. */
  readonly days: number;
};

/** What is asked again and again at a steady pace; each answer replaces the one before. */
export type PolledSubscription =
  | SpotSubscription
  | DepthSubscription
  | IndexSubscription
  | VolIndexSubscription
  | FuturesSubscription
  | OptionsSubscription;
export type PolledKind = PolledSubscription["kind"];

export type Subscription = PolledSubscription | CandleSubscription;
export type SubscriptionKind = Subscription["kind"];

/** Lengths that every venue here offers. */
const CANDLE_INTERVALS_MS = [60_000, 300_000, 900_000, 3_600_000, 86_400_000];
const CANDLE_DAYS_MAX = 100;
/** Of five-minute bars nobody says how long they are. */
const USUAL_INTERVAL_MS = 300_000;

/**
 * The name of a source in gaps, metrics and feed definitions: `kraken:BTC-USD`, `kraken:BTC-USD.candles` (hours:
 * `kraken:BTC-USD.candles-60m`), `kraken:BTC-USD.depth`, `deribit:BTC-USD.index`, `deribit:BTC.vol-index`, `deribit:BTC.options`.
 */
export function sourceName(subscription: Subscription): string {
  const { kind, venue, base, quote } = subscription;
  switch (kind) {
    case "spot":
      return `${venue}:${base}-${quote}`;
    case "depth":
      return `${venue}:${base}-${quote}.depth`;
    case "index":
      return `${venue}:${base}-${quote}.index`;
    case "candles": {
      const { intervalMs } = subscription;
      const length = intervalMs === USUAL_INTERVAL_MS ? "" : `-${intervalMs / 60_000}m`;
      return `${venue}:${base}-${quote}.candles${length}`;
    }
    case "vol-index":
    case "futures":
    case "options":
      return `${venue}:${base}.${kind}`;
  }
}

/**
 * Coin names go into request paths, so nothing but short upper-case names may pass; a history has a length that can be
 * asked for. @throws OracleError `bad-subscription`
 */
export function checkSubscription(subscription: Subscription): void {
  for (const coin of [subscription.base, subscription.quote]) {
    if (!/^[A-Z0-9]{2,10}$/.test(coin)) {
      throw new OracleError(`expected 2 to 10 upper-case letters or digits as coin, saw ${JSON.stringify(coin)}`, {
        code: "bad-subscription",
        venue: subscription.venue,
        seen: coin,
      });
    }
  }
  if (subscription.kind !== "candles") return;
  const { venue, intervalMs, days } = subscription;
  if (!CANDLE_INTERVALS_MS.includes(intervalMs) || !Number.isInteger(days) || days < 1 || days > CANDLE_DAYS_MAX) {
    throw new OracleError(
      `candles of ${intervalMs} ms over ${days} days, expected one of ${CANDLE_INTERVALS_MS.join(", ")} ms over 1 to ${CANDLE_DAYS_MAX} days`,
      { code: "bad-subscription", venue, intervalMs, days },
    );
  }
}
