import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Hex } from "../base/bytes.ts";
import { toHex } from "../base/bytes.ts";

/** Keccak-256, the EVM's hash. */
export function keccak(bytes: Uint8Array): Uint8Array {
  return keccak_256(bytes);
}

export function keccakHex(bytes: Uint8Array): Hex {
  return toHex(keccak_256(bytes));
}
