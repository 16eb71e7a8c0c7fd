/**
 * Model-free variance from a strip of out-of-the-money options: the rule of the VIX (Cboe, "Volatility Index Mathematics
 * Methodology"; the white papers of 2009 and 2014–2019 have the same), a discretised log contract:
 *
 *   F  = K* + (C(K*) - P(K*))/D        K* has the least |C - P| of mid quotes, the lower of two equals
 *   K₀ = the largest strike ≤ F
 *   puts below K₀ downwards and calls above it upwards: a bid of zero is skipped, two in a row end the walk
 *   σ² = 2/T·Σ ΔK/K²·Q(K)/D - (F/K₀ - 1)²/T,   ΔK over the strikes that survive, Q(K₀) the mean of call and put
 *
 * An index of a constant maturity weighs two expiries by time, linearly in total variance.
 *
 * The strip ends where quotes end. On real crypto boards that cut costs 1 to 3 vol points against the integral over all
 * strikes, so the lowest and highest ln(K/F) used are part of the result.
 *
 * Domain: D > 0, T > 0, premiums in the strikes' currency. Accuracy: rounding only; the published examples 61.22, 13.69
 * and 13.93 are reproduced to every printed digit in test/quant/variance-strip.test.ts.
 */
import type { StrikeQuotes } from "./strike-quotes.ts";
import { midOf, sideOf, uniqueStrikes } from "./strike-quotes.ts";
import type { Interpolated } from "./total-variance.ts";
import { interpolateTotalVariance } from "./total-variance.ts";

export type StripTerms = {
  /** Time to expiry, > 0. */
  readonly years: number;
  /** Value today of one unit at expiry, e^(-RT), > 0; 1 for undiscounted premiums. */
  readonly discount: number;
  /** The forward, where it is known better than from these quotes, as on coin-settled boards. */
  readonly forward?: number;
};

export type StripLeg = {
  readonly strike: number;
  readonly side: "put" | "call" | "both";
  /** Mid quote. */
  readonly price: number;
  /** ΔK: half the distance between the neighbours used, at the ends the distance to the only one. */
  readonly strikeStep: number;
  /** ΔK/K²·Q(K)/D: its part of σ²T/2. */
  readonly contribution: number;
};

/** Why a board gives no variance. */
export type NoStrip =
  /** Time, discount factor or given forward is not positive and finite. */
  | "bad-terms"
  /** No strike has both a call and a put with a bid and an ask. */
  | "no-forward"
  /** No strike at or below the forward. */
  | "no-strike-below"
  /** The call or the put at K₀ has no two-sided quote. */
  | "money-unquoted"
  /** No put below K₀ or no call above it survives: half a smile is no variance. */
  | "one-sided"
  /** The sum is not above zero: quotes that no board can have. */
  | "not-positive";

export type VarianceStrip =
  | {
      readonly ok: true;
      /** σ², annualised. */
      readonly variance: number;
      readonly years: number;
      readonly forward: number;
      /** K₀. */
      readonly moneyStrike: number;
      /** (F/K₀ - 1)²/T, already taken off. */
      readonly forwardTerm: number;
      /** In order of strike. */
      readonly legs: readonly StripLeg[];
      /** ln(K/F) of the first and the last strike used: the cut of the wings. */
      readonly lowestLogMoneyness: number;
      readonly highestLogMoneyness: number;
      readonly crossed: number;
      readonly duplicates: number;
    }
  | { readonly ok: false; readonly why: NoStrip };

/** One strike with the mids of its quoted options; null where the walk sees no bid. */
type Row = { readonly strike: number; readonly call: number | null; readonly put: number | null };

type Chosen = { readonly strike: number; readonly side: StripLeg["side"]; readonly price: number };

function isPositive(value: number): boolean {
  return value > 0 && value < Infinity;
}

function midOrNull(side: ReturnType<typeof sideOf>): number | null {
  return typeof side === "string" ? null : midOf(side);
}

function rowsOf(quotes: readonly StrikeQuotes[]): { readonly rows: readonly Row[]; readonly crossed: number } {
  let crossed = 0;
  const rows = quotes.map(({ strike, callBid, callAsk, putBid, putAsk }) => {
    const call = sideOf(callBid, callAsk);
    const put = sideOf(putBid, putAsk);
    crossed += (call === "crossed" ? 1 : 0) + (put === "crossed" ? 1 : 0);
    return { strike, call: midOrNull(call), put: midOrNull(put) };
  });
  return { rows, crossed };
}

