/**
 * The trigger that thinks in option prices (QUANT §6). For every option of the reference book
 *
 *   e = |price a reader has - price now|,   B = max(floor·S, min(a·S, c·price now)),   u = e/B,
 *
 * where a and c are an option market's usual fees: below B whoever trades on the stale price loses to the fee. When the
 * worst u exceeds λ, or something is due anyway, the cheapest set of spot and slices is due that leaves no u above a rest.
 * QUANT has λ/2 for the rest; 0.3 λ does better at equal gas (bench/triggers.mjs).
 *
 * The cheapest set needs no search over subsets: an option's error depends on the spot and on its own slice only, so
 * once it is decided whether the spot goes, the slices that have to go are those still above the rest with that spot.
 *
 * Integers only; a pure function of signed data, so all nodes compute the same set. Signed data that make no sense give
 * a refusal or an entry in `unpriced`, never an exception.
 */
import { absBig } from "../base/fixed.ts";
import { WAD } from "./fixed-exp-ln.ts";
import {
  type BookOption,
  type BookOptionName,
  type BookSlice,
  bookStrikes,
  type NoBook,
  readersPrice,
} from "./option-book.ts";

/** The agreed values of this round. */
export type CandidateMarket = {
  /** Any unit, the same as the published one's, > 0. */
  readonly spot: bigint;
  /** One an expiry, in any order. */
  readonly slices: readonly BookSlice[];
};

/** What readers hold. */
export type PublishedMarket = {
  /** Null while nothing was published. */
  readonly spot: bigint | null;
  readonly slices: readonly BookSlice[];
};

/** Amounts in units of 1e-18, > 0. */
export type BookRule = {
  /** Fires above this u. */
  readonly lambda: bigint;
  /** What a transaction leaves of u at most, ≤ λ. */
  readonly rest: bigint;
  /** a: tolerated error as a share of spot, 3e14 for 3 bp. */
  readonly spotTolerance: bigint;
  /** c: tolerated error as a share of the option's price, 125e15 for 12.5 %. */
  readonly premiumTolerance: bigint;
  /** The least tolerance as a share of spot, 5e12 for 0.05 bp. */
  readonly toleranceFloor: bigint;
  /** What one more entry costs. The transaction itself costs the same whatever is in it, so it decides nothing. */
  readonly spotGas: number;
  readonly sliceGas: number;
  /** From this long before its expiry an expiry is the settlement feed's business and out of the book. */
  readonly settlementWindowMs: number;
};

export type DueItems = {
  readonly spot: boolean;
  /** Unix ms, ascending. */
  readonly expiries: readonly number[];
};

export type WorstOption = {
  readonly expiryMs: number;
  readonly option: BookOptionName;
  /** e/B in units of 1e-18; `NO_PRICE` where what is published gives no price at all. */
  readonly u: bigint;
};

export type BookJudgement =
  | {
      readonly verdict: "judged";
      /** Of what is published now; null while nothing can be compared. */
      readonly worst: WorstOption | null;
      /** With what was due anyway. */
      readonly due: DueItems;
      /** Why anything is due, the strongest reason; null when nothing is. */
      readonly reason: "error-above-lambda" | "first" | "already-due" | null;
      /** Candidates that cannot be judged, and are not due by this rule. */
      readonly unpriced: readonly { readonly expiryMs: number; readonly why: NoBook }[];
    }
  | { readonly verdict: "refused"; readonly why: "bad-rule" | "bad-time" | "bad-spot" | "repeated-expiry" };

export type BookCase = {
  readonly published: PublishedMarket;
  readonly candidate: CandidateMarket;
  /** Unix ms, an integer. */
  readonly reportTimeMs: number;
  readonly rule: BookRule;
  /** What another rule makes due in this round: it counts as published, and all above the rest joins it. */
  readonly already?: DueItems;
};

/** More than any u: the reader has no price. */
export const NO_PRICE = (1n << 255n) - 1n;

/** An expiry of the book: its options, what readers hold of it, and whether it goes in any case. */
type Entry = {
  readonly candidate: BookSlice;
  readonly held: BookSlice | null;
  readonly goes: boolean;
  readonly options: readonly BookOption[];
};

function isPositiveRule(rule: BookRule): boolean {
  const amounts = [rule.lambda, rule.rest, rule.spotTolerance, rule.premiumTolerance, rule.toleranceFloor];
  const counts = [rule.spotGas, rule.sliceGas, rule.settlementWindowMs];
  return (
    rule.rest <= rule.lambda &&
    amounts.every((one) => one > 0n) &&
    counts.every((one) => Number.isSafeInteger(one) && one >= 0)
  );
}

function hasRepeats(slices: readonly BookSlice[]): boolean {
  return new Set(slices.map(({ expiryMs }) => expiryMs)).size < slices.length;
}

