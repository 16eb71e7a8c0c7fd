/**
 * What one expiry of a chain says, read once: which rows can be believed, its forward by put-call parity, and the quotes
 * that a smile is fitted to. Spot is no part of it: the chain stays for seconds, spot does not.
 */
import { unreachable } from "../../base/errors.ts";
import type { OptionQuote } from "../../market/quote.ts";
import { inverseForward, type ParityForward } from "../../quant/parity.ts";
import type { StrikeQuotes } from "../../quant/strike-quotes.ts";
import { type Fault, fault, type Found } from "./expiry-fault.ts";
import { lowerMiddle } from "./lower-middle.ts";
import { agreeingRow, type ChainRules, isRefusal, quotedRow, type RowRefusal, type SoundRow } from "./option-row.ts";
import { apartBps } from "./outlier-memory.ts";
import { countRefusals, type RefusalCounts } from "./row-refusals.ts";
import { type SmileQuotes, smileQuotes } from "./smile-quotes.ts";

export type ExpiryReading = {
  readonly expiryMs: number;
  /** From the chain's own instant, > 0. */
  readonly years: number;
  /** Every row as it came. */
  readonly rows: readonly OptionQuote[];
  /** The rows' own forward, the middle one; NaN without rows. */
  readonly venueForward: number;
  /** By put-call parity of bids and asks, within tolerance of the rows' own. */
  readonly forward: Found<{ readonly forward: number; readonly pairs: number }>;
  /** Rows whose mark, volatility and quotes agree, and what was refused on the way. */
  readonly marks: { readonly sound: readonly SoundRow[]; readonly refused: RefusalCounts };
  /** What the smile is fitted to, and what was refused on the way. */
  readonly smile: SmileQuotes["smile"];
  readonly smileRefused: RefusalCounts;
};

/** The strikes nearest the money whose parity is asked: recorded boards give the forward to 2 bp by five, and worse by more. */
const PARITY_STRIKES = 5;

/** The instrument that is listed twice, if one is: which of two quotes holds cannot be known. */
function listedTwice(rows: readonly OptionQuote[]): string | undefined {
  const seen = new Set<string>();
  for (const { strike, right } of rows) {
    const option = `the ${right} of strike ${strike}`;
    if (seen.has(option)) return option;
    seen.add(option);
  }
  return undefined;
}

/** Bids and asks by strike, in coin. */
function byStrike(rows: readonly OptionQuote[]): StrikeQuotes[] {
  const strikes = new Map<number, { -readonly [key in keyof StrikeQuotes]: StrikeQuotes[key] }>();
  for (const { strike, right, bidCoin, askCoin } of rows) {
    const quotes = strikes.get(strike) ?? { strike, callBid: null, callAsk: null, putBid: null, putAsk: null };
    if (right === "call") [quotes.callBid, quotes.callAsk] = [bidCoin, askCoin];
    else [quotes.putBid, quotes.putAsk] = [bidCoin, askCoin];
    strikes.set(strike, quotes);
  }
  return [...strikes.values()];
}

function parityFault(parity: ParityForward & { readonly ok: false }): Fault {
  switch (parity.why) {
    case "too-few-pairs":
      return fault("no-quote", `too few strikes with call and put quoted, ${parity.dropped.oneSided} have one side`);
    case "crossed":
      return fault("crossed", `${parity.dropped.crossed} strikes are crossed`);
    case "inconsistent":
      return fault("inconsistent", "calls and puts contradict each other at most strikes", true);
    default:
      return unreachable(parity.why);
  }
}

function parityForward(
  quoted: readonly OptionQuote[],
  venueForward: number,
  rules: ChainRules,
): ExpiryReading["forward"] {
  const parity = inverseForward(byStrike(quoted), { nearest: PARITY_STRIKES });
  if (!parity.ok) return parityFault(parity);
  const apart = apartBps(parity.forward, venueForward);
  if (apart > rules.rowForwardToleranceBps) {
    const detail = `forward ${parity.forward} by parity, ${venueForward} by the venue: ${apart.toFixed(0)} bp apart`;
    return fault("inconsistent", detail, true);
  }
  return { ok: true, forward: parity.forward, pairs: parity.used };
}

function sort<Kept extends OptionQuote>(
  rows: readonly OptionQuote[],
  check: (row: OptionQuote) => Kept | RowRefusal,
): { readonly kept: readonly Kept[]; readonly refusals: readonly RowRefusal[] } {
  const kept: Kept[] = [];
  const refusals: RowRefusal[] = [];
  for (const row of rows) {
    const found = check(row);
    if (isRefusal(found)) refusals.push(found);
    else kept.push(found);
  }
  return { kept, refusals };
}

/**
 * @param rows  all rows of one expiry, any order
 * @param years > 0
 */
export function readExpiry(
  expiryMs: number,
  years: number,
  rows: readonly OptionQuote[],
  rules: ChainRules,
): ExpiryReading {
  // Rows of one expiry are refreshed some milliseconds apart, each with the forward of its moment.
  const venueForward = lowerMiddle(rows.map((row) => row.forward));
  const unusable = (broken: Fault): ExpiryReading => {
    const refused = countRefusals(rows.map(() => broken));
    const marks = { sound: [], refused };
    return { expiryMs, years, rows, venueForward, forward: broken, marks, smile: broken, smileRefused: refused };
  };
  const twice = listedTwice(rows);
  if (twice !== undefined) return unusable(fault("inconsistent", `two quotes of ${twice}`));
  if (!(venueForward > 0 && venueForward < Infinity)) {
    return unusable(fault("inconsistent", `forward ${venueForward}`, true));
  }
  const quoted = sort(rows, (row) => quotedRow(row, venueForward, rules));
  const agreeing = sort(quoted.kept, (row) => agreeingRow(row, years, rules));
  const marks = { sound: agreeing.kept, refused: countRefusals([...quoted.refusals, ...agreeing.refusals]) };
  const forward = parityForward(quoted.kept, venueForward, rules);
  const found = smileQuotes(quoted, years, rules);
  const smile = !forward.ok && forward.isForwardWrong ? forward : found.smile;
  return { expiryMs, years, rows, venueForward, forward, marks, smile, smileRefused: found.refused };
}
