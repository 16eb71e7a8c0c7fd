/** A signed report as bytes, for gossip, fetches and the store. The digest is recomputed by whoever verifies. */
import { type ByteReader, ByteWriter } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import {
  DETAILED_LEAF_PREFIX,
  encodeLeafFields,
  encodePushes,
  ENTRY_BYTES,
  LEAF_BYTES,
  LEAF_PREFIX,
} from "../report/codec.ts";
import { encodeDetail } from "../report/detail-codec.ts";
import type { FeedState, FeedStatus, PushEntry, SignedReport } from "../report/report.ts";
import { statusFromCode } from "../report/report.ts";
import { readDetail } from "./detail-bytes.ts";

export function encodeSignedReport(signed: SignedReport): Uint8Array {
  const { report, digest, signature } = signed;
  const writer = new ByteWriter().uint(report.round, 8).uint(report.reportTimeMs, 8).uint(report.leaves.length, 2);
  for (const leaf of report.leaves) {
    writer.raw(encodeLeafFields(leaf), LEAF_BYTES);
    if (leaf.detail !== null) writer.raw(encodeDetail(leaf.detail));
  }
  return writer
    .uint(report.pushes.length, 2)
    .raw(encodePushes(report.pushes))
    .hex(digest, 32)
    .hex(signature.rAddress, 20)
    .hex(signature.z, 32)
    .done();
}

function readStatus(reader: ByteReader): FeedStatus {
  const code = reader.uint(1);
  const status = statusFromCode(code);
  if (status === undefined) throw new OracleError(`unknown feed status ${code}`, { code: "bad-status", seen: code });
  return status;
}

function readLeaf(reader: ByteReader): FeedState {
  const prefix = reader.uint(1);
  if (prefix !== LEAF_PREFIX && prefix !== DETAILED_LEAF_PREFIX) {
    const wanted = `${LEAF_PREFIX} or ${DETAILED_LEAF_PREFIX}`;
    throw new OracleError(`leaf prefix must be ${wanted}, saw ${prefix}`, { code: "bad-leaf", seen: prefix });
  }
  const fields = {
    feedId: reader.hex(32),
    definitionDigest: reader.hex(32),
    status: readStatus(reader),
    value: reader.bigInt(16, true),
    confidencePpb: reader.uint(4),
    timeMs: reader.uint(6),
    pubStatus: readStatus(reader),
    pubValue: reader.bigInt(16, true),
    pubConfidencePpb: reader.uint(4),
    pubRound: reader.uint(6),
    pubTimeMs: reader.uint(6),
  };
  return { ...fields, detail: prefix === DETAILED_LEAF_PREFIX ? readDetail(reader) : null };
}

function readPush(reader: ByteReader): PushEntry {
  return {
    index: reader.uint(2),
    status: readStatus(reader),
    value: reader.bigInt(16, true),
    confidencePpb: reader.uint(4),
  };
}

/** `itemBytes` is what an item has at least: a lying count costs nothing. */
function readCount(reader: ByteReader, itemBytes: number): number {
  const count = reader.uint(2);
  if (reader.remaining() < count * itemBytes) {
    throw new OracleError(`report says ${count} items and carries ${reader.remaining()} bytes`, { code: "bad-count" });
  }
  return count;
}

/** @throws OracleError on malformed bytes */
export function decodeSignedReport(reader: ByteReader): SignedReport {
  const round = reader.uint(8);
  const reportTimeMs = reader.uint(8);
  const leaves = Array.from({ length: readCount(reader, LEAF_BYTES) }, () => readLeaf(reader));
  const pushes = Array.from({ length: readCount(reader, ENTRY_BYTES) }, () => readPush(reader));
  const digest = reader.hex(32);
  const signature = { rAddress: reader.hex(20), z: reader.hex(32) };
  return { report: { round, reportTimeMs, leaves, pushes }, digest, signature };
}
