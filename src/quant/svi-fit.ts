/**
 * Calibration of one SVI slice to one expiry's quotes, for a node's own view of the market. Floats are fine here: nothing
 * of it is recomputed by others.
 *
 * Method: quasi-explicit (svi-fit-inner.ts) over a searched m and σ (svi-fit-search.ts), then all five parameters
 * together and the removal of butterfly arbitrage (svi-fit-polish.ts). Every quote has a target, its own weight (vega)
 * and perhaps a band, its bid and ask. Minimised is, in units of volatility,
 *
 *   Σ weight·(distance to the band)² + 0.25·Σ weight·(distance to the target)²:
 *
 * a quote whose target is missed inside its own spread costs little, but not nothing, so wide markets still have a say
 * where there are no others. The first sum is handled by projecting the last fit on the bands and fitting again, which
 * never raises the total. A volatility error is (w - w_target)/(2√(w_target·T)), exact to first order.
 *
 * Accuracy: parameters of noise-free quotes come back to 1e-11, see test/quant/svi-fit.test.ts. What is returned has
 * w > 0, b(1 + |ρ|) ≤ 2 and g ≥ 0.001 on the whole line, each checked on the very numbers returned.
 */
import type { FitData } from "./svi-fit-inner.ts";
import { InnerProblem } from "./svi-fit-inner.ts";
import { polishSlice, withoutButterfly } from "./svi-fit-polish.ts";
import { searchSlice } from "./svi-fit-search.ts";
import type { KRange, SviRaw } from "./svi.ts";
import { minDurrleman, sviViolations, totalVariance } from "./svi.ts";

export type SviQuote = {
  /** Log-moneyness ln(K/F). */
  readonly k: number;
  /** Total variance that the slice should have there, > 0. */
  readonly w: number;
  /** Importance, > 0; vega where errors in price are meant. */
  readonly weight: number;
  /** Total variance at the bid and at the ask, wBid ≤ w ≤ wAsk; both or neither. */
  readonly wBid?: number;
  readonly wAsk?: number;
};

export type SviFit = {
  readonly ok: true;
  readonly svi: SviRaw;
  /** Weighted root mean square of σ_fit - σ_target over the used quotes, decimal (0.01 = one vol point). */
  readonly rmseVol: number;
  readonly usedPoints: number;
  /** The smallest Durrleman value on the whole line. */
  readonly minG: number;
};

export type NoSviFit = {
  readonly ok: false;
  readonly why: /** A quote or the time to expiry is not what its type says. */
    | "bad-input"
    /** Fewer than five strikes inside the cut: five numbers are not determined. */
    | "too-few-quotes"
    /** All quotes lie on one side of the money. */
    | "one-sided"
    /** No admissible slice was found. */
    | "inadmissible";
  readonly usedPoints: number;
};

/** The slice of a later expiry, under which this one should stay at common log-moneyness. */
export type SviCeiling = { readonly svi: SviRaw; readonly years: number; readonly range: KRange };

export type SviFitOptions = {
  /** Quotes with |k| beyond this many √w at the money are left out; CUT_DEVIATIONS unless given. */
  readonly cutDeviations?: number;
  /** Without one the fit knows of no other expiry. */
  readonly ceiling?: SviCeiling;
};

/** Quotes with |k| beyond this many √w at the money are not used, unless the caller says otherwise. */
export const CUT_DEVIATIONS = 4;
/** The least g of a returned slice: room for the rounding of published parameters. */
export const FITTED_MIN_G = 0.001;
const MIN_STRIKES = 5;
const INSIDE_WEIGHT = 0.25;
const BAND_PASSES = 3;
const CEILING_POINTS = 16;
const CEILING_WEIGHT = 4;
/** σ is kept above this times √w at the money. */
const SIGMA_FLOOR = 0.02;
/** The smallest total variance is kept above about this times that at the money. */
const VARIANCE_FLOOR = 1e-4;

function isUsable(quote: SviQuote): boolean {
  const { k, w, weight, wBid, wAsk } = quote;
  if (!Number.isFinite(k) || !(w > 0 && w < Infinity) || !(weight > 0 && weight < Infinity)) return false;
  if (wBid === undefined || wAsk === undefined) return wBid === wAsk;
  return wBid > 0 && wBid <= w && w <= wAsk && wAsk < Infinity;
}

/** Total variance at k = 0, linear between the neighbours. @param quotes ascending in k, on both sides of 0 */
function atTheMoney(quotes: readonly SviQuote[]): number {
  const above = quotes.findIndex((quote) => quote.k >= 0);
  const right = quotes[above]!;
  const left = quotes[above - 1] ?? right;
  if (right.k === left.k) return right.w;
  return left.w + ((0 - left.k) / (right.k - left.k)) * (right.w - left.w);
}

