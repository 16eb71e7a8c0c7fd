/**
 * Two Fiat–Shamir proofs of the key ceremony and the check of a third. Nonces come from the caller, who must never use one for two
 * statements; every challenge hashes the ceremony's id and the members concerned, so a proof serves in one place only.
 */
import type { Hex } from "../base/bytes.ts";
import { asciiBytes, ByteWriter, concatBytes } from "../base/bytes.ts";
import type { CurvePoint } from "./curve.ts";
import { parsePoint, parseScalar, POINT_BYTES, Point, SCALAR_BYTES, Scalar, scalarBytes } from "./curve.ts";
import { ceremonyProofTag, hashToScalar } from "./suite.ts";

/** R 33 | z 32 */
export const KNOWLEDGE_PROOF_BYTES = POINT_BYTES + SCALAR_BYTES;
/** c 32 | s 32 */
export const SAME_EXPONENT_PROOF_BYTES = 2 * SCALAR_BYTES;

const KEY_TAG = asciiBytes("TENOR/DKG/KEY/1");
const SHARED_POINT_TAG = asciiBytes("TENOR/DKG/SHARED-POINT/1");

function keyChallenge(ceremonyId: Hex, id: number, key: CurvePoint, nonce: CurvePoint): bigint {
  const message = new ByteWriter().hex(ceremonyId, 32).uint(id, 1).raw(key.toBytes(true)).raw(nonce.toBytes(true));
  return hashToScalar(KEY_TAG, message.done());
}

/**
 * Schnorr's proof that a member knows the secret of its per-ceremony key. Without it a member could announce another's key as
 * its own, and a complaint against the copy would open deals to the original.
 * @param secret 1 … Q−1
 * @param nonce  1 … Q−1, fresh
 */
export function proveKey(ceremonyId: Hex, id: number, secret: bigint, nonce: bigint): Uint8Array {
  const noncePoint = Point.BASE.multiply(nonce);
  const challenge = keyChallenge(ceremonyId, id, Point.BASE.multiply(secret), noncePoint);
  return concatBytes(noncePoint.toBytes(true), scalarBytes(Scalar.add(nonce, Scalar.mul(challenge, secret))));
}

export function keyProofIsGood(ceremonyId: Hex, id: number, key: CurvePoint, proof: Uint8Array): boolean {
  const nonce = parsePoint(proof.subarray(0, POINT_BYTES));
  const z = parseScalar(proof.subarray(POINT_BYTES));
  if (nonce === null || z === null) return false;
  const challenge = keyChallenge(ceremonyId, id, key, nonce);
  return Point.BASE.multiplyUnsafe(z).equals(nonce.add(key.multiplyUnsafe(challenge)));
}

function dealerChallenge(ceremonyId: Hex, id: number, commitment: CurvePoint, nonce: CurvePoint): bigint {
  const message = new ByteWriter().uint(id, SCALAR_BYTES).raw(commitment.toBytes(true)).raw(nonce.toBytes(true));
  return hashToScalar(asciiBytes(ceremonyProofTag(ceremonyId)), message.done());
}

/**
 * The proof of knowledge that `DKG.round1` of `ceremonySuite(ceremonyId)` attaches to a dealer's commitments: without it the
 * last dealer could choose a constant term that cancels everybody else's. The library checks it only in a call that
 * names no culprit, hence this one.
 */
export function dealerProofIsGood(ceremonyId: Hex, id: number, commitment: CurvePoint, proof: Uint8Array): boolean {
  const nonce = parsePoint(proof.subarray(0, POINT_BYTES));
  const z = parseScalar(proof.subarray(POINT_BYTES));
  if (nonce === null || z === null) return false;
  const challenge = dealerChallenge(ceremonyId, id, commitment, nonce);
  return Point.BASE.multiplyUnsafe(z).equals(nonce.add(commitment.multiplyUnsafe(challenge)));
}

/**
 * The same proof for a refresh, whose polynomial the library cannot make (it refuses a zero constant term): of the first
 * coefficient that is committed to, so that nobody passes another's commitments off as its own.
 * @param secret 1 … Q−1
 * @param nonce  1 … Q−1, fresh
 */
export function proveDealer(ceremonyId: Hex, id: number, secret: bigint, nonce: bigint): Uint8Array {
  const noncePoint = Point.BASE.multiply(nonce);
  const challenge = dealerChallenge(ceremonyId, id, Point.BASE.multiply(secret), noncePoint);
  return concatBytes(noncePoint.toBytes(true), scalarBytes(Scalar.add(nonce, Scalar.mul(challenge, secret))));
}

/** A complaint's statement: the accuser's key and the shared point have the same exponent over G and the dealer's key. */
export type SharedPointStatement = {
  readonly ceremonyId: Hex;
  readonly accuser: number;
  readonly dealer: number;
  readonly accuserKey: CurvePoint;
  readonly dealerKey: CurvePoint;
  readonly shared: CurvePoint;
};

function sharedChallenge(statement: SharedPointStatement, onBase: CurvePoint, onDealerKey: CurvePoint): bigint {
  const message = new ByteWriter()
    .hex(statement.ceremonyId, 32)
    .uint(statement.accuser, 1)
    .uint(statement.dealer, 1)
    .raw(statement.accuserKey.toBytes(true))
    .raw(statement.dealerKey.toBytes(true))
    .raw(statement.shared.toBytes(true))
    .raw(onBase.toBytes(true))
    .raw(onDealerKey.toBytes(true));
  return hashToScalar(SHARED_POINT_TAG, message.done());
}

/**
 * Chaum–Pedersen: log_G(accuserKey) = log_dealerKey(shared), without showing it.
 * @param secret the accuser's per-ceremony secret
 * @param nonce  1 … Q−1, fresh
 */
export function proveSharedPoint(statement: SharedPointStatement, secret: bigint, nonce: bigint): Uint8Array {
  const challenge = sharedChallenge(statement, Point.BASE.multiply(nonce), statement.dealerKey.multiply(nonce));
  return concatBytes(scalarBytes(challenge), scalarBytes(Scalar.add(nonce, Scalar.mul(challenge, secret))));
}

export function sharedPointProofIsGood(statement: SharedPointStatement, proof: Uint8Array): boolean {
  const challenge = parseScalar(proof.subarray(0, SCALAR_BYTES));
  const s = parseScalar(proof.subarray(SCALAR_BYTES));
  if (challenge === null || s === null) return false;
  const { accuserKey, dealerKey, shared } = statement;
  const onBase = Point.BASE.multiplyUnsafe(s).subtract(accuserKey.multiplyUnsafe(challenge));
  const onDealerKey = dealerKey.multiplyUnsafe(s).subtract(shared.multiplyUnsafe(challenge));
  if (onBase.is0() || onDealerKey.is0()) return false;
  return sharedChallenge(statement, onBase, onDealerKey) === challenge;
}
