/** Feldman's verifiable secret sharing: a dealer's polynomial, and what everybody can check of it. */
import type { CurvePoint } from "./curve.ts";
import { Point, Scalar } from "./curve.ts";

/** f(id) by Horner's rule modulo Q. @param coefficients ascending by degree, secret */
export function evaluatePolynomial(coefficients: readonly bigint[], id: number): bigint {
  let value = 0n;
  for (let k = coefficients.length - 1; k >= 0; k--)
    value = Scalar.add(Scalar.mul(value, BigInt(id)), coefficients[k]!);
  return value;
}

/** f(id)·G from the commitments alone. @param commitments a_k·G ascending by degree */
export function evaluateCommitments(commitments: readonly CurvePoint[], id: number): CurvePoint {
  let value = Point.ZERO;
  for (let k = commitments.length - 1; k >= 0; k--) value = value.multiplyUnsafe(BigInt(id)).add(commitments[k]!);
  return value;
}

/**
 * RFC 9591 appendix C.2. A zero share is refused, as its point would be the identity.
 * @param share 0 … Q−1, secret: multiplied in constant time
 */
export function shareMatches(commitments: readonly CurvePoint[], id: number, share: bigint): boolean {
  if (share === 0n) return false;
  return Point.BASE.multiply(share).equals(evaluateCommitments(commitments, id));
}
