/**
 * Proofs that leaves stand in a signed report: the TypeScript half of contracts/src/libraries/ReportProof.sol. All integers
 * big-endian.
 *
 *   proof    0x81 | networkTag 4 | keyTag 4 | round u48 | reportTimeMs u48 | pushDigest 32 | rAddress 20 | z 32
 *            | leafCount u16 | proven u16                                                               109 bytes
 *            | proven times: position u16 | leaf 125 or 157                     strictly ascending positions
 *            | siblings 32 each, level by level from the leaves to the top, in each level from left to right
 */
import type { Hex } from "../base/bytes.ts";
import { ByteWriter, concatBytes, fromHex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { encodeLeaf, pushDigest } from "./codec.ts";
import { keccak } from "./hash.ts";
import { parentsOf } from "./merkle.ts";
import type { GroupSignature, Report } from "./report.ts";

export const PROOF_VERSION = 0x81;
const TAG_BYTES = 4;

/** Hashes that the known positions do not lead to themselves. */
function siblingsOf(leaves: readonly Uint8Array[], positions: readonly number[]): readonly Uint8Array[] {
  const siblings: Uint8Array[] = [];
  let level = leaves;
  let known = positions;
  while (level.length > 1) {
    const parents = new Set<number>();
    for (const position of known) {
      const neighbour = position ^ 1;
      if (neighbour < level.length && !known.includes(neighbour)) siblings.push(level[neighbour]!);
      parents.add(position >> 1);
    }
    level = parentsOf(level);
    known = [...parents];
  }
  return siblings;
}

/**
 * @param report     with its leaves ascending by feed id, as signed
 * @param networkId  32 bytes; its first 4 become the network tag
 * @param groupKeyX  32 bytes, x of the group key that signed; its last 4 become the key tag
 * @param feedIds    which leaves, in any order, each once
 * @throws OracleError `unknown-feed`: the report has no such leaf; `no-feed`: none was asked for
 */
export function encodeProof(
  report: Report,
  signature: GroupSignature,
  networkId: Hex,
  groupKeyX: Hex,
  feedIds: readonly Hex[],
): Uint8Array {
  if (feedIds.length === 0) throw new OracleError("a proof of no feed proves nothing", { code: "no-feed" });
  const found = feedIds.map((feedId) => {
    const position = report.leaves.findIndex((leaf) => leaf.feedId === feedId.toLowerCase());
    if (position >= 0) return position;
    throw new OracleError(`round ${report.round} has no leaf of feed ${feedId}`, { code: "unknown-feed", feedId });
  });
  const positions = [...new Set(found)].sort((a, b) => a - b);
  const leaves = report.leaves.map(encodeLeaf);
  const writer = new ByteWriter()
    .uint(PROOF_VERSION, 1)
    .raw(fromHex(networkId).slice(0, TAG_BYTES), TAG_BYTES)
    .raw(fromHex(groupKeyX).slice(-TAG_BYTES), TAG_BYTES)
    .uint(report.round, 6)
    .uint(report.reportTimeMs, 6)
    .hex(pushDigest(report.pushes), 32)
    .hex(signature.rAddress, 20)
    .hex(signature.z, 32)
    .uint(leaves.length, 2)
    .uint(positions.length, 2);
  for (const position of positions) writer.uint(position, 2).raw(leaves[position]!);
  return concatBytes(writer.done(), ...siblingsOf(leaves.map(keccak), positions));
}
