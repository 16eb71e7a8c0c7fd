/**
 * Randomness that survives a restart: everything a ceremony draws comes from one seed, so a member that restarts says again what
 * it said before and is not taken for an equivocator.
 */
import { hkdfSync } from "node:crypto";
import { asciiBytes, concatBytes } from "../../base/bytes.ts";
import { GROUP_ORDER } from "../../threshold/curve.ts";
import { hashToScalar } from "../../threshold/suite.ts";

/**
 * HKDF-SHA256 stream. One label and statement for one purpose: the same ones give the same bytes.
 * @param length at most 8160
 */
function seededBytes(seed: Uint8Array, label: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", seed, new Uint8Array(0), asciiBytes(label), length));
}

/** 1 … Q−1; a proof's nonce is bound to its statement, so no nonce serves two. */
export function seededScalar(seed: Uint8Array, label: string, statement: Uint8Array): bigint {
  const value = hashToScalar(asciiBytes(`TENOR/SEEDED/${label}`), concatBytes(seededBytes(seed, label, 32), statement));
  return value === 0n ? GROUP_ORDER - 1n : value;
}

/** A generator in the form that @noble/curves asks for: successive calls read on along the stream. */
export function seededRng(seed: Uint8Array, label: string): (length?: number) => Uint8Array<ArrayBuffer> {
  let call = 0;
  return (length = 32) => Uint8Array.from(seededBytes(seed, `${label}/${call++}`, length));
}
