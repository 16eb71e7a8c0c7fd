/**
 * Proofs that feeds stand in a signed report: the argument of `verify` and `submitProven`. All integers big-endian.
 *
 *   proof   version u8 = 0x81 | networkTag 4 | keyTag 4 | round u48 | reportTimeMs u48 | pushDigest 32 | rAddress 20
 *                | z 32 | groupKeyX 32 | leafCount u16 | proven u16                                         → 141 bytes
 *           | proven times: position u16 | leaf (125 or 157 bytes, codec.ts)            strictly ascending positions
 *           | siblings 32 each: level by level from the leaves up, in each level from left to right, exactly those that
 *             the proven leaves do not lead to themselves
 *
 * There is one encoding of every proof, and the contract refuses any other.
 */
import type { Hex } from "../base/bytes.ts";
import { ByteWriter, fromHex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { encodeLeaf, pushDigest, TAG_BYTES } from "./codec.ts";
import { keccak } from "../base/keccak.ts";
import { merkleLevels } from "./merkle.ts";
import type { GroupSignature, Report } from "./report.ts";

export const PROOF_VERSION = 0x81;
export const PROOF_HEADER_BYTES = 141;

/**
 * @param networkId 32 bytes; its first 4 become the network tag
 * @param groupKeyX 32 bytes, x of the group key that signed; its last 4 become the key tag
 * @param feedIds   the feeds to prove, at least one, in any order; one named twice is proven once
 * @throws OracleError `unknown-feed` when a feed is not in the report, `no-feed` when none is named
 */
export function encodeProof(
  report: Report,
  signature: GroupSignature,
  networkId: Hex,
  groupKeyX: Hex,
  feedIds: readonly Hex[],
): Uint8Array {
  const positions = positionsOf(report, feedIds);
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
    .hex(groupKeyX, 32)
    .uint(leaves.length, 2)
    .uint(positions.length, 2);
  for (const position of positions) writer.uint(position, 2).raw(leaves[position]!);
  for (const sibling of siblingsOf(leaves.map(keccak), positions)) writer.raw(sibling);
  return writer.done();
}

function positionsOf(report: Report, feedIds: readonly Hex[]): readonly number[] {
  if (feedIds.length === 0) throw new OracleError("a proof proves at least one feed", { code: "no-feed" });
  const wanted = new Set(feedIds.map((feedId) => feedId.toLowerCase()));
  const positions: number[] = [];
  for (const [position, leaf] of report.leaves.entries()) {
    if (wanted.delete(leaf.feedId.toLowerCase())) positions.push(position);
  }
  const [missing] = wanted;
  if (missing !== undefined) {
    throw new OracleError(`feed ${missing} is not in the report of round ${report.round}`, {
      code: "unknown-feed",
      feedId: missing,
      round: report.round,
    });
  }
  return positions;
}

/** The neighbours that are not known from below, in the order in which the verifier takes them. */
function siblingsOf(leafHashes: readonly Uint8Array[], positions: readonly number[]): readonly Uint8Array[] {
  const siblings: Uint8Array[] = [];
  let known = new Set(positions);
  for (const level of merkleLevels(leafHashes).slice(0, -1)) {
    for (const position of [...known].sort((a, b) => a - b)) {
      const neighbour = position ^ 1;
      if (!known.has(neighbour) && neighbour < level.length) siblings.push(level[neighbour]!);
    }
    known = new Set([...known].map((position) => position >> 1));
  }
  return siblings;
}
