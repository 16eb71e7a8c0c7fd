/** What the collector is asked to watch. */
import { OracleError } from "../base/errors.ts";
import type { Venue } from "../market/quote.ts";

export type SpotVenue = Exclude<Venue, "deribit">;

export type SpotSubscription = {
  readonly kind: "spot";
  readonly venue: SpotVenue;
  /** Plain coin names: BTC, never XBT; an adapter translates. */
  readonly base: string;
  readonly quote: string;
};
export type IndexSubscription = {
  readonly kind: "index";
  readonly venue: "deribit";
  readonly base: string;
  readonly quote: "USD";
};
export type FuturesSubscription = Omit<IndexSubscription, "kind"> & { readonly kind: "futures" };
export type OptionsSubscription = Omit<IndexSubscription, "kind"> & { readonly kind: "options" };

export type Subscription = SpotSubscription | IndexSubscription | FuturesSubscription | OptionsSubscription;
export type SubscriptionKind = Subscription["kind"];

/** The name of a source in gaps, metrics and feed definitions: `kraken:BTC-USD`, `deribit:BTC-USD.index`, `deribit:BTC.options`. */
export function sourceName(subscription: Subscription): string {
  const { kind, venue, base, quote } = subscription;
  switch (kind) {
    case "spot":
      return `${venue}:${base}-${quote}`;
    case "index":
      return `${venue}:${base}-${quote}.index`;
    case "futures":
    case "options":
      return `${venue}:${base}.${kind}`;
  }
}

/** Coin names go into request paths, so nothing but short upper-case names may pass. @throws OracleError `bad-subscription` */
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
}
