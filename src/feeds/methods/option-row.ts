/** Whether one row of an option chain can be believed: docs/methodology/iv-atm.md lists the guards. */
import type { OptionQuote } from "../../market/quote.ts";
import { blackPrice } from "../../quant/black76.ts";
import type { IvAtmDefinition } from "../definition.ts";
import type { ExclusionReason } from "../evaluation.ts";

export type RowRefusal = { readonly reason: ExclusionReason; readonly detail: string };
export type CheckedRow =
  | { readonly ok: true; readonly vol: number }
  | { readonly ok: false; readonly refusal: RowRefusal };

function refuse(reason: ExclusionReason, detail: string): CheckedRow {
  return { ok: false, refusal: { reason, detail } };
}

/**
 * @param forward the median forward of the row's expiry, > 0
 * @param years   to expiry, > 0
 * @returns the row's mark volatility when forward, quotes, mark price and mark volatility agree with each other
 */
export function checkRow(row: OptionQuote, forward: number, years: number, definition: IvAtmDefinition): CheckedRow {
  const { method, bounds } = definition;
  const { bidCoin, askCoin, markCoin, markVol } = row;
  if (!(row.forward > 0) || Math.abs(row.forward / forward - 1) * 10_000 > method.rowForwardToleranceBps) {
    return refuse("inconsistent", `forward ${row.forward}, its expiry has ${forward}`);
  }
  if (markVol === null || !(markCoin > 0)) return refuse("no-quote", `mark ${markCoin} at volatility ${markVol}`);
  // Percent taken for decimal, or twice divided, falls outside; ten times wrong falls to the price check below.
  if (!(markVol >= Number(bounds.low) && markVol <= Number(bounds.high))) {
    return refuse("inconsistent", `volatility ${markVol} is not between ${bounds.low} and ${bounds.high}`);
  }
  if (bidCoin === null && askCoin === null) return refuse("no-quote", "neither bid nor ask");
  if (bidCoin !== null && askCoin !== null && !(bidCoin <= askCoin))
    return refuse("crossed", `bid ${bidCoin} above ask ${askCoin}`);
  if (bidCoin !== null && !(bidCoin <= markCoin))
    return refuse("inconsistent", `mark ${markCoin} below bid ${bidCoin}`);
  if (askCoin !== null && !(markCoin <= askCoin))
    return refuse("inconsistent", `mark ${markCoin} above ask ${askCoin}`);
  // Inverse options: the premium is paid in coin, Black's price over the row's own forward (checked in QUANT 2.1).
  const model = blackPrice(row.right, row.forward, row.strike, markVol * Math.sqrt(years)) / row.forward;
  const allowed = Math.max(Number(method.priceToleranceCoin), (markCoin * method.priceToleranceBps) / 10_000);
  if (!(Math.abs(model - markCoin) <= allowed)) {
    return refuse("inconsistent", `mark ${markCoin}, Black-76 at its own volatility ${markVol} gives ${model}`);
  }
  return { ok: true, vol: markVol };
}
