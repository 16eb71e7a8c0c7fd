/** Whether one row of an option chain can be believed: docs/methodology/option-chain.md lists the guards. */
import type { OptionQuote } from "../../market/quote.ts";
import { blackPrice } from "../../quant/black76.ts";
import type { ExclusionReason } from "../evaluation.ts";
import type { ChainMethod } from "../kinds/chain-kinds.ts";

export type ChainRules = ChainMethod["chain"];
export type RowRefusal = { readonly reason: ExclusionReason; readonly detail: string };
/** A row that quotedRow let pass, with a volatility that agrees with its price. */
export type SoundRow = OptionQuote & { readonly markVol: number };

/** null, 0, -1 and -0.00000001 all mean that nobody quotes: EXCHANGES, sentinels. */
function sideOf(coin: number | null): number | null {
  return coin !== null && coin > 0 && coin < Infinity ? coin : null;
}

/**
 * What every reader of the chain asks of a row: a strike, the expiry's own forward, no bid above the ask.
 * @param forward the median forward of the row's expiry, > 0
 * @returns the row with sentinels taken for what they mean
 */
export function quotedRow(row: OptionQuote, forward: number, rules: ChainRules): OptionQuote | RowRefusal {
  const { strike } = row;
  if (!(strike > 0 && strike < Infinity)) return { reason: "inconsistent", detail: `strike ${strike}` };
  if (!(row.forward > 0) || !(Math.abs(row.forward / forward - 1) * 10_000 <= rules.rowForwardToleranceBps)) {
    return { reason: "inconsistent", detail: `forward ${row.forward}, its expiry has ${forward}` };
  }
  const bidCoin = sideOf(row.bidCoin);
  const askCoin = sideOf(row.askCoin);
  if (bidCoin === null && askCoin === null) return { reason: "no-quote", detail: "neither bid nor ask" };
  if (bidCoin !== null && askCoin !== null && !(bidCoin <= askCoin)) {
    return { reason: "crossed", detail: `bid ${bidCoin} above ask ${askCoin}` };
  }
  return { ...row, bidCoin, askCoin };
}

/**
 * What the at-the-money volatility asks besides: the venue's mark, its volatility and the quotes all agree.
 * @param row   as quotedRow returns it
 * @param years to expiry, > 0
 */
export function agreeingRow(row: OptionQuote, years: number, rules: ChainRules): SoundRow | RowRefusal {
  const { markVol, bidCoin, askCoin } = row;
  const inconsistent = (detail: string): RowRefusal => ({ reason: "inconsistent", detail });
  if (markVol === null || (row.markCoin !== null && !(row.markCoin > 0))) {
    return { reason: "no-quote", detail: `mark ${row.markCoin} at volatility ${markVol}` };
  }
  // Percent taken for decimal, or twice divided, falls outside; ten times wrong falls to the price check below.
  if (!(markVol >= Number(rules.minVol) && markVol <= Number(rules.maxVol))) {
    return inconsistent(`volatility ${markVol} is not between ${rules.minVol} and ${rules.maxVol}`);
  }
  // Inverse options: the premium is paid in coin, Black's price over the row's own forward (checked in QUANT 2.1).
  const model = blackPrice(row.right, row.forward, row.strike, markVol * Math.sqrt(years)) / row.forward;
  // A venue that states a vol and no price leaves only the quotes to hold it against.
  const markCoin = row.markCoin ?? model;
  if (bidCoin !== null && !(bidCoin <= markCoin)) return inconsistent(`mark ${markCoin} below bid ${bidCoin}`);
  if (askCoin !== null && !(markCoin <= askCoin)) return inconsistent(`mark ${markCoin} above ask ${askCoin}`);
  const allowed = Math.max(Number(rules.priceToleranceCoin), (markCoin * rules.priceToleranceBps) / 10_000);
  if (!(Math.abs(model - markCoin) <= allowed)) {
    return inconsistent(`mark ${markCoin}, Black-76 at its own volatility ${markVol} gives ${model}`);
  }
  return { ...row, markVol };
}

export function isRefusal(found: OptionQuote | RowRefusal): found is RowRefusal {
  return "reason" in found;
}
