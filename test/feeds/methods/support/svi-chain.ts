/** A chain whose smiles are known: total variance is one SVI curve times the time to expiry, on quotes around Black-76. */
import type { LinkedFeed } from "../../../../src/feeds/context.ts";
import type { MarketSnapshot, OptionChain } from "../../../../src/market/quote.ts";
import { type SviRaw, totalVariance } from "../../../../src/quant/svi.ts";
import { shippedFeeds } from "../../support/definitions.ts";
import { type ChainShape, FLAT_CHAIN, chainOf, healthyBooks, snapshot } from "../../support/snapshots.ts";

/** Per year: 45 % at the money, puts dearer. */
const PER_YEAR: SviRaw = { a: 0.04, b: 0.55, rho: -0.35, m: 0.02, sigma: 0.32 };

export function smileAt(years: number): SviRaw {
  return { ...PER_YEAR, a: PER_YEAR.a * years, b: PER_YEAR.b * years };
}

export function volAt(k: number): number {
  return Math.sqrt(totalVariance(PER_YEAR, k));
}

/** Strikes 3 % apart and wide enough for a strip; four weeklies and three later expiries. */
export const SHAPE: ChainShape = { ...FLAT_CHAIN, vol: volAt, strikeStep: 3_000, days: [3, 10, 17, 24, 45, 73, 101] };

export const svichain = (): OptionChain => chainOf(SHAPE);

export function marketOf(chain: OptionChain, parts: Partial<MarketSnapshot> = {}): MarketSnapshot {
  return snapshot({ spots: healthyBooks(), chains: [chain], ...parts });
}

/** The shipped BTC feeds that read an option chain. */
export function chainFeeds(): readonly LinkedFeed[] {
  return shippedFeeds().filter(({ definition }) => definition.symbol === "BTC-USD" && "chain" in definition.method);
}

export function nameOf({ definition }: LinkedFeed): string {
  return definition.name.slice("BTC-USD.".length);
}
