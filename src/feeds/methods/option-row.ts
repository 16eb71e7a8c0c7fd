/** Whether one row of an option chain can be believed: docs/methodology/option-chain.md lists the guards. */
import type { OptionQuote } from "../../market/quote.ts";
import { blackPrice } from "../../quant/black76.ts";
import type { ExclusionReason } from "../evaluation.ts";
import type { ChainMethod } from "../kinds/chain-kinds.ts";

export type ChainRules = ChainMethod["chain"];
export type RowRefusal = { readonly reason: ExclusionReason; readonly detail: string };
/** A row whose sides are positive or null, with a volatility. */
export type SoundRow = OptionQuote & { readonly markVol: number };
export type CheckedRow =
  | { readonly ok: true; readonly row: SoundRow }
  | { readonly ok: false; readonly refusal: RowRefusal };

function refuse(reason: ExclusionReason, detail: string): CheckedRow {
  return { ok: false, refusal: { reason, detail } };
}

/** null, 0, -1 and -0.00000001 all mean that nobody quotes: EXCHANGES, sentinels. */
function sideOf(coin: number | null): number | null {
  return coin !== null && coin > 0 && coin < Infinity ? coin : null;
}

/**
 * @param forward the median forward of the row's expiry, > 0
 * @param years   to expiry, > 0
 * @returns the row when forward, quotes, mark price and mark volatility agree with each other
 */
export function checkRow(row: OptionQuote, forward: number, years: number, rules: ChainRules): CheckedRow {
  const { strike, markCoin, markVol } = row;
  const bidCoin = sideOf(row.bidCoin);
  const askCoin = sideOf(row.askCoin);
  if (!(strike > 0 && strike < Infinity)) return refuse("inconsistent", `strike ${strike}`);
  if (!(row.forward > 0) || !(Math.abs(row.forward / forward - 1) * 10_000 <= rules.rowForwardToleranceBps)) {
    return refuse("inconsistent", `forward ${row.forward}, its expiry has ${forward}`);
  }
  if (markVol === null || !(markCoin > 0)) return refuse("no-quote", `mark ${markCoin} at volatility ${markVol}`);
  // Percent taken for decimal, or twice divided, falls outside; ten times wrong falls to the price check below.
  if (!(markVol >= Number(rules.minVol) && markVol <= Number(rules.maxVol))) {
    return refuse("inconsistent", `volatility ${markVol} is not between ${rules.minVol} and ${rules.maxVol}`);
  }
  if (bidCoin === null && askCoin === null) return refuse("no-quote", "neither bid nor ask");
  if (bidCoin !== null && askCoin !== null && !(bidCoin <= askCoin))
    return refuse("crossed", `bid ${bidCoin} above ask ${askCoin}`);
  if (bidCoin !== null && !(bidCoin <= markCoin))
    return refuse("inconsistent", `mark ${markCoin} below bid ${bidCoin}`);
  if (askCoin !== null && !(markCoin <= askCoin))
    return refuse("inconsistent", `mark ${markCoin} above ask ${askCoin}`);
  // Inverse options: the premium is paid in coin, Black's price over the row's own forward (checked in QUANT 2.1).
  const model = blackPrice(row.right, row.forward, strike, markVol * Math.sqrt(years)) / row.forward;
  const allowed = Math.max(Number(rules.priceToleranceCoin), (markCoin * rules.priceToleranceBps) / 10_000);
  if (!(Math.abs(model - markCoin) <= allowed)) {
    return refuse("inconsistent", `mark ${markCoin}, Black-76 at its own volatility ${markVol} gives ${model}`);
  }
  return { ok: true, row: { ...row, bidCoin, askCoin, markVol } };
}
