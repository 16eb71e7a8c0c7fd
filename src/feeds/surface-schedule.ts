/** When a surface is agreed on, and on which grid: pure functions of the rule and a signed report. [R36] */
import { MS_PER_YEAR } from "../quant/day-count.ts";
import { THETA_MAX, THETA_MIN } from "../quant/surface-grid.ts";
import type { SurfaceShape } from "./rule.ts";

/** Of the slots a surface may miss before it no longer counts as agreed on: one, so that one bad leader is not news. */
const MISSED_AGREEMENTS_MAX = 1;

export function isSurfaceRound({ everyRounds, phase }: SurfaceShape, round: number): boolean {
  return round % everyRounds === phase % everyRounds;
}

/** Whether slices of `gridRound` are too old to speak for `round`: more than one agreement has not come about since. */
export function isOutdated({ everyRounds }: SurfaceShape, gridRound: number, round: number): boolean {
  return round - gridRound > everyRounds * (1 + MISSED_AGREEMENTS_MAX);
}

/** An expiry within the tenor limits at T_r. */
export function isInTenor({ minTenorMs, maxTenorMs }: SurfaceShape, expiryMs: number, timeMs: number): boolean {
  return expiryMs - timeMs >= minTenorMs && expiryMs - timeMs <= maxTenorMs;
}

/**
 * The at-the-money total variance that places an expiry's grid: the parent's, or for an expiry that the parent does not
 * know the start variance times ACT/365 years at T_r, cut, held within the grid's domain: it only places the nodes.
 * @param thetas of the parent's slices, 1e-18
 * @param timeMs T_r, before the expiry
 */
export function gridTheta(
  shape: SurfaceShape,
  thetas: ReadonlyMap<number, bigint>,
  expiryMs: number,
  timeMs: number,
): bigint {
  const known = thetas.get(expiryMs);
  if (known !== undefined) return known;
  const theta = (shape.startVariance * BigInt(expiryMs - timeMs)) / BigInt(MS_PER_YEAR);
  if (theta < THETA_MIN) return THETA_MIN;
  return theta > THETA_MAX ? THETA_MAX : theta;
}
