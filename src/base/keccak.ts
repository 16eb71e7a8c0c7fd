/**
 * Keccak-256, the EVM's hash. The reference is everywhere; a process that hashes much lets something faster take its place,
 * which is only taken when it says the same.
 */
import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Hex } from "./bytes.ts";
import { equalBytes, toHex } from "./bytes.ts";
import { OracleError } from "./errors.ts";

export type Keccak = (bytes: Uint8Array) => Uint8Array<ArrayBuffer>;

/** One block is 136 bytes; the last byte of a full one is where padding goes wrong. */
const CHECKED_LENGTHS = [0, 1, 65, 125, 135, 136, 137, 271, 272, 273, 4_099, 20_000];

let inUse: Keccak = keccak_256;

export function keccak(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return inUse(bytes);
}

export function keccakHex(bytes: Uint8Array): Hex {
  return toHex(inUse(bytes));
}

/**
 * @param faster the same function, null for the reference again
 * @throws OracleError `wrong-hash` when it is another function: nothing has changed then
 */
export function useKeccak(faster: Keccak | null): void {
  for (const length of faster === null ? [] : CHECKED_LENGTHS) {
    const bytes = Uint8Array.from({ length }, (_, i) => (31 * i + length) & 255);
    const seen = faster!(bytes);
    if (equalBytes(seen, keccak_256(bytes))) continue;
    throw new OracleError(`a keccak256 that is none: of ${length} bytes it says ${toHex(seen)}`, {
      code: "wrong-hash",
    });
  }
  inUse = faster ?? keccak_256;
}
