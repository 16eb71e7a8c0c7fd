/**
 * A share on its way from dealer to receiver: one-time pad of 32 bytes from the Diffie–Hellman point of the two per-ceremony
 * keys, a pad per direction. There is no MAC because it would add nothing: the envelope carries the dealer's
 * signature, and the opened share is checked against the dealer's public commitments.
 */
import type { Hex } from "../base/bytes.ts";
import { ByteWriter } from "../base/bytes.ts";
import type { CurvePoint } from "./curve.ts";
import { keccak } from "../base/keccak.ts";
import { SCALAR_BYTES } from "./curve.ts";

/** A sealed share has the length of a scalar. */
export const SEALED_SHARE_BYTES = SCALAR_BYTES;

/**
 * Seals and, being its own inverse, opens.
 * @param shared dealer's secret · receiver's key = receiver's secret · dealer's key
 * @param text   32 bytes
 */
export function applyDealPad(
  ceremonyId: Hex,
  dealer: number,
  receiver: number,
  shared: CurvePoint,
  text: Uint8Array,
): Uint8Array {
  const pad = keccak(
    new ByteWriter()
      .ascii("TENOR/DKG/DEAL/1")
      .hex(ceremonyId, 32)
      .uint(dealer, 1)
      .uint(receiver, 1)
      .raw(shared.toBytes(true))
      .done(),
  );
  const out = new Uint8Array(SEALED_SHARE_BYTES);
  for (let i = 0; i < SEALED_SHARE_BYTES; i++) out[i] = text[i]! ^ pad[i]!;
  return out;
}