/** The largest u of one expiry for a reader of `slice` and `spot` (units of 1e-18 of the candidate spot). */
function worstIn(entry: Entry, slice: BookSlice, spot: bigint, { rule, reportTimeMs }: BookCase): WorstOption {
  let worst: WorstOption | null = null;
  for (const option of entry.options) {
    const price = readersPrice(slice, spot, option, reportTimeMs);
    const byPremium = (rule.premiumTolerance * option.price) / WAD;
    const capped = byPremium < rule.spotTolerance ? byPremium : rule.spotTolerance;
    const tolerance = capped > rule.toleranceFloor ? capped : rule.toleranceFloor;
    const u = price === null ? NO_PRICE : (absBig(price - option.price) * WAD) / tolerance;
    if (worst === null || u > worst.u) worst = { expiryMs: entry.candidate.expiryMs, option: option.name, u };
  }
  return worst ?? { expiryMs: entry.candidate.expiryMs, option: "atm", u: NO_PRICE };
}

/** What has to go when readers will hold `spot` (units of 1e-18 of the candidate spot): what must, and all above the rest. */
function goingWith(entries: readonly Entry[], spot: bigint, input: BookCase): readonly Entry[] {
  const { rest } = input.rule;
  return entries.filter(
    (entry) => entry.goes || entry.held === null || worstIn(entry, entry.held, spot, input).u > rest,
  );
}

/**
 * The cheapest set that leaves no u above the rest; with the spot at equal cost, which leaves the smaller errors.
 * @param heldSpot readers' spot in units of 1e-18 of the candidate spot; null when the spot goes in any case
 */
function cheapestSet(entries: readonly Entry[], heldSpot: bigint | null, input: BookCase): DueItems {
  const expiriesOf = (going: readonly Entry[]): number[] => going.map(({ candidate }) => candidate.expiryMs);
  const { rest, spotGas, sliceGas } = input.rule;
  // With spot and slice both the candidate's the error is zero: this always reaches the rest.
  const beside = goingWith(entries, WAD, input);
  if (heldSpot === null) return { spot: true, expiries: expiriesOf(beside) };
  const alone = goingWith(entries, heldSpot, input);
  const isCheaper = alone.length * sliceGas < spotGas + beside.length * sliceGas;
  const isEnough = (): boolean => alone.every((entry) => worstIn(entry, entry.candidate, heldSpot, input).u <= rest);
  return isCheaper && isEnough()
    ? { spot: false, expiries: expiriesOf(alone) }
    : { spot: true, expiries: expiriesOf(beside) };
}

function refusalOf({
  published,
  candidate,
  reportTimeMs,
  rule,
}: BookCase): "bad-rule" | "bad-time" | "bad-spot" | "repeated-expiry" | null {
  if (!isPositiveRule(rule)) return "bad-rule";
  if (!Number.isSafeInteger(reportTimeMs)) return "bad-time";
  if (candidate.spot <= 0n || (published.spot !== null && published.spot <= 0n)) return "bad-spot";
  return hasRepeats(candidate.slices) || hasRepeats(published.slices) ? "repeated-expiry" : null;
}

/**
 * What is due by the book.
 * Expiries that are published and no longer in the candidate are ignored; those of the candidate that were never
 * published are due ("first"); those within the settlement window are neither.
 */
export function judgeBook(input: BookCase): BookJudgement {
  const refusal = refusalOf(input);
  if (refusal !== null) return { verdict: "refused", why: refusal };
  const { published, candidate, reportTimeMs, rule } = input;
  const already = input.already ?? { spot: false, expiries: [] };
  const held = new Map(published.slices.map((slice) => [slice.expiryMs, slice]));
  const unpriced: { expiryMs: number; why: NoBook }[] = [];
  const entries: Entry[] = [];
  for (const slice of candidate.slices) {
    if (slice.expiryMs - reportTimeMs <= rule.settlementWindowMs) continue;
    const options = bookStrikes(slice, reportTimeMs);
    const goes = already.expiries.includes(slice.expiryMs) || !held.has(slice.expiryMs);
    if (typeof options === "string") unpriced.push({ expiryMs: slice.expiryMs, why: options });
    else entries.push({ candidate: slice, held: held.get(slice.expiryMs) ?? null, goes, options });
  }

  const readersSpot = published.spot === null ? null : (published.spot * WAD) / candidate.spot;
  let worst: WorstOption | null = null;
  for (const entry of readersSpot === null ? [] : entries) {
    if (entry.held === null) continue;
    const one = worstIn(entry, entry.held, readersSpot ?? WAD, input);
    if (worst === null || one.u > worst.u) worst = one;
  }
  const isFirst = readersSpot === null || entries.some((entry) => entry.held === null);
  const isAlready = already.spot || already.expiries.length > 0;
  const reason =
    worst !== null && worst.u > rule.lambda
      ? "error-above-lambda"
      : isFirst
        ? "first"
        : isAlready
          ? "already-due"
          : null;
  if (reason === null) return { verdict: "judged", worst, due: { spot: false, expiries: [] }, reason, unpriced };

  const chosen = cheapestSet(entries, already.spot ? null : readersSpot, input);
  const expiries = [...new Set([...chosen.expiries, ...already.expiries])].sort((a, b) => a - b);
  return { verdict: "judged", worst, due: { spot: chosen.spot, expiries }, reason, unpriced };
}
