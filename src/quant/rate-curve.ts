/**
 * The interest rate that forwards imply over spot, r = ln(F/S)/T, continuously compounded on ACT/365, and the forward of
 * a constant maturity: ln(F/S) is linear in T between two expiries, so the rate between the two is constant. Nothing is
 * extrapolated: neither past the last expiry nor before the first, where the quotient of two near-equal prices and a
 * short time is noise.
 *
 * Domain: prices and times positive and finite. Accuracy: ln(F/S) is taken by log1p of (F - S)/S, so a carry of 1e-6
 * keeps its digits.
 */

export type ForwardPoint = {
  /** Time to expiry, ACT/365, > 0. */
  readonly years: number;
  /** Quote currency, > 0. */
  readonly forward: number;
};

export type RatePoint = ForwardPoint & {
  /** Continuously compounded, per year, decimal. */
  readonly rate: number;
};

/** Why there is no curve, or no point on it. */
export type NoRate =
  /** A price or a time is not positive and finite. A forward at or below zero has no logarithm. */
  | "bad-input"
  | "no-expiry"
  /** Expiries must rise strictly: two forwards of one expiry, or a shuffled board, is a fault upstream. */
  | "unordered-expiries"
  /** The maturity lies before the first or after the last expiry. */
  | "outside";

export type RateCurve =
  | { readonly ok: true; readonly spot: number; readonly points: readonly RatePoint[] }
  | { readonly ok: false; readonly why: Exclude<NoRate, "outside"> };

export type ConstantMaturity =
  | ({ readonly ok: true } & RatePoint)
  | { readonly ok: false; readonly why: "bad-input" | "outside" };

function isPositive(value: number): boolean {
  return value > 0 && value < Infinity;
}

function logCarry(forward: number, spot: number): number {
  const ratio = forward / spot;
  return ratio > 0.5 && ratio < 2 ? Math.log1p((forward - spot) / spot) : Math.log(ratio);
}

/**
 * The implied rate of every expiry.
 * @param spot     quote currency, the price the forwards are forwards of, > 0
 * @param forwards one per expiry, times strictly rising
 */
export function rateCurve(spot: number, forwards: readonly ForwardPoint[]): RateCurve {
  if (forwards.length === 0) return { ok: false, why: "no-expiry" };
  if (!isPositive(spot)) return { ok: false, why: "bad-input" };
  const points: RatePoint[] = [];
  let lastYears = 0;
  for (const { years, forward } of forwards) {
    if (!isPositive(years) || !isPositive(forward)) return { ok: false, why: "bad-input" };
    if (years <= lastYears) return { ok: false, why: "unordered-expiries" };
    lastYears = years;
    points.push({ years, forward, rate: logCarry(forward, spot) / years });
  }
  return { ok: true, spot, points };
}

/**
 * Forward and rate of one maturity.
 * @param curve       a curve that is ok
 * @param targetYears from the first to the last expiry, ends included
 */
export function constantMaturity(curve: RateCurve & { readonly ok: true }, targetYears: number): ConstantMaturity {
  if (!isPositive(targetYears)) return { ok: false, why: "bad-input" };
  const laterAt = curve.points.findIndex(({ years }) => years >= targetYears);
  const later = curve.points[laterAt];
  if (later === undefined) return { ok: false, why: "outside" };
  if (later.years === targetYears) return { ok: true, ...later };
  const earlier = curve.points[laterAt - 1];
  if (earlier === undefined) return { ok: false, why: "outside" };
  const weight = (targetYears - earlier.years) / (later.years - earlier.years);
  const from = logCarry(earlier.forward, curve.spot);
  const carry = from + weight * (logCarry(later.forward, curve.spot) - from);
  return { ok: true, years: targetYears, forward: curve.spot * Math.exp(carry), rate: carry / targetYears };
}
