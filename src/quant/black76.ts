/**
 * Black's formula for an option on a forward (F. Black, "The pricing of commodity contracts", 1976), undiscounted, in
 * the normalised form of P. Jäckel, "Let's Be Rational" (2013): with x = -|ln(F/K)|, v = σ√T, h = x/v and t = v/2 the
 * option on the out-of-the-money side is worth √(FK)·b(x, v),
 *
 *   b = exp(-(h² + t²)/2)/√(2π) · D,   D = Y(h + t) - Y(h - t),   Y(z) = Φ(z)/φ(z).
 *
 * D, the ratio of price to vega, is what a difference of two distribution functions destroys when t is small. Since
 * Y(z) = ∫₀^∞ exp(zs - s²/2) ds,
 *
 *   D = 2·Σ Iₙ(h)·tⁿ/n!, n odd,   Iₙ(h) = ∫₀^∞ sⁿ·exp(hs - s²/2) ds > 0,   Iₙ₊₁ = h·Iₙ + n·Iₙ₋₁,
 *
 * a sum of positive terms: the branch for t small against 1 or |h|.
 */
import { OracleError } from "../base/errors.ts";
import { erfcx, normalCdf, normalPdf } from "./normal.ts";

export type OptionRight = "call" | "put";

const SQRT_HALF = 0.7071067811865476;
const SQRT_2PI = 2.5066282746310002;
const SQRT_HALF_PI = 1.2533141373155001;

/** The series is used for t up to this times max(1, |h|); ten odd terms are then within 1e-14 of the sum, h ≥ -38. */
const SERIES_MAX_T = 0.2;
const SERIES_LAST_TERM = 19;
/** Above this h the moments are computed upwards; below it that would lose digits, and downwards it does not. */
const UPWARD_MIN_H = -2;
/** Levels of the continued fraction: a + b/h², found by trial, is within 5e-16 of 400 levels everywhere below -2. */
const FRACTION_MIN_DEPTH = 20;
const FRACTION_DEPTH_SLOPE = 132;
/** Above this h + t the scaled functions grow without bound and the plain distribution functions lose nothing. */
const PLAIN_MIN_UPPER = 0.85;

/** Y(z) = Φ(z)/φ(z). */
function millsRatio(z: number): number {
  return SQRT_HALF_PI * erfcx(-z * SQRT_HALF);
}

function seriesUpwards(h: number, t: number): number {
  let even = millsRatio(h);
  let odd = 1 + h * even;
  let power = t;
  let sum = odd * power;
  for (let n = 1; n < SERIES_LAST_TERM; n += 2) {
    even = h * odd + n * even;
    odd = h * even + (n + 1) * odd;
    power *= (t * t) / ((n + 1) * (n + 2));
    sum += odd * power;
  }
  return 2 * sum;
}

/** rₙ = Iₙ/Iₙ₋₁ from the continued fraction rₙ = n/(|h| + rₙ₊₁), summed on the way by Horner's rule. */
function seriesDownwards(h: number, t: number): number {
  const distance = -h;
  const depth = FRACTION_MIN_DEPTH + Math.ceil(FRACTION_DEPTH_SLOPE / (distance * distance));
  // The tail from rₙ(|h| + rₙ₊₁) = n with rₙ₊₁ - rₙ ≈ 1/√(h² + 4n).
  const tail = distance + 1 / Math.sqrt(distance * distance + 4 * (depth + 1));
  let ratio = 0.5 * (Math.sqrt(tail * tail + 4 * (depth + 1)) - tail);
  let sum = 0;
  for (let n = depth; n >= 1; n--) {
    ratio = n / (distance + ratio);
    if (n <= SERIES_LAST_TERM) sum = ((n % 2 === 1 ? 1 + sum : sum) * ratio * t) / n;
  }
  return 2 * millsRatio(h) * sum;
}

/**
 * D = price over vega of the normalised option, Y(h + t) - Y(h - t).
 * @param h ≤ 0
 * @param t > 0 with h + t ≤ 0.85, or t ≤ 0.2·max(1, |h|); beyond that the result overflows before the price does
 * @returns relative error below 1e-14
 */
export function priceOverVega(h: number, t: number): number {
  if (t <= SERIES_MAX_T * Math.max(1, -h)) return h >= UPWARD_MIN_H ? seriesUpwards(h, t) : seriesDownwards(h, t);
  return millsRatio(h + t) - millsRatio(h - t);
}

/** d b/d v. @param x ≤ 0 @param totalVol > 0 */
export function normalisedVega(x: number, totalVol: number): number {
  return normalPdf(x / totalVol) * (SQRT_2PI * normalPdf(0.5 * totalVol));
}

