/**
 * The curve arithmetic that costs time, behind one door: everything that signing checks is a sum of multiples of public
 * points. noble's is always there and is the reference; a native one may stand in (keystore/native-curve.ts), and
 * test/threshold/curve-backend.test.ts holds the two equal.
 */
import { equalBytes } from "../base/bytes.ts";
import type { CurvePoint } from "./curve.ts";
import { Point, parsePoint, parseScalar, Scalar, scalarBytes, sumPublic } from "./curve.ts";

/** scalar·point; `scalar` is below Q, zero and one included. */
export type Term<P> = { readonly point: P; readonly scalar: bigint };

export type CurveBackend<P> = {
  readonly name: "noble" | "libsecp256k1";
  /** Compressed encoding, 33 bytes; null for anything else, the identity included. Never throws. */
  parse(bytes: Uint8Array): P | null;
  /** base·G + Σ scalar·point in variable time, so for public values only; null is the identity. */
  combine(base: bigint, terms: readonly Term<P>[]): P | null;
  /** 33 bytes */
  compressed(point: P): Uint8Array;
  /** 65 bytes: 4 | x | y */
  uncompressed(point: P): Uint8Array;
  /**
   * secret·G, compressed: the one operation on a secret, in constant time where the backend has it.
   * @param secret 32 bytes, 0 < secret < Q, else it throws
   */
  commit(secret: Uint8Array): Uint8Array;
};

export const nobleBackend: CurveBackend<CurvePoint> = {
  name: "noble",
  parse: parsePoint,
  combine(base, terms) {
    const points = terms.map(({ point }) => point);
    const scalars = terms.map(({ scalar }) => scalar);
    if (base !== 0n) {
      points.push(Point.BASE);
      scalars.push(base);
    }
    if (points.length === 0) return null;
    const sum = sumPublic(points, scalars);
    return sum.is0() ? null : sum;
  },
  compressed: (point) => point.toBytes(true),
  uncompressed: (point) => point.toBytes(false),
  commit(secret) {
    // `multiply` refuses zero by itself; what is not below Q is refused here.
    const scalar = parseScalar(secret);
    return Point.BASE.multiply(scalar ?? 0n).toBytes(true);
  },
};

/** Whether a backend computes what the reference does: asked once when one is loaded, before anything rests on it. */
export function agreesWithReference<P>(backend: CurveBackend<P>): boolean {
  const secrets = [1n, 2n, Scalar.ORDER - 1n, Scalar.ORDER >> 1n, Scalar.ORDER / 3n];
  return secrets.every((secret) => {
    const encoded = nobleBackend.commit(scalarBytes(secret));
    const mine = backend.parse(encoded);
    const reference = nobleBackend.parse(encoded);
    if (mine === null || reference === null) return false;
    const sum = backend.combine(7n, [{ point: mine, scalar: secret }]);
    const wanted = nobleBackend.combine(7n, [{ point: reference, scalar: secret }]);
    if (sum === null || wanted === null) return false;
    return (
      equalBytes(backend.uncompressed(sum), nobleBackend.uncompressed(wanted)) &&
      equalBytes(backend.compressed(sum), nobleBackend.compressed(wanted)) &&
      equalBytes(backend.commit(scalarBytes(secret)), encoded) &&
      backend.combine(Scalar.neg(secret), [{ point: mine, scalar: 1n }]) === null
    );
  });
}
