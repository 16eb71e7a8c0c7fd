/** The truth of a constant-maturity vol: total variance is a straight line between the two expiries around 30 days. */
import { YEAR_MS } from "./pricing.ts";

const TENOR_MS = 30 * 86_400_000;

/** One expiry's at-the-money-forward vol. */
export type AtmPoint = { readonly expiryMs: number; readonly vol: number };

/**
 * @param points ascending by expiry; those at or before `timeMs` do not count
 * @returns annualised decimal vol at 30 days; null when 30 days is not bracketed
 */
export function constantMaturityVol(points: readonly AtmPoint[], timeMs: number): number | null {
  let near: AtmPoint | null = null;
  for (const far of points) {
    const farMs = far.expiryMs - timeMs;
    if (farMs <= 0) continue;
    if (farMs === TENOR_MS) return far.vol;
    if (farMs < TENOR_MS) {
      near = far;
      continue;
    }
    if (near === null) return null;
    const nearYears = (near.expiryMs - timeMs) / YEAR_MS;
    const farYears = farMs / YEAR_MS;
    const tenorYears = TENOR_MS / YEAR_MS;
    const weight = (tenorYears - nearYears) / (farYears - nearYears);
    const variance = (1 - weight) * near.vol * near.vol * nearYears + weight * far.vol * far.vol * farYears;
    return Math.sqrt(variance / tenorYears);
  }
  return null;
}