/**
 * b(x, v): the out-of-the-money option over √(FK).
 * @param x        -|ln(F/K)|, ≤ 0
 * @param totalVol σ√T, ≥ 0
 * @returns between 0 and exp(x/2). Relative error below 1e-14 + |x/v|²·1e-16, which is what rounding x/v costs;
 *          zero once the price is below the smallest double
 */
export function normalisedPrice(x: number, totalVol: number): number {
  if (totalVol === 0) return 0;
  const h = x / totalVol;
  const t = 0.5 * totalVol;
  if (h + t > PLAIN_MIN_UPPER && t > SERIES_MAX_T * Math.max(1, -h)) {
    return normalCdf(h + t) * Math.exp(0.5 * x) - normalCdf(h - t) * Math.exp(-0.5 * x);
  }
  const vega = normalisedVega(x, totalVol);
  return vega === 0 ? 0 : vega * priceOverVega(h, t);
}

/** exp(x/2) - b(x, v), without cancellation: what is left to the price of certainty. Same arguments, v > 0. */
export function normalisedRemainder(x: number, totalVol: number): number {
  const h = x / totalVol;
  const t = 0.5 * totalVol;
  return normalCdf(-h - t) * Math.exp(0.5 * x) + normalCdf(h - t) * Math.exp(-0.5 * x);
}

function requirePositive(name: string, value: number): void {
  if (!(value > 0) || value === Infinity) {
    throw new OracleError(`black76: ${name} must be a positive number, saw ${value}`, {
      code: "bad-argument",
      name,
      value,
    });
  }
}

/** -|ln(F/K)|; near the money the quotient is not formed, its rounding would be all of the result. */
export function normalisedMoneyness(forward: number, strike: number): number {
  const ratio = forward / strike;
  return -Math.abs(ratio > 0.5 && ratio < 2 ? Math.log1p((forward - strike) / strike) : Math.log(ratio));
}

/**
 * Undiscounted price of the option whose strike is out of the money: the call for K ≥ F, the put for K ≤ F.
 * @param forward  quote currency, > 0
 * @param strike   quote currency, > 0
 * @param totalVol σ√T, dimensionless, ≥ 0
 * @returns quote currency
 * @throws OracleError `bad-argument` outside the stated ranges
 */
export function blackOtmPrice(forward: number, strike: number, totalVol: number): number {
  requirePositive("forward", forward);
  requirePositive("strike", strike);
  if (totalVol !== 0) requirePositive("total volatility", totalVol);
  return Math.sqrt(forward) * Math.sqrt(strike) * normalisedPrice(normalisedMoneyness(forward, strike), totalVol);
}

/** Undiscounted price of either side: the out-of-the-money price, plus the intrinsic value if there is one. */
export function blackPrice(right: OptionRight, forward: number, strike: number, totalVol: number): number {
  const intrinsic = right === "call" ? forward - strike : strike - forward;
  return blackOtmPrice(forward, strike, totalVol) + Math.max(0, intrinsic);
}

/**
 * Present value of either side: the discount factor times Black's price, with the limits at a forward or strike of 0.
 * @param forward  quote currency, ≥ 0
 * @param strike   quote currency, ≥ 0
 * @param totalVol σ√T, dimensionless, ≥ 0
 * @param discount value today of one unit at payment, > 0; 1 where premiums are not discounted
 * @returns quote currency
 * @throws OracleError `bad-argument` outside the stated ranges
 */
export function discountedBlackPrice(
  right: OptionRight,
  forward: number,
  strike: number,
  totalVol: number,
  discount: number,
): number {
  requirePositive("discount factor", discount);
  if (forward !== 0 && strike !== 0) return discount * blackPrice(right, forward, strike, totalVol);
  if (forward !== 0) requirePositive("forward", forward);
  if (strike !== 0) requirePositive("strike", strike);
  return discount * Math.max(0, right === "call" ? forward - strike : strike - forward);
}

/**
 * Change of the undiscounted price for one unit of volatility (1.0 = 100 vol points), the same for call and put.
 * @param years time to expiry, > 0
 * @param vol   annualised, decimal, > 0
 */
export function blackVega(forward: number, strike: number, years: number, vol: number): number {
  requirePositive("forward", forward);
  requirePositive("strike", strike);
  requirePositive("time to expiry", years);
  requirePositive("volatility", vol);
  const root = Math.sqrt(years);
  const x = normalisedMoneyness(forward, strike);
  return Math.sqrt(forward) * Math.sqrt(strike) * normalisedVega(x, vol * root) * root;
}
