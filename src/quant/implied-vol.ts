/**
 * Implied volatility from an undiscounted Black price, after P. Jäckel, "Let's Be Rational" (2013): the normalised
 * price b(x, v) is an S-curve in v with its inflection at v_c = √(2|x|). The tangent there meets zero and the bound
 * b∞ = exp(x/2) at two volatilities, which part the range in three, and b = β is solved as
 *
 *   1/ln b = 1/ln β                   below, where 1/ln b is close to linear in v²,
 *   b = β                             between,
 *   ln((b∞ - b)/(b∞ - β)) = 0         above, with b∞ - b computed without cancellation,
 *
 * each by Halley's iteration inside a bracket. The number of steps is fixed, so every input costs the same and two
 * machines walk the same path. Jäckel needs two steps of fourth order after fitted first guesses; with the plain
 * guesses here four steps of third order leave at most 3e-12 (600 000 random options, near and far, short and long), so
 * the fifth is to the last place; see test/quant/implied-vol.test.ts.
 */
import type { OptionRight } from "./black76.ts";
import { normalisedMoneyness, normalisedPrice, normalisedRemainder, normalisedVega, priceOverVega } from "./black76.ts";

/** Why a price has no implied volatility. */
export type NoImpliedVol =
  /** An argument is not a positive finite number. */
  | "bad-input"
  /** At or below intrinsic value, or so small a time value that no double holds it. */
  | "no-time-value"
  /** At or above the price of certainty: the forward for a call, the strike for a put. */
  | "above-bound";

export type ImpliedVol =
  | { readonly ok: true; readonly vol: number }
  | { readonly ok: false; readonly why: NoImpliedVol };

const STEPS = 5;
const HALF_LOG_2PI = 0.9189385332046728;

/** The Newton step and f″/f′ of one of the three forms at v. */
type Local = { readonly newton: number; readonly curvature: number };

/** b″/b′ = x²/v³ - v/4. */
function vegaSlope(x: number, v: number): number {
  const h = x / v;
  return (h * h) / v - 0.25 * v;
}

/** ln b without forming b, which may be below the smallest double. v ≤ v_c. */
function lower(x: number, v: number, logTarget: number): Local {
  const h = x / v;
  const t = 0.5 * v;
  const ratio = priceOverVega(h, t);
  const logPrice = Math.log(ratio) - HALF_LOG_2PI - 0.5 * (h * h + t * t);
  return {
    newton: ((logPrice * (logTarget - logPrice)) / logTarget) * ratio,
    curvature: vegaSlope(x, v) - (1 + 2 / logPrice) / ratio,
  };
}

function middle(x: number, v: number, target: number): Local {
  return { newton: (target - normalisedPrice(x, v)) / normalisedVega(x, v), curvature: vegaSlope(x, v) };
}

function upper(x: number, v: number, targetRemainder: number): Local {
  const remainder = normalisedRemainder(x, v);
  const ratio = remainder / normalisedVega(x, v);
  return { newton: Math.log(remainder / targetRemainder) * ratio, curvature: vegaSlope(x, v) + 1 / ratio };
}

/** Halley's iteration, kept inside (low, high), which shrinks by the sign of every step; bisection when it leaves. */
function solve(guess: number, bracket: readonly [number, number], at: (v: number) => Local): number {
  let [low, high] = bracket;
  let v = guess > low && guess < high ? guess : 0.5 * (low + Math.min(high, 2 * low + 1));
  for (let step = 0; step < STEPS; step++) {
    const { newton, curvature } = at(v);
    if (newton > 0) low = v;
    else high = v;
    const damping = Math.max(0.5, 1 + 0.5 * newton * curvature);
    const next = v + newton / damping;
    v = next >= low && next <= high ? next : 0.5 * (low + Math.min(high, 2 * low + 1));
  }
  return v;
}

/** z with Φ(z) ≈ p for 0 < p < 0.5, error below 5e-4: Abramowitz and Stegun 26.2.23. */
function roughQuantile(p: number): number {
  const s = Math.sqrt(-2 * Math.log(p));
  return (2.515517 + s * (0.802853 + s * 0.010328)) / (1 + s * (1.432788 + s * (0.189269 + s * 0.001308))) - s;
}

/** Jäckel's first guess far below the inflection: b ≈ 2π|x|/(3√3)·Φ(-|x|/(√3·v))³, from logarithms. */
function lowerGuess(x: number, logTarget: number): number {
  const root = Math.exp((logTarget - Math.log(-1.2091995761561452 * x)) / 3);
  return root < 0.5 ? x / (1.7320508075688772 * roughQuantile(root)) : Number.NaN;
}

/** Inverse of b(x, ·). @param x ≤ 0 @param target strictly between 0 and exp(x/2) */
function impliedTotalVol(x: number, target: number): number {
  const bound = Math.exp(0.5 * x);
  const inflection = Math.sqrt(-2 * x);
  const atInflection = normalisedPrice(x, inflection);
  const steepest = inflection > 0 ? normalisedVega(x, inflection) : Math.exp(-HALF_LOG_2PI);
  const tangentStart = Math.max(0, inflection - atInflection / steepest);
  if (target < normalisedPrice(x, tangentStart)) {
    const logTarget = Math.log(target);
    return solve(lowerGuess(x, logTarget), [0, tangentStart], (v) => lower(x, v, logTarget));
  }
  const tangentEnd = inflection + (bound - atInflection) / steepest;
  if (target <= normalisedPrice(x, tangentEnd)) {
    const guess = inflection + (target - atInflection) / steepest;
    return solve(guess, [tangentStart, tangentEnd], (v) => middle(x, v, target));
  }
  const remainder = bound - target;
  const guess = Math.sqrt(tangentEnd * tangentEnd + 8 * Math.log(normalisedRemainder(x, tangentEnd) / remainder));
  return solve(guess, [tangentEnd, Infinity], (v) => upper(x, v, remainder));
}

/**
 * Volatility at which Black's formula gives `price`. The out-of-the-money side is inverted: for an option in the money
 * the intrinsic value is taken off first, and the digits it held are lost, so give the other side where there is one.
 * @param price   undiscounted, quote currency
 * @param forward quote currency, > 0
 * @param strike  quote currency, > 0
 * @param years   time to expiry, > 0
 * @returns annualised decimal volatility; out of the money its relative error is below 1e-14 wherever the price
 *          itself determines it that well. A refusal when there is none.
 */
export function impliedVol(
  right: OptionRight,
  forward: number,
  strike: number,
  years: number,
  price: number,
): ImpliedVol {
  for (const input of [forward, strike, years]) {
    if (!(input > 0) || input === Infinity) return { ok: false, why: "bad-input" };
  }
  if (!Number.isFinite(price)) return { ok: false, why: "bad-input" };
  if (price >= (right === "call" ? forward : strike)) return { ok: false, why: "above-bound" };
  const intrinsic = Math.max(0, right === "call" ? forward - strike : strike - forward);
  const x = normalisedMoneyness(forward, strike);
  const target = (price - intrinsic) / (Math.sqrt(forward) * Math.sqrt(strike));
  if (!(target > 1e-300)) return { ok: false, why: "no-time-value" };
  if (target >= Math.exp(0.5 * x)) return { ok: false, why: "above-bound" };
  return { ok: true, vol: impliedTotalVol(x, target) / Math.sqrt(years) };
}
