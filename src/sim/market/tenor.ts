/**
 * The truth at a constant maturity. Total variance is a straight line between the two expiries around it, and so is the
 * logarithm of the forward.
 */
import { YEAR_MS } from "./pricing.ts";

const DAY_MS = 86_400_000;

/** One expiry's at-the-money-forward vol. */
export type AtmPoint = { readonly expiryMs: number; readonly vol: number };

export type ForwardPoint = { readonly expiryMs: number; readonly forward: number };

type Neighbours<P> = { readonly near: P; readonly far: P; readonly farWeight: number };

/** @returns null when the tenor is not bracketed by points that are yet to expire; `points` ascend by expiry */
function neighbours<P extends { readonly expiryMs: number }>(
  points: readonly P[],
  timeMs: number,
  tenorDays: number,
): Neighbours<P> | null {
  const atMs = timeMs + tenorDays * DAY_MS;
  const far = points.find(({ expiryMs }) => expiryMs >= atMs);
  const near = points.findLast(({ expiryMs }) => expiryMs <= atMs && expiryMs > timeMs);
  if (near === undefined || far === undefined) return null;
  const span = far.expiryMs - near.expiryMs;
  return { near, far, farWeight: span === 0 ? 1 : (atMs - near.expiryMs) / span };
}

/**
 * @param points ascending by expiry; those at or before `timeMs` do not count
 * @returns annualised decimal vol at the tenor; null when it is not bracketed
 */
export function constantMaturityVol(points: readonly AtmPoint[], timeMs: number, tenorDays: number): number | null {
  const around = neighbours(points, timeMs, tenorDays);
  if (around === null) return null;
  const { near, far, farWeight } = around;
  const totalVariance = (point: AtmPoint): number => (point.vol * point.vol * (point.expiryMs - timeMs)) / YEAR_MS;
  const variance = (1 - farWeight) * totalVariance(near) + farWeight * totalVariance(far);
  return Math.sqrt((variance * 365) / tenorDays);
}

/** @returns USD; null when the tenor is not bracketed */
export function constantMaturityForward(
  points: readonly ForwardPoint[],
  timeMs: number,
  tenorDays: number,
): number | null {
  const around = neighbours(points, timeMs, tenorDays);
  if (around === null) return null;
  const { near, far, farWeight } = around;
  return Math.exp((1 - farWeight) * Math.log(near.forward) + farWeight * Math.log(far.forward));
}
