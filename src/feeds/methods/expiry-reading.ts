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

type Sorted<Kept> = { readonly kept: readonly Kept[]; readonly refusals: readonly RowRefusal[] };

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
): Sorted<Kept> {
  const kept: Kept[] = [];
  const refusals: RowRefusal[] = [];
  for (const row of rows) {
    const found = check(row);
    if (isRefusal(found)) refusals.push(found);
    else kept.push(found);
  }
  return { kept, refusals };
}

function faultOf(rows: readonly OptionQuote[], venueForward: number): Fault | null {
  const twice = listedTwice(rows);
  if (twice !== undefined) return fault("inconsistent", `two quotes of ${twice}`);
  if (venueForward > 0 && venueForward < Infinity) return null;
  return fault("inconsistent", `forward ${venueForward}`, true);
}

/** Marks and smile are worked out when they are first asked for: most feeds ask for one of them, forwards for none. */
export class ExpiryReading {
  readonly expiryMs: number;
  /** From the chain's own instant, > 0. */
  readonly years: number;
  /** Every row as it came. */
  readonly rows: readonly OptionQuote[];
  /** The rows' own forward, the middle one; NaN without rows. */
  readonly venueForward: number;
  /** By put-call parity of bids and asks, within tolerance of the rows' own. */
  readonly forward: Found<{ readonly forward: number; readonly pairs: number }>;
  /** Rows that have no quote which can be believed. */
  readonly unquoted: RefusalCounts;
  readonly #rules: ChainRules;
  readonly #quoted: Sorted<OptionQuote>;
  /** Why nothing of the expiry can be used. */
  readonly #broken: Fault | null;
  #marks: { readonly sound: readonly SoundRow[]; readonly refused: RefusalCounts } | null = null;
  #smile: SmileQuotes | null = null;

  /**
   * @param rows  all rows of one expiry, any order
   * @param years > 0
   */
  constructor(expiryMs: number, years: number, rows: readonly OptionQuote[], rules: ChainRules) {
    this.expiryMs = expiryMs;
    this.years = years;
    this.rows = rows;
    this.#rules = rules;
    // Rows of one expiry are refreshed some milliseconds apart, each with the forward of its moment.
    const venueForward = lowerMiddle(rows.map((row) => row.forward));
    this.venueForward = venueForward;
    this.#broken = faultOf(rows, venueForward);
    const broken = this.#broken;
    this.#quoted =
      broken === null
        ? sort(rows, (row) => quotedRow(row, venueForward, rules))
        : { kept: [], refusals: rows.map(() => broken) };
    this.unquoted = countRefusals(this.#quoted.refusals);
    this.forward = broken ?? parityForward(this.#quoted.kept, venueForward, rules);
  }

  /** Rows whose mark, volatility and quotes agree, and what was refused on the way. */
  get marks(): { readonly sound: readonly SoundRow[]; readonly refused: RefusalCounts } {
    this.#marks ??= this.#readMarks();
    return this.#marks;
  }

  /** What the smile is fitted to. */
  get smile(): SmileQuotes["smile"] {
    if (this.#broken !== null) return this.#broken;
    return !this.forward.ok && this.forward.isForwardWrong ? this.forward : this.#smileQuotes().smile;
  }

  /** What was refused on the way to the smile. */
  get smileRefused(): RefusalCounts {
    return this.#broken === null ? this.#smileQuotes().refused : this.unquoted;
  }

  #readMarks(): ExpiryReading["marks"] {
    const { kept, refusals } = sort(this.#quoted.kept, (row) => agreeingRow(row, this.years, this.#rules));
    return { sound: kept, refused: countRefusals([...this.#quoted.refusals, ...refusals]) };
  }

  #smileQuotes(): SmileQuotes {
    this.#smile ??= smileQuotes(this.#quoted, this.years, this.#rules);
    return this.#smile;
  }
}
