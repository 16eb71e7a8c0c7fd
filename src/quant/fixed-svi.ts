/**
 * Raw SVI on integers in units of 1e-18: w(k) = a + b·(ρ·(k - m) + √((k - m)² + σ²)), total variance at log-moneyness
 * k = ln(K/F). Source: J. Gatheral, "A parsimonious arbitrage-free implied volatility parameterization" (2004).
 *
 * Domain: every parameter of at most 1000 in magnitude, b ≥ 0, |ρ| < 1, σ > 0. Accuracy: absolute error at most (1 + b)·1e-18,
 * one rounding of the root and one of the sum. The result may be ≤ 0 where the parameters allow it; who needs a
 * volatility has to look.
 */
import { absBig } from "../base/fixed.ts";
import { WAD } from "./fixed-exp-ln.ts";
import { isqrt } from "./integer-sqrt.ts";

/** All in units of 1e-18. */
export type FixedSvi = {
  readonly a: bigint;
  readonly b: bigint;
  readonly rho: bigint;
  readonly m: bigint;
  readonly sigma: bigint;
};

const LIMIT = 1_000n * WAD;

/** Whether the parameters are inside the domain above. Says nothing of arbitrage. */
export function isInSviDomain({ a, b, rho, m, sigma }: FixedSvi): boolean {
  return (
    absBig(a) <= LIMIT &&
    b >= 0n &&
    b <= LIMIT &&
    absBig(rho) < WAD &&
    absBig(m) <= LIMIT &&
    sigma > 0n &&
    sigma <= LIMIT
  );
}

/**
 * w(k).
 * @param k log-moneyness in units of 1e-18
 * @returns total variance in units of 1e-18
 */
export function sviVarianceWad({ a, b, rho, m, sigma }: FixedSvi, k: bigint): bigint {
  const distance = k - m;
  const root = isqrt(distance * distance + sigma * sigma);
  return a + (b * (rho * distance + root * WAD)) / (WAD * WAD);
}
