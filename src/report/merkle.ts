/** The one tree of the treaty: node = keccak(0x01 | left | right), an odd last node rises unchanged. */
import { concatBytes } from "../base/bytes.ts";
import { keccak } from "./hash.ts";

const NODE = Uint8Array.of(1);

/** The next level up. */
export function parentsOf(level: readonly Uint8Array[]): readonly Uint8Array[] {
  const parents: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const left = level[i]!;
    const right = level[i + 1];
    parents.push(right === undefined ? left : keccak(concatBytes(NODE, left, right)));
  }
  return parents;
}

/** Top of the tree over hashes in the order given; 32 zero bytes over none. Who uses it commits to the count beside it. */
export function merkleTop(hashes: readonly Uint8Array[]): Uint8Array {
  let level = hashes;
  while (level.length > 1) level = parentsOf(level);
  return level[0] ?? new Uint8Array(32);
}
