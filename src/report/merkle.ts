/** The one tree of the treaty: node = keccak(0x01 | left | right), an odd last node rises unchanged. */
import { concatBytes } from "../base/bytes.ts";
import { keccak } from "../base/keccak.ts";

const NODE = Uint8Array.of(1);

/** All levels over hashes in the order given, those first and the top, alone, last. One empty level over none. */
export function merkleLevels(hashes: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  const levels = [hashes];
  for (let level = hashes; level.length > 1; ) {
    const next: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i]!;
      const right = level[i + 1];
      next.push(right === undefined ? left : keccak(concatBytes(NODE, left, right)));
    }
    levels.push(next);
    level = next;
  }
  return levels;
}

/** Top of the tree over hashes in the order given; 32 zero bytes over none. Who uses it commits to the count beside it. */
export function merkleTop(hashes: readonly Uint8Array[]): Uint8Array {
  return merkleLevels(hashes).at(-1)![0] ?? new Uint8Array(32);
}
