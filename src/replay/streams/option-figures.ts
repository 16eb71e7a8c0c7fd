/** What tickers carry of an option beside its quotes: the vols of both sides and the greeks. */
import { type Greeks, greeksOf, impliedVol } from "../../sim/market/option-figures.ts";
import { YEAR_MS } from "../../sim/market/pricing.ts";
import type { ToldOption } from "./spoil.ts";

export type OptionFigures = Greeks & {
  /** Annualised, decimal; null: no quote on that side. */
  readonly bidVol: number | null;
  readonly askVol: number | null;
  readonly markVol: number;
};

/** Of the honest row: what a fault does to prices it leaves undone to vols. @param timeMs of the chain, by an honest clock */
export function optionFigures({ bidCoin, askCoin, honest }: ToldOption, timeMs: number): OptionFigures {
  const { right, strike, underlyingPrice, markVolPercent } = honest;
  const years = Math.max(honest.expiryMs - timeMs, 1) / YEAR_MS;
  const markVol = markVolPercent / 100;
  const priced = { right, forward: underlyingPrice, strike, vol: markVol, years };
  const sideVol = (told: number | null, price: number | null): number | null =>
    told === null || price === null ? null : impliedVol(priced, price);
  return {
    ...greeksOf(priced),
    bidVol: sideVol(bidCoin, honest.bidCoin),
    askVol: sideVol(askCoin, honest.askCoin),
    markVol,
  };
}
