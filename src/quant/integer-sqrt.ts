/**
 * The square root of an integer, exact. Source: Newton's iteration from above, which falls strictly until it reaches
 * ⌊√n⌋ (Brent & Zimmermann, "Modern Computer Arithmetic", algorithm 1.13). Domain: every integer ≥ 0. Only bigint
 * operations, so the result is the same on every engine.
 */
import { OracleError } from "../base/errors.ts";

/**
 * ⌊√value⌋.
 * @param value ≥ 0; for a root in units of 1e-18 of a number in units of 1e-18 pass the number times 10^18
 * @throws OracleError `negative-root`
 */
export function isqrt(value: bigint): bigint {
  if (value < 0n) {
    throw new OracleError(`no square root of ${value}: wanted an integer >= 0`, { code: "negative-root", value });
  }
  if (value < 2n) return value;
  const halfBits = BigInt(value.toString(16).length) * 2n;
  // At least √value, since value < 16^digits = 2^(2·halfBits).
  let root = 1n << halfBits;
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
