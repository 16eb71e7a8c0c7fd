/**
 * What a market must say so that venues can be drawn from it: the synthetic one and the tape both do.
 * Time is a grid: step s covers [startMs + s·stepMs, +stepMs) and everything is constant within it.
 */
import type { OptionVenue, Venue } from "../../market/venue.ts";
import type { Right } from "./pricing.ts";

/** Coins with options and futures. */
export type Coin = "BTC" | "ETH";
/** Coins with spot books. */
export type SpotCoin = Coin | "SOL";
export type Stable = "USDT" | "USDC";
export const COINS: readonly Coin[] = ["BTC", "ETH"];
export const SPOT_COINS: readonly SpotCoin[] = ["BTC", "ETH", "SOL"];
export const STABLES: readonly Stable[] = ["USDT", "USDC"];

/**
 * One listed option, in the units of Deribit's book summary whoever lists it: premiums in coin, vol in percent. Strike and
 * forward are in the money of its venue's board, see `OPTION_RULES`.
 */
export type OptionRow = {
  /** Deribit's form of the name; another venue's is made by `formatListed`. */
  readonly instrument: string;
  readonly expiryMs: number;
  readonly strike: number;
  readonly right: Right;
  readonly bidCoin: number | null;
  readonly askCoin: number | null;
  readonly midCoin: number | null;
  readonly markCoin: number;
  readonly markVolPercent: number;
  readonly underlyingPrice: number;
  readonly underlyingIndex: string;
  readonly estimatedDeliveryPrice: number;
  readonly openInterest: number;
  readonly volume: number;
  readonly volumeUsd: number;
  readonly lastCoin: number | null;
  readonly highCoin: number | null;
  readonly lowCoin: number | null;
  readonly changePercent: number | null;
  readonly createdMs: number;
};

export type FutureRow = {
  readonly instrument: string;
  readonly perpetual: boolean;
  readonly bid: number;
  readonly ask: number;
  readonly mark: number;
  readonly last: number;
  readonly high: number;
  readonly low: number;
  readonly changePercent: number;
  readonly openInterestUsd: number;
  readonly volumeCoin: number;
  readonly volumeUsd: number;
  readonly estimatedDeliveryPrice: number;
  /** Of the perpetual, decimals per eight hours: the rate now, and what the last eight hours came to. Else null. */
  readonly currentFunding: number | null;
  readonly funding8h: number | null;
  readonly createdMs: number;
};

/** Prices of the trades in one stretch of time. */
export type Bar = { readonly open: number; readonly high: number; readonly low: number; readonly close: number };

/** How far an honest venue's quote can be from the truth at its own instant. Promises, not quantiles. */
export type StatedNoise = {
  /** Relative half width for every spot quote in USD, a converted one included: bid, ask and all between. */
  readonly spotRelative: number;
  /** Relative half width of the stablecoin books around the stablecoin's own price. */
  readonly usdtRelative: number;
  /** Absolute vol error of a 30-day vol made from `mark_iv` by straight lines between neighbouring strikes. */
  readonly volAbs: number;
  /** The same of a 7-day and of a 90-day vol. */
  readonly volAbs7d: number;
  readonly volAbs90d: number;
  /** The same when it is made from bid and ask mids instead, whose ticks are coarse. */
  readonly volAbsFromMids: number;
  /** Relative half width for a constant-maturity forward, whether made from futures, `underlying_price` or quotes by parity. */
  readonly forwardRelative: number;
};

export interface MarketModel {
  readonly seed: number;
  readonly startMs: number;
  readonly stepMs: number;
  readonly noise: StatedNoise;
  /** Stablecoins whose books the bounds cover. */
  readonly coveredStables: readonly Stable[];
  /** Whether the pair exists in this market at all; a venue answers "unknown symbol" for the others. */
  listsSpot(base: SpotCoin | Stable, quote: "USD" | Stable): boolean;
  /** Truth of the coin in USD; null where this market has none. */
  spotUsd(coin: SpotCoin, step: number): number | null;
  stableUsd(stable: Stable, step: number): number | null;
  /** Fair price of the coin in a stablecoin at a venue; null: no trade there. */
  spotInStable(coin: SpotCoin, stable: Stable, venue: Venue, step: number): number | null;
  /**
   * Fair prices over a minute before the start, in the quote currency.
   * @param back 1 is the minute that ended with the last whole minute before `startMs`
   * @returns null where this market remembers nothing
   */
  minuteBefore(base: SpotCoin | Stable, quote: "USD" | Stable, venue: Venue, back: number): Bar | null;
  /** Truth of the at-the-money vol at a constant maturity; null where this market has no chain around it. */
  atmVol(coin: Coin, days: number, step: number): number | null;
  /** Truth of the forward at a constant maturity, USD: straight lines in ln F between neighbours. null as above. */
  forward(coin: Coin, days: number, step: number): number | null;
  /** As the venue lists them, with its own noise, ticks and gaps; Deribit by default. */
  options(coin: Coin, step: number, venue?: OptionVenue): readonly OptionRow[] | null;
  /** Deribit's; the other venues' follow from them, see `venueFutures`. */
  futures(coin: Coin, step: number): readonly FutureRow[] | null;
}

/** Before the start the market stands still at its first step. */
export function stepAt(model: Pick<MarketModel, "startMs" | "stepMs">, timeMs: number): number {
  return Math.max(0, Math.floor((timeMs - model.startMs) / model.stepMs));
}

export function timeOf(model: Pick<MarketModel, "startMs" | "stepMs">, step: number): number {
  return model.startMs + step * model.stepMs;
}
