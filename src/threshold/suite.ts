/**
 * The FROST ciphersuite of Tenor: RFC 9591's construction over secp256k1 with keccak256, and a challenge that one
 * `ecrecover` can check. The standard suite's vectors do not apply to it; test/threshold/suite.test.ts runs them
 * on the library with the standard suite.
 */
import { createFROST } from "@noble/curves/abstract/frost.js";
import type { Hex } from "../base/bytes.ts";
import { asciiBytes, ByteWriter, concatBytes } from "../base/bytes.ts";
import type { CurvePoint } from "./curve.ts";
import { keccak } from "../base/keccak.ts";
import { addressOf, GROUP_ORDER, Point, SCALAR_BYTES, Scalar } from "./curve.ts";

const SUITE_NAME = "TENOR-FROST-secp256k1-KECCAK256-v1";

function reduce(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value % GROUP_ORDER;
}

/**
 * Hash to a scalar without a bias worth naming: 64 bytes of keccak reduced modulo Q (distance from uniform below
 * 2^-250). Counter and tag length go in front, so no two (tag, message) pairs feed the hash the same bytes.
 * @param tag at most 255 bytes
 */
export function hashToScalar(tag: Uint8Array, message: Uint8Array): bigint {
  const half = (counter: number): Uint8Array =>
    keccak(new ByteWriter().uint(counter, 1).uint(tag.length, 1).raw(tag).raw(message).done());
  return reduce(concatBytes(half(0), half(1)));
}

/**
 * e = keccak(Pₓ 32 | parity 1 | digest 32 | address(R) 20) mod Q, as in Chronicle's Scribe. Parity is always 0: group
 * keys have even y. One keccak reduced modulo Q: the contract fixes that form, and since Q > 2^256 − 2^129 the bias
 * is below 2^-127.
 * @param groupKeyX 32 bytes
 * @param digest    32 bytes
 * @param rAddress  20 bytes
 */
export function evmChallenge(groupKeyX: Uint8Array, digest: Uint8Array, rAddress: Uint8Array): bigint {
  return reduce(keccak(new ByteWriter().raw(groupKeyX, 32).uint(0, 1).raw(digest, 32).raw(rAddress, 20).done()));
}

/** The x coordinate of a point, 32 bytes. */
export function xOf(point: CurvePoint): Uint8Array {
  return point.toBytes(true).subarray(1);
}

type FrostOptions = Parameters<typeof createFROST<CurvePoint>>[0];
export type Frost = ReturnType<typeof createFROST>;

const OPTIONS: FrostOptions = {
  name: SUITE_NAME,
  Point,
  hash: keccak,
  hashToScalar: (message, options) => {
    const tag = options?.DST ?? "";
    return hashToScalar(typeof tag === "string" ? asciiBytes(tag) : tag, message);
  },
  challenge: (r, groupKey, digest) => evmChallenge(xOf(groupKey), digest, addressOf(r)),
};

/** Signing: the reference for every cached computation in this room. */
export const FROST: Frost = createFROST(OPTIONS);

/** The tag that a ceremony's proofs of knowledge hash under. */
export function ceremonyProofTag(ceremonyId: Hex): string {
  return `${SUITE_NAME}dkg${ceremonyId}`;
}

/** The same suite with proofs of knowledge bound to one ceremony, so that none can be carried into another. */
export function ceremonySuite(ceremonyId: Hex): Frost {
  return createFROST({ ...OPTIONS, HDKG: ceremonyProofTag(ceremonyId) });
}

// RFC 9591 §4.4: H1, H4 and H5 of this suite, for the cached computation in attempt.ts.
const RHO_TAG = asciiBytes(`${SUITE_NAME}rho`);
const MESSAGE_TAG = asciiBytes(`${SUITE_NAME}msg`);
const COMMITMENTS_TAG = asciiBytes(`${SUITE_NAME}com`);

/** One commitment of the list that binding factors are computed over: id, hiding 33 bytes, binding 33 bytes. */
export type EncodedCommitment = { readonly id: number; readonly hiding: Uint8Array; readonly binding: Uint8Array };

/**
 * Binding factors of RFC 9591 §4.4, in the order of the list.
 * @param list ascending by id
 */
export function bindingFactors(groupKey: Uint8Array, digest: Uint8Array, list: readonly EncodedCommitment[]): bigint[] {
  const encoded = new ByteWriter().raw(COMMITMENTS_TAG);
  for (const { id, hiding, binding } of list) encoded.uint(id, SCALAR_BYTES).raw(hiding).raw(binding);
  const prefix = concatBytes(groupKey, keccak(concatBytes(MESSAGE_TAG, digest)), keccak(encoded.done()));
  return list.map(({ id }) => hashToScalar(RHO_TAG, new ByteWriter().raw(prefix).uint(id, SCALAR_BYTES).done()));
}

/** Lagrange coefficients at zero, RFC 9591 §4.2, in the order of the list, with one inversion for all. @param ids distinct */
export function lagrangeWeights(ids: readonly number[]): bigint[] {
  const numerators: bigint[] = [];
  const denominators: bigint[] = [];
  for (const id of ids) {
    let numerator = 1n;
    let denominator = 1n;
    for (const other of ids) {
      if (other === id) continue;
      numerator = Scalar.mul(numerator, BigInt(other));
      denominator = Scalar.mul(denominator, Scalar.sub(BigInt(other), BigInt(id)));
    }
    numerators.push(numerator);
    denominators.push(denominator);
  }
  return Scalar.invertBatch(denominators).map((inverse, i) => Scalar.mul(numerators[i]!, inverse));
}