/** Targets and weights for least squares; with a last fit, quotes outside their bands are pulled to the bands. */
function fitData(quotes: readonly SviQuote[], years: number, last: SviRaw | null): FitData {
  let sum = 0;
  for (const quote of quotes) sum += quote.weight;
  const targets = quotes.map((quote) => {
    if (last === null || quote.wBid === undefined || quote.wAsk === undefined) return { w: quote.w, share: 1 };
    const fitted = totalVariance(last, quote.k);
    const projected = Math.min(quote.wAsk, Math.max(quote.wBid, fitted));
    if (projected === fitted) return { w: quote.w, share: INSIDE_WEIGHT };
    return { w: (projected + INSIDE_WEIGHT * quote.w) / (1 + INSIDE_WEIGHT), share: 1 + INSIDE_WEIGHT };
  });
  return {
    k: Float64Array.from(quotes, (quote) => quote.k),
    w: Float64Array.from(targets, (target) => target.w),
    weight: Float64Array.from(quotes, (quote, i) => (targets[i]!.share * quote.weight) / (sum * 4 * quote.w * years)),
  };
}

/**
 * What lifting the later slice over this one would cost it, as the square of an error in volatility at the money, times
 * a few: the later slice has quotes of its own, while this one is often high only where it has none.
 */
function calendarToll(ceiling: SviCeiling | undefined): (svi: SviRaw) => number {
  if (ceiling === undefined) return () => 0;
  const { svi: later, years, range } = ceiling;
  const ks: number[] = [];
  for (let i = -CEILING_POINTS; i <= CEILING_POINTS; i++) {
    const u = (i / CEILING_POINTS) * Math.abs(i / CEILING_POINTS);
    ks.push(u < 0 ? -u * range.min : u * range.max);
  }
  const above = ks.map((k) => totalVariance(later, k));
  const perVol = 2 * Math.sqrt(totalVariance(later, 0) * years);
  return (svi) => {
    let excess = 0;
    for (let i = 0; i < ks.length; i++) excess = Math.max(excess, totalVariance(svi, ks[i]!) - above[i]!);
    return CEILING_WEIGHT * (excess / perVol) * (excess / perVol);
  };
}

function rmseOf(quotes: readonly SviQuote[], years: number, svi: SviRaw): number {
  let sum = 0;
  let squares = 0;
  for (const quote of quotes) {
    const error = Math.sqrt(totalVariance(svi, quote.k)) - Math.sqrt(quote.w);
    sum += quote.weight;
    squares += quote.weight * error * error;
  }
  return Math.sqrt(squares / (sum * years));
}

/**
 * The admissible slice nearest to the quotes, whatever their order.
 * @param quotes one expiry's, any order
 * @param years  time to expiry, > 0
 */
export function fitSvi(quotes: readonly SviQuote[], years: number, options: SviFitOptions = {}): SviFit | NoSviFit {
  if (!(years > 0 && years < Infinity) || !quotes.every(isUsable)) {
    return { ok: false, why: "bad-input", usedPoints: 0 };
  }
  const sorted = [...quotes].sort((one, other) => one.k - other.k || one.w - other.w || one.weight - other.weight);
  const refuse = (why: NoSviFit["why"], used: readonly SviQuote[]): NoSviFit => ({
    ok: false,
    why,
    usedPoints: used.length,
  });
  if (sorted.length === 0) return refuse("too-few-quotes", sorted);
  if (sorted[0]!.k > 0 || sorted.at(-1)!.k < 0) return refuse("one-sided", sorted);
  const deviation = Math.sqrt(atTheMoney(sorted));
  const cutDeviations = options.cutDeviations ?? CUT_DEVIATIONS;
  const used = sorted.filter((quote) => Math.abs(quote.k) <= cutDeviations * deviation);
  if (new Set(used.map((quote) => quote.k)).size < MIN_STRIKES) return refuse("too-few-quotes", used);
  const [kMin, kMax] = [used[0]!.k, used.at(-1)!.k];
  const span = kMax - kMin;
  const box = {
    mMin: kMin - 0.5 * span,
    mMax: kMax + 0.5 * span,
    sigmaMin: SIGMA_FLOOR * deviation,
    sigmaMax: 4 * Math.max(span, deviation),
    varianceMin: VARIANCE_FLOOR * deviation * deviation,
  };
  let data = fitData(used, years, null);
  let svi = polishSlice(data, searchSlice(new InnerProblem(data, box.varianceMin), box).svi, box);
  if (used.some((quote) => quote.wBid !== undefined)) {
    for (let pass = 0; pass < BAND_PASSES; pass++) {
      data = fitData(used, years, svi);
      svi = polishSlice(data, svi, box);
    }
  }
  const admissible = { range: null, minG: FITTED_MIN_G };
  const toll = calendarToll(options.ceiling);
  if (sviViolations(svi, admissible).length > 0 || toll(svi) > 0) svi = withoutButterfly(data, box, FITTED_MIN_G, toll);
  const minG = minDurrleman(svi).g;
  if (sviViolations(svi, admissible).length > 0) return refuse("inadmissible", used);
  return { ok: true, svi, rmseVol: rmseOf(used, years, svi), usedPoints: used.length, minG };
}
