/** Bounded noise that can be asked for any step in any order, so a bound on it is a promise and not a likelihood. */
import { hashUniform } from "../random.ts";

/** Uniform in [-1, 1). */
export function signedNoise(...words: readonly number[]): number {
  return 2 * hashUniform(...words) - 1;
}

/**
 * A continuous wander within [-1, 1]: uniform values at knots, straight lines between.
 * @param knotSteps steps between knots, ≥ 1
 */
export function smoothNoise(seed: number, stream: number, step: number, knotSteps: number): number {
  const knot = Math.floor(step / knotSteps);
  const weight = step / knotSteps - knot;
  return (1 - weight) * signedNoise(seed, stream, knot) + weight * signedNoise(seed, stream, knot + 1);
}