function parityForward(rows: readonly Row[], discount: number): number | null {
  let least = Infinity;
  let forward: number | null = null;
  for (const { strike, call, put } of rows) {
    if (call === null || put === null || Math.abs(call - put) >= least) continue;
    least = Math.abs(call - put);
    forward = strike + (call - put) / discount;
  }
  return forward;
}

/** Rows in the walk's direction; ends before the second of two unquoted strikes in a row. */
function walk(rows: readonly Row[], side: "put" | "call"): Chosen[] {
  const chosen: Chosen[] = [];
  let unquotedInARow = 0;
  for (const row of rows) {
    const price = row[side];
    unquotedInARow = price === null ? unquotedInARow + 1 : 0;
    if (unquotedInARow === 2) break;
    if (price !== null) chosen.push({ strike: row.strike, side, price });
  }
  return chosen;
}

function legsOf(chosen: readonly Chosen[], discount: number): StripLeg[] {
  return chosen.map(({ strike, side, price }, i) => {
    const below = chosen[i - 1]?.strike;
    const above = chosen[i + 1]?.strike;
    const width = (above ?? strike) - (below ?? strike);
    const strikeStep = below === undefined || above === undefined ? width : 0.5 * width;
    return { strike, side, price, strikeStep, contribution: ((strikeStep / (strike * strike)) * price) / discount };
  });
}

/**
 * Variance of one expiry.
 * @param quotes one row a strike, in any order, premiums in the strikes' currency: multiply coin premiums by one forward
 *               of the expiry. A crossed quote counts as no quote; a strike that comes twice is left out
 */
export function varianceStrip(quotes: readonly StrikeQuotes[], terms: StripTerms): VarianceStrip {
  const { years, discount } = terms;
  if (![years, discount, terms.forward ?? 1].every(isPositive)) return { ok: false, why: "bad-terms" };
  const unique = uniqueStrikes(quotes);
  const { rows, crossed } = rowsOf(unique.rows);
  const forward = terms.forward ?? parityForward(rows, discount);
  if (forward === null) return { ok: false, why: "no-forward" };
  const money = rows.findLast(({ strike }) => strike <= forward);
  if (money === undefined) return { ok: false, why: "no-strike-below" };
  if (money.call === null || money.put === null) return { ok: false, why: "money-unquoted" };
  const below = rows.filter(({ strike }) => strike < money.strike).reverse();
  const above = rows.filter(({ strike }) => strike > money.strike);
  const puts = walk(below, "put").reverse();
  const calls = walk(above, "call");
  const [lowest] = puts;
  const highest = calls.at(-1);
  if (lowest === undefined || highest === undefined) return { ok: false, why: "one-sided" };
  const middle: Chosen = { strike: money.strike, side: "both", price: 0.5 * (money.call + money.put) };
  const legs = legsOf([...puts, middle, ...calls], discount);
  const sum = legs.reduce((total, { contribution }) => total + contribution, 0);
  const gap = forward / money.strike - 1;
  const forwardTerm = (gap * gap) / years;
  const variance = (2 / years) * sum - forwardTerm;
  if (!isPositive(variance)) return { ok: false, why: "not-positive" };
  return {
    ok: true,
    variance,
    years,
    forward,
    moneyStrike: money.strike,
    forwardTerm,
    legs,
    lowestLogMoneyness: Math.log(lowest.strike / forward),
    highestLogMoneyness: Math.log(highest.strike / forward),
    crossed,
    duplicates: unique.duplicates,
  };
}

/** What the interpolation needs of a strip that is ok. */
export type StripVariance = { readonly years: number; readonly variance: number };

/**
 * Volatility of a constant maturity between two expiries, decimal: the published index is 100 times it.
 * @param near        the earlier expiry, near.years ≤ targetYears
 * @param next        the later expiry, targetYears ≤ next.years
 * @param targetYears 30/365 for a 30-day index
 */
export function stripVolatility(near: StripVariance, next: StripVariance, targetYears: number): Interpolated {
  return interpolateTotalVariance(
    { years: near.years, vol: Math.sqrt(near.variance) },
    { years: next.years, vol: Math.sqrt(next.variance) },
    targetYears,
  );
}
