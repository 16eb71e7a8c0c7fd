/** Volatility at a constant maturity: total variance σ²T is linear in T between two expiries. Never outside them. */

export type VolPoint = {
  /** Time to expiry, ACT/365, > 0. */
  readonly years: number;
  /** Annualised, decimal, > 0. */
  readonly vol: number;
};

/** Why there is no value between the two points. */
export type NoInterpolation =
  /** A number is not positive and finite. */
  | "bad-input"
  /** The target lies outside the two expiries: nothing is extrapolated. */
  | "outside"
  /** The later expiry has less total variance: a calendar arbitrage, so one of the two is wrong. */
  | "falling-variance";

export type Interpolated =
  | { readonly ok: true; readonly vol: number }
  | { readonly ok: false; readonly why: NoInterpolation };

/**
 * Linear interpolation of total variance in time, the rule of the constant-maturity volatility indices (CBOE, "Volatility
 * Index Methodology", step 3): forward variance is constant between the two expiries.
 * @param near        the earlier expiry, near.years ≤ targetYears
 * @param far         the later expiry, targetYears ≤ far.years; may equal `near`
 * @param targetYears > 0
 */
export function interpolateTotalVariance(near: VolPoint, far: VolPoint, targetYears: number): Interpolated {
  for (const input of [near.years, near.vol, far.years, far.vol, targetYears]) {
    if (!(input > 0) || input === Infinity) return { ok: false, why: "bad-input" };
  }
  if (targetYears < near.years || targetYears > far.years) return { ok: false, why: "outside" };
  if (near.years === far.years) return { ok: true, vol: near.vol };
  const nearVariance = near.vol * near.vol * near.years;
  const farVariance = far.vol * far.vol * far.years;
  if (farVariance < nearVariance) return { ok: false, why: "falling-variance" };
  const weight = (targetYears - near.years) / (far.years - near.years);
  const variance = nearVariance + weight * (farVariance - nearVariance);
  return { ok: true, vol: Math.sqrt(variance / targetYears) };
}
