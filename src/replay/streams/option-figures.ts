/** What tickers carry of an option beside its quotes: vols of both sides and the greeks, straight from the row. */
import type { OptionRow } from "../../sim/market/model.ts";
import { coinVega, normalCdf, YEAR_MS } from "../../sim/market/pricing.ts";

export type OptionFigures = {
  /** Annualised, decimal; null: no quote on that side. Linear around the mark, so rough far from it. */
  readonly bidVol: number | null;
  readonly askVol: number | null;
  readonly markVol: number;
  /** Of the value in USD, by the forward. */
  readonly delta: number;
  readonly gamma: number;
  /** USD for one point of vol, and for a day. */
  readonly vega: number;
  readonly theta: number;
};

/** Vols beyond this are where venues stop counting. */
const VOL_MAX = 5;

/** @param timeMs of the chain, by an honest clock */
export function optionFigures(row: OptionRow, timeMs: number): OptionFigures {
  const years = Math.max(row.expiryMs - timeMs, 1) / YEAR_MS;
  const markVol = row.markVolPercent / 100;
  const vega = coinVega(row.underlyingPrice, row.strike, markVol, years);
  const sideVol = (price: number | null): number | null => {
    if (price === null || Number.isNaN(price)) return null;
    const vol = vega > 1e-7 ? markVol + (price - row.markCoin) / vega : price > row.markCoin ? VOL_MAX : 0;
    return Math.min(VOL_MAX, Math.max(0, vol));
  };
  const deviation = markVol * Math.sqrt(years);
  const d1 = Math.log(row.underlyingPrice / row.strike) / deviation + deviation / 2;
  const density = Math.exp(-0.5 * d1 * d1) / Math.sqrt(2 * Math.PI);
  const delta = normalCdf(d1) - (row.right === "call" ? 0 : 1);
  return {
    bidVol: sideVol(row.bidCoin),
    askVol: sideVol(row.askCoin),
    markVol,
    delta,
    gamma: density / (row.underlyingPrice * deviation),
    vega: (row.underlyingPrice * vega) / 100,
    theta: -(row.underlyingPrice * density * markVol) / (2 * Math.sqrt(years) * 365),
  };
}
