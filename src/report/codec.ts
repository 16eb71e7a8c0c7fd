/**
 * Bytes and digests of a report. All integers big-endian.
 *
 *   leaf    0x00 | feedId 32 | definitionDigest 32 | status 1 | value i128 | confidencePpb u32 | timeMs u48
 *                | pubStatus 1 | pubValue i128 | pubConfidencePpb u32 | pubRound u48 | pubTimeMs u48      → 125 bytes
 *           0x03 instead of 0x00 for a leaf with a detail, and its hash (detail-codec.ts) behind          → 157 bytes
 *   node    0x01 | left 32 | right 32            an odd last node rises unchanged
 *   root    0x02 | count u16 | top 32
 *   entry   index u16 | status u8 | value i128 | confidencePpb u32                                         → 23 bytes
 *   digest  "TENOR/REPORT/1" | networkId 32 | round u64 | reportTimeMs u64 | pushDigest 32 | snapshotRoot 32
 *   submit  version u8 | networkTag 4 | keyTag 4 | round u48 | reportTimeMs u48 | snapshotRoot 32 | rAddress 20
 *                | z 32 | entry …                                                                            → 105 + 23·n
 *
 * The two tags are hints outside the signature: they let the hub say "another network" or "another key" where it
 * could otherwise only say "bad signature". What binds network and key is the digest and the challenge.
 */
import type { Hex } from "../base/bytes.ts";
import { ByteWriter, concatBytes, fromHex, toHex } from "../base/bytes.ts";
import { detailHash } from "./detail-codec.ts";
import { keccak, keccakHex } from "../base/keccak.ts";
import { merkleTop } from "./merkle.ts";
import type { FeedState, GroupSignature, PushEntry, Report } from "./report.ts";
import { statusCode } from "./report.ts";

export const ZERO_32: Hex = `0x${"00".repeat(32)}`;
export const SUBMIT_VERSION = 1;
export const SUBMIT_HEADER_BYTES = 105;
export const ENTRY_BYTES = 23;
export const LEAF_BYTES = 125;
export const LEAF_PREFIX = 0;
export const DETAILED_LEAF_PREFIX = 3;
export const TAG_BYTES = 4;

/** What every leaf has in common: 125 bytes, the prefix among them. */
export function encodeLeafFields(leaf: FeedState): Uint8Array {
  return new ByteWriter()
    .uint(leaf.detail === null ? LEAF_PREFIX : DETAILED_LEAF_PREFIX, 1)
    .hex(leaf.feedId, 32)
    .hex(leaf.definitionDigest, 32)
    .uint(statusCode(leaf.status), 1)
    .bigInt(leaf.value, 16, true)
    .uint(leaf.confidencePpb, 4)
    .uint(leaf.timeMs, 6)
    .uint(statusCode(leaf.pubStatus), 1)
    .bigInt(leaf.pubValue, 16, true)
    .uint(leaf.pubConfidencePpb, 4)
    .uint(leaf.pubRound, 6)
    .uint(leaf.pubTimeMs, 6)
    .done();
}

/** What the snapshot tree hashes of a leaf. */
export function encodeLeaf(leaf: FeedState): Uint8Array {
  const fields = encodeLeafFields(leaf);
  return leaf.detail === null ? fields : concatBytes(fields, detailHash(leaf.detail));
}

/** Root over the leaves in the order given, which must be ascending by feedId. */
export function snapshotRoot(leaves: readonly FeedState[]): Hex {
  const top = merkleTop(leaves.map((leaf) => keccak(encodeLeaf(leaf))));
  return keccakHex(new ByteWriter().uint(2, 1).uint(leaves.length, 2).raw(top).done());
}

export function encodePushes(pushes: readonly PushEntry[]): Uint8Array {
  const writer = new ByteWriter();
  for (const push of pushes) {
    writer
      .uint(push.index, 2)
      .uint(statusCode(push.status), 1)
      .bigInt(push.value, 16, true)
      .uint(push.confidencePpb, 4);
  }
  return writer.done();
}

/** Zero when nothing is due: an empty push is zero, not keccak(""). */
export function pushDigest(pushes: readonly PushEntry[]): Hex {
  return pushes.length === 0 ? ZERO_32 : keccakHex(encodePushes(pushes));
}

/** The 32 bytes that one threshold signature covers, for push and pull, on every chain. */
export function reportDigest(networkId: Hex, report: Report): Hex {
  return keccakHex(
    new ByteWriter()
      .ascii("TENOR/REPORT/1")
      .hex(networkId, 32)
      .uint(report.round, 8)
      .uint(report.reportTimeMs, 8)
      .hex(pushDigest(report.pushes), 32)
      .hex(snapshotRoot(report.leaves), 32)
      .done(),
  );
}

/**
 * The argument of `OracleHub.submit`.
 * @param networkId 32 bytes; its first 4 become the network tag
 * @param groupKeyX 32 bytes, x of the group key that signed; its last 4 become the key tag
 */
export function encodeSubmit(report: Report, signature: GroupSignature, networkId: Hex, groupKeyX: Hex): Hex {
  return toHex(
    new ByteWriter()
      .uint(SUBMIT_VERSION, 1)
      .raw(fromHex(networkId).slice(0, TAG_BYTES), TAG_BYTES)
      .raw(fromHex(groupKeyX).slice(-TAG_BYTES), TAG_BYTES)
      .uint(report.round, 6)
      .uint(report.reportTimeMs, 6)
      .hex(snapshotRoot(report.leaves), 32)
      .hex(signature.rAddress, 20)
      .hex(signature.z, 32)
      .raw(encodePushes(report.pushes))
      .done(),
  );
}
