/**
 * Forward and discount factor that a board of options implies, by put–call parity (H. Stoll, "The relationship between
 * put and call option prices", 1969), which holds for any smile and any model.
 *
 * Coin-settled (inverse) options, premiums c and p in coin: c - p = 1 - K/F at every strike, so F = K/(1 - (c - p)).
 * USD-settled options: C - P = D·(F - K), a line in K with slope -D and its zero at F.
 *
 * One bad row must not move the result. The strikes nearest the money are used, |call - put| least, for there both
 * premiums are traded. A forward is the median over them. The line starts from the median of all pairwise slopes
 * (Theil–Sen, which 29 % of bad rows do not move), drops the rows that lie out of proportion from it, and ends in least
 * squares with weights 1/spread². Either result must lie within the bids and asks of more than half of the rows.
 *
 * Domain: strikes > 0, two-sided quotes. Accuracy: rounding only; a planted forward and discount come back to 1e-11.
 * The order of the rows does not change a bit of the result.
 */
import type { StrikeQuotes } from "./strike-quotes.ts";
import { midOf, sideOf, uniqueStrikes } from "./strike-quotes.ts";

export type ParityOptions = {
  /** How many strikes nearest the money are used; Infinity for all. */
  readonly nearest?: number;
  /** How far outside its bid and ask a row may see the result and still agree, in 1e-4 of the forward. */
  readonly toleranceBps?: number;
};

/** Rows that were not used, by reason. */
export type DroppedRows = {
  readonly badStrike: number;
  readonly duplicate: number;
  /** A bid or an ask of the call or the put is missing, zero or no number. */
  readonly oneSided: number;
  readonly crossed: number;
};

export type NoParity =
  | "too-few-pairs"
  /** There would be enough rows if none had its bid above its ask. */
  | "crossed"
  /** Most rows contradict the result, or it is no forward or discount at all: wrong units or a broken board. */
  | "inconsistent";

export type ParityRefusal = { readonly ok: false; readonly why: NoParity; readonly dropped: DroppedRows };

export type ParityForward =
  | {
      readonly ok: true;
      readonly forward: number;
      /** The single row with the least |call - put|, and the forward that it alone implies. */
      readonly atTheMoney: { readonly strike: number; readonly forward: number };
      readonly used: number;
      /** Rows whose bid and ask contain the forward, give or take the tolerance. */
      readonly agreeing: number;
      readonly dropped: DroppedRows;
    }
  | ParityRefusal;

export type ParityLine =
  | {
      readonly ok: true;
      readonly forward: number;
      readonly discount: number;
      readonly used: number;
      /** Rows that least squares left out. */
      readonly trimmed: number;
      readonly agreeing: number;
      readonly dropped: DroppedRows;
    }
  | ParityRefusal;

/** call - put at one strike: by mids, and the bounds that buying one and selling the other would pay. */
type Pair = { readonly strike: number; readonly mid: number; readonly low: number; readonly high: number };

const NEAREST = 9;
const TOLERANCE_BPS = 5;
/** A median of three outvotes one bad row; a Theil–Sen line needs five for that. */
const MIN_PAIRS = 3;
const MIN_LINE_PAIRS = 5;
/** Residuals beyond this many robust standard deviations are left out of the least squares. */
const TRIM_DEVIATIONS = 4;
const MEDIAN_TO_DEVIATION = 1.4826;
/** No listed expiry is discounted outside these; coin premiums read as USD give 1e-5, percent give 100. */
const DISCOUNT_MIN = 0.5;
const DISCOUNT_MAX = 1.5;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : 0.5 * ((sorted[middle - 1] ?? Number.NaN) + upper);
}

type Board = { readonly pairs: readonly Pair[]; readonly dropped: DroppedRows };

/** The usable rows nearest the money, by |call - put| and then by strike. */
function nearestPairs(rows: readonly StrikeQuotes[], nearest: number): Board {
  const unique = uniqueStrikes(rows);
  const pairs: Pair[] = [];
  let oneSided = 0;
  let crossed = 0;
  for (const { strike, callBid, callAsk, putBid, putAsk } of unique.rows) {
    const call = sideOf(callBid, callAsk);
    const put = sideOf(putBid, putAsk);
    if (call === "unquoted" || put === "unquoted") oneSided++;
    else if (call === "crossed" || put === "crossed") crossed++;
    else pairs.push({ strike, mid: midOf(call) - midOf(put), low: call.bid - put.ask, high: call.ask - put.bid });
  }
  pairs.sort((a, b) => Math.abs(a.mid) - Math.abs(b.mid) || a.strike - b.strike);
  const dropped = { badStrike: unique.badStrikes, duplicate: unique.duplicates, oneSided, crossed };
  return { pairs: pairs.slice(0, nearest), dropped };
}

function tooFew({ pairs, dropped }: Board, wanted: number): ParityRefusal | null {
  if (pairs.length >= wanted) return null;
  return { ok: false, why: pairs.length + dropped.crossed >= wanted ? "crossed" : "too-few-pairs", dropped };
}

