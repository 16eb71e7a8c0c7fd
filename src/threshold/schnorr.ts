/** The group's signature in the form the contract checks: address of the nonce point, and the scalar. */
import type { Hex } from "../base/bytes.ts";
import { equalBytes, toHex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import {
  addressOf,
  addressOfBytes,
  parseHex,
  parsePoint,
  parseScalar,
  parseScalarHex,
  POINT_BYTES,
  SCALAR_BYTES,
  Scalar,
} from "./curve.ts";
import type { CurveBackend } from "./curve-backend.ts";
import { evmChallenge } from "./suite.ts";

/** The same shape as `GroupSignature` of the report room. */
export type EvmSignature = { readonly rAddress: Hex; readonly z: Hex };

/**
 * z·G − e·P has the address that the signature names. Refuses what the contract refuses: z = 0, z ≥ Q, e = 0, a zero
 * address, a key without a point. Public values only, variable time. Never throws.
 * @param groupKeyX x of the group key, whose y is even, 32 bytes
 * @param digest    32 bytes
 */
export function verifySignature<P>(
  backend: CurveBackend<P>,
  groupKeyX: Hex,
  digest: Hex,
  signature: EvmSignature,
): boolean {
  const keyX = parseHex(groupKeyX, 32);
  const message = parseHex(digest, 32);
  if (keyX === null || message === null || typeof signature !== "object" || signature === null) return false;
  const rAddress = parseHex(signature.rAddress, 20);
  const z = parseScalarHex(signature.z);
  if (rAddress === null || rAddress.every((byte) => byte === 0) || z === null || z === 0n) return false;
  // Px ≥ Q would not fit ecrecover's r; such keys are refused at the ceremony.
  if ((parseScalar(keyX) ?? 0n) === 0n) return false;
  const compressed = new Uint8Array(POINT_BYTES);
  compressed[0] = 2;
  compressed.set(keyX, 1);
  const groupKey = backend.parse(compressed);
  if (groupKey === null) return false;
  const challenge = evmChallenge(keyX, message, rAddress);
  if (challenge === 0n) return false;
  const nonce = backend.combine(z, [{ point: groupKey, scalar: Scalar.neg(challenge) }]);
  return nonce !== null && equalBytes(addressOfBytes(backend.uncompressed(nonce)), rAddress);
}

/**
 * From RFC 9591's encoding R 33 | z 32, which the reference suite's `aggregate` returns.
 * @throws OracleError `bad-signature` when the bytes are not that
 */
export function signatureFromFrost(bytes: Uint8Array): EvmSignature {
  const nonce = parsePoint(bytes.subarray(0, POINT_BYTES));
  const z = bytes.subarray(POINT_BYTES);
  if (bytes.length !== POINT_BYTES + SCALAR_BYTES || nonce === null || parseScalar(z) === null) {
    throw new OracleError(`expected a point and a scalar in 65 bytes, saw ${bytes.length} bytes`, {
      code: "bad-signature",
      seen: bytes.length,
    });
  }
  return { rAddress: toHex(addressOf(nonce)), z: toHex(z) };
}
