/**
 * The synthetic smile: one SSVI surface per coin, free of butterfly and calendar arbitrage by construction.
 *
 *   w(k) = θ/2 · (1 + ρφk + √((φk + ρ)² + 1 − ρ²)),  φ = η / √(θ(1 + θ))
 *
 * Gatheral & Jacquier (2014), eq. 4.5 with γ = ½: no butterfly when η(1 + |ρ|) ≤ 2, no calendar arbitrage when θ grows
 * with T. w(0) = θ, so θ/T is the squared at-the-money-forward vol, exactly: the truth needs no search.
 */

export const SSVI_RHO = -0.18;
export const SSVI_ETA = 0.85;

/** Instantaneous variances at the two ends of the curve, annualised. */
export type TermStructure = { readonly shortVariance: number; readonly longVariance: number };

const MEAN_REVERSION_PER_YEAR = 6;

/** θ(T) = v∞T + (v0 − v∞)(1 − e^(−κT))/κ: the integral of a variance that reverts from v0 to v∞, so it only grows. */
export function atmTotalVariance(curve: TermStructure, years: number): number {
  const reverted = (1 - Math.exp(-MEAN_REVERSION_PER_YEAR * years)) / MEAN_REVERSION_PER_YEAR;
  return curve.longVariance * years + (curve.shortVariance - curve.longVariance) * reverted;
}

/**
 * @param theta at-the-money total variance, > 0
 * @param logMoneyness k = ln(K/F)
 */
export function smileTotalVariance(theta: number, logMoneyness: number): number {
  const tilt = (SSVI_ETA / Math.sqrt(theta * (1 + theta))) * logMoneyness;
  return (
    0.5 * theta * (1 + SSVI_RHO * tilt + Math.sqrt((tilt + SSVI_RHO) * (tilt + SSVI_RHO) + 1 - SSVI_RHO * SSVI_RHO))
  );
}

export function smileVol(theta: number, years: number, strike: number, forward: number): number {
  return Math.sqrt(smileTotalVariance(theta, Math.log(strike / forward)) / years);
}