/** Median of the rows' own forwards, each of which rises with call - put. */
function medianForward(
  rows: readonly StrikeQuotes[],
  options: ParityOptions,
  forwardOf: (strike: number, difference: number) => number,
): ParityForward {
  const board = nearestPairs(rows, options.nearest ?? NEAREST);
  const refusal = tooFew(board, MIN_PAIRS);
  if (refusal !== null) return refusal;
  const { pairs, dropped } = board;
  const forwards = pairs.map(({ strike, mid }) => forwardOf(strike, mid));
  const forward = median(forwards);
  const slack = ((options.toleranceBps ?? TOLERANCE_BPS) * forward) / 10_000;
  const agreeing = pairs.filter(
    ({ strike, low, high }) => forwardOf(strike, low) - slack <= forward && forward <= forwardOf(strike, high) + slack,
  ).length;
  const [first] = pairs;
  const [firstForward] = forwards;
  const sound = forward > 0 && forward < Infinity && 2 * agreeing > pairs.length;
  if (!sound || first === undefined || firstForward === undefined) return { ok: false, why: "inconsistent", dropped };
  const atTheMoney = { strike: first.strike, forward: firstForward };
  return { ok: true, forward, atTheMoney, used: pairs.length, agreeing, dropped };
}

/**
 * Forward of a coin-settled expiry.
 * @param rows premiums in coin, one row a strike, in any order
 * @returns the forward in the strikes' currency
 */
export function inverseForward(rows: readonly StrikeQuotes[], options: ParityOptions = {}): ParityForward {
  // A difference of a whole coin or more has no forward: Infinity agrees with nothing but an open upper bound.
  return medianForward(rows, options, (strike, difference) => (difference < 1 ? strike / (1 - difference) : Infinity));
}

/**
 * Forward of a USD-settled expiry whose discount factor is known: 1 where the venue settles without discounting.
 * @param rows     premiums in the strikes' currency, one row a strike, in any order
 * @param discount > 0
 */
export function discountedForward(
  rows: readonly StrikeQuotes[],
  discount: number,
  options: ParityOptions = {},
): ParityForward {
  return medianForward(rows, options, (strike, difference) => strike + difference / discount);
}

type Line = { readonly forward: number; readonly discount: number };

function theilSen(pairs: readonly Pair[]): Line {
  const slopes: number[] = [];
  for (const [i, a] of pairs.entries()) {
    for (const b of pairs.slice(i + 1)) slopes.push((a.mid - b.mid) / (b.strike - a.strike));
  }
  const discount = median(slopes);
  return { discount, forward: median(pairs.map(({ strike, mid }) => strike + mid / discount)) };
}

/** Weights 1/(spread² + floor²): a row without a spread counts as much as several ordinary ones, never as all. */
function weightsOf(pairs: readonly Pair[]): number[] {
  const spreads = pairs.map(({ low, high }) => high - low);
  const mean = spreads.reduce((sum, spread) => sum + spread, 0) / pairs.length;
  if (!(mean > 0)) return pairs.map(() => 1);
  const floor = 0.25 * (median(spreads) || mean);
  return spreads.map((spread) => 1 / (spread * spread + floor * floor));
}

function leastSquares(pairs: readonly Pair[]): Line {
  const weights = weightsOf(pairs);
  const weightAt = (i: number): number => weights[i] ?? 0;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const meanStrike = pairs.reduce((sum, { strike }, i) => sum + weightAt(i) * strike, 0) / total;
  const meanMid = pairs.reduce((sum, { mid }, i) => sum + weightAt(i) * mid, 0) / total;
  let cross = 0;
  let square = 0;
  for (const [i, { strike, mid }] of pairs.entries()) {
    cross += weightAt(i) * (strike - meanStrike) * (mid - meanMid);
    square += weightAt(i) * (strike - meanStrike) * (strike - meanStrike);
  }
  const discount = -cross / square;
  return { discount, forward: meanStrike + meanMid / discount };
}

function isPlausible({ forward, discount }: Line): boolean {
  return forward > 0 && forward < Infinity && discount >= DISCOUNT_MIN && discount <= DISCOUNT_MAX;
}

/**
 * Forward and discount factor of a USD-settled expiry.
 * @param rows premiums in the strikes' currency, one row a strike, in any order. The discount factor is a slope: strikes
 *             a few percent apart and spreads of a few basis points leave about 1e-3 of doubt in it
 */
export function linearForward(rows: readonly StrikeQuotes[], options: ParityOptions = {}): ParityLine {
  const board = nearestPairs(rows, options.nearest ?? NEAREST);
  const refusal = tooFew(board, MIN_LINE_PAIRS);
  if (refusal !== null) return refusal;
  const { pairs, dropped } = board;
  const robust = theilSen(pairs);
  if (!isPlausible(robust)) return { ok: false, why: "inconsistent", dropped };
  const distance = ({ strike, mid }: Pair): number => Math.abs(mid - robust.discount * (robust.forward - strike));
  const deviation = MEDIAN_TO_DEVIATION * median(pairs.map(distance));
  const kept = pairs.filter((pair) => {
    const allowed = Math.max(TRIM_DEVIATIONS * deviation, 0.5 * (pair.high - pair.low), 1e-12 * robust.forward);
    return distance(pair) <= allowed;
  });
  const line = leastSquares(kept);
  if (!isPlausible(line)) return { ok: false, why: "inconsistent", dropped };
  const slack = ((options.toleranceBps ?? TOLERANCE_BPS) * line.forward) / 10_000;
  const agreeing = pairs.filter(({ strike, low, high }) => {
    const difference = line.discount * (line.forward - strike);
    return low - slack <= difference && difference <= high + slack;
  }).length;
  if (2 * agreeing <= pairs.length) return { ok: false, why: "inconsistent", dropped };
  const { forward, discount } = line;
  return { ok: true, forward, discount, used: kept.length, trimmed: pairs.length - kept.length, agreeing, dropped };
}
