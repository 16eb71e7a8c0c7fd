/**
 * What one expiry of a chain says, read once: which rows can be believed, its forward by put-call parity, and the quotes
 * that a smile is fitted to. Spot is no part of it: the chain stays for seconds, spot does not.
 */
import { unreachable } from "../../base/errors.ts";
import type { OptionQuote } from "../../market/quote.ts";
import { inverseForward, type ParityForward } from "../../quant/parity.ts";
import { type SliceQuotes, sliceQuotes } from "../../quant/slice-quotes.ts";
import type { StrikeQuotes } from "../../quant/strike-quotes.ts";
import type { ExclusionReason } from "../evaluation.ts";
import { lowerMiddle } from "./lower-middle.ts";
import { apartBps } from "./outlier-memory.ts";
import { type ChainRules, checkRow, type RowRefusal, type SoundRow } from "./option-row.ts";
import { countRefusals, type RefusalCounts, withExample } from "./row-refusals.ts";

/** Why an expiry, or one number of it, cannot be used. */
export type ExpiryFault = {
  /** The forward cannot be true: the venue is at fault, not the quotes. */
  readonly isForwardWrong: boolean;
  readonly reason: ExclusionReason;
  readonly detail: string;
};
export type Found<T> = ({ readonly ok: true } & T) | ({ readonly ok: false } & ExpiryFault);

export type ExpiryReading = {
  readonly expiryMs: number;
  /** From the chain's own instant, > 0. */
  readonly years: number;
  /** Every row as it came. */
  readonly rows: readonly OptionQuote[];
  /** Those that can be believed. */
  readonly sound: readonly SoundRow[];
  readonly refused: RefusalCounts;
  /** The rows' own forward, the middle one; NaN without rows. */
  readonly venueForward: number;
  /** By put-call parity, within tolerance of the rows' own. */
  readonly forward: Found<{ readonly forward: number; readonly pairs: number }>;
  /** What the smile is fitted to. */
  readonly smile: Found<{ readonly quotes: SliceQuotes["quotes"] }>;
};

export function fault(
  reason: ExclusionReason,
  detail: string,
  isForwardWrong = false,
): { readonly ok: false } & ExpiryFault {
  return { ok: false, isForwardWrong, reason, detail };
}

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
export function byStrike(rows: readonly SoundRow[]): StrikeQuotes[] {
  const strikes = new Map<number, { -readonly [key in keyof StrikeQuotes]: StrikeQuotes[key] }>();
  for (const { strike, right, bidCoin, askCoin } of rows) {
    const quotes = strikes.get(strike) ?? { strike, callBid: null, callAsk: null, putBid: null, putAsk: null };
    if (right === "call") [quotes.callBid, quotes.callAsk] = [bidCoin, askCoin];
    else [quotes.putBid, quotes.putAsk] = [bidCoin, askCoin];
    strikes.set(strike, quotes);
  }
  return [...strikes.values()];
}

function parityFault(parity: ParityForward & { readonly ok: false }): { readonly ok: false } & ExpiryFault {
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

function forwardOf(sound: readonly SoundRow[], venueForward: number, rules: ChainRules): ExpiryReading["forward"] {
  const parity = inverseForward(byStrike(sound));
  if (!parity.ok) return parityFault(parity);
  const apart = apartBps(parity.forward, venueForward);
  if (apart > rules.rowForwardToleranceBps) {
    const detail = `forward ${parity.forward} by parity, ${venueForward} by the venue: ${apart.toFixed(0)} bp apart`;
    return fault("inconsistent", detail, true);
  }
  return { ok: true, forward: parity.forward, pairs: parity.used };
}

/** Whether the quotes enclose the forward closely enough to say what a smile is there. */
function smileOf(
  reading: Pick<ExpiryReading, "sound" | "years" | "forward" | "refused">,
  rules: ChainRules,
): ExpiryReading["smile"] {
  const { sound, years, forward, refused } = reading;
  if (!forward.ok && forward.isForwardWrong) return forward;
  const { quotes } = sliceQuotes(sound, years);
  const fail = (what: string): ExpiryReading["smile"] => {
    const { reason, detail } = withExample(what, refused);
    return fault(reason, detail);
  };
  const below = quotes.filter(({ k }) => k <= 0);
  const above = quotes.filter(({ k }) => k >= 0);
  const [left, right] = [below.at(-1), above[0]];
  const wanted = rules.minStrikesPerSide;
  if (left === undefined || right === undefined || Math.min(below.length, above.length) < wanted) {
    return fail(
      `${below.length} usable strikes below and ${above.length} above the forward, at least ${wanted} wanted`,
    );
  }
  const gapBps = (right.k - left.k) * 10_000;
  if (gapBps > rules.maxStrikeGapBps) {
    return fail(
      `usable strikes around the forward are ${gapBps.toFixed(0)} bp apart, at most ${rules.maxStrikeGapBps}`,
    );
  }
  return { ok: true, quotes };
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
  const unusable = (broken: { readonly ok: false } & ExpiryFault): ExpiryReading => {
    const refused = countRefusals(rows.map(() => broken));
    return { expiryMs, years, rows, sound: [], refused, venueForward, forward: broken, smile: broken };
  };
  const twice = listedTwice(rows);
  if (twice !== undefined) return unusable(fault("inconsistent", `two quotes of ${twice}`));
  if (!(venueForward > 0 && venueForward < Infinity)) {
    return unusable(fault("inconsistent", `forward ${venueForward}`, true));
  }
  const sound: SoundRow[] = [];
  const refusals: RowRefusal[] = [];
  for (const row of rows) {
    const checked = checkRow(row, venueForward, years, rules);
    if (checked.ok) sound.push(checked.row);
    else refusals.push(checked.refusal);
  }
  const refused = countRefusals(refusals);
  const forward = forwardOf(sound, venueForward, rules);
  const smile = smileOf({ sound, years, forward, refused }, rules);
  return { expiryMs, years, rows, sound, refused, venueForward, forward, smile };
}
