/**
 * The TypeScript half of the treaty over test/vectors/report.json. The Solidity half reads the same file in
 * contracts/test/libraries/ReportCodec.t.sol and contracts/test/OracleHub.vectors.t.sol.
 */
import { readFileSync } from "node:fs";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Hex } from "../../src/base/bytes.ts";
import { ByteWriter, fromHex, toHex } from "../../src/base/bytes.ts";
import {
  ENTRY_BYTES,
  encodeLeaf,
  encodePushes,
  encodeSubmit,
  pushDigest,
  reportDigest,
  SUBMIT_HEADER_BYTES,
  snapshotRoot,
  ZERO_32,
} from "../../src/report/codec.ts";
import { detailHash, encodeDetail } from "../../src/report/detail-codec.ts";
import { keccak } from "../../src/base/keccak.ts";
import type { Report } from "../../src/report/report.ts";

const { Point } = secp256k1;

const hex = z.templateLiteral(["0x", z.string().regex(/^(?:[0-9a-f]{2})*$/)]);
const status = z.enum(["none", "ok", "missing", "disputed"]);
const bigint = z.string().transform((text) => BigInt(text));
const params = z.strictObject({ a: bigint, b: bigint, rho: bigint, m: bigint, sigma: bigint });
const surface = z.strictObject({
  kind: z.literal("surface"),
  gridRound: z.int(),
  spot: bigint,
  slices: z.array(
    z.strictObject({
      expiryMs: z.int(),
      forward: bigint,
      params,
      theta: bigint,
      centreErrorVolBps: z.int(),
      wingErrorVolBps: z.int(),
    }),
  ),
  published: z.array(
    z.strictObject({ expiryMs: z.int(), round: z.int(), fitTimeMs: z.int(), forwardRatio: bigint, params }),
  ),
});
const settlement = z.strictObject({
  kind: z.literal("settlement"),
  expiryMs: z.int(),
  phase: z.enum(["averaging", "pending", "agreed", "final"]),
  fixed: bigint,
  variable: bigint,
  coveragePpm: z.int(),
  pubExpiryMs: z.int(),
});
const leaf = z.strictObject({
  feedId: hex,
  definitionDigest: hex,
  status,
  value: bigint,
  confidencePpb: z.int(),
  timeMs: z.int(),
  pubStatus: status,
  pubValue: bigint,
  pubConfidencePpb: z.int(),
  pubRound: z.int(),
  pubTimeMs: z.int(),
  detail: z.union([surface, settlement]).nullable(),
  detailBytes: hex,
  detailHash: hex,
  leafBytes: hex,
});
const push = z.strictObject({ index: z.int(), status, value: bigint, confidencePpb: z.int() });
const vector = z.strictObject({
  name: z.string(),
  networkId: hex,
  groupKeyX: hex,
  round: z.int(),
  reportTimeMs: z.int(),
  leaves: z.array(leaf),
  pushes: z.array(push),
  entries: hex,
  snapshotRoot: hex,
  pushDigest: hex,
  digest: hex,
  signature: z.strictObject({ rAddress: hex, z: hex }),
  payload: hex,
});
const vectorFile = z.strictObject({ generator: z.string(), count: z.int(), vectors: z.array(vector) });

const url = new URL("../vectors/report.json", import.meta.url);
const file = vectorFile.parse(JSON.parse(readFileSync(url, "utf8")));

function reportOf({ round, reportTimeMs, leaves, pushes }: z.infer<typeof vector>): Report {
  return { round, reportTimeMs, leaves, pushes };
}

/** z·G − e·P, as an address: the definition of the signature, written down a second time. */
function nonceAddress(groupKeyX: Hex, digest: Hex, rAddress: Hex, scalar: Hex): Hex {
  const challenge = new ByteWriter().hex(groupKeyX, 32).uint(0, 1).hex(digest, 32).hex(rAddress, 20).done();
  const e = Point.Fn.create(BigInt(toHex(keccak(challenge))));
  const evenKey = Point.fromHex(`02${groupKeyX.slice(2)}`);
  const { x, y } = Point.BASE.multiply(BigInt(scalar)).subtract(evenKey.multiply(e)).toAffine();
  return toHex(keccak(new ByteWriter().bigInt(x, 32, false).bigInt(y, 32, false).done()).slice(12));
}

describe("the report vectors", () => {
  test("cover negative values, every status, an empty push, no leaf, one leaf and odd counts", () => {
    const { vectors } = file;
    const statuses = new Set(vectors.flatMap((v) => v.pushes.map((p) => p.status)));
    const leafCounts = new Set(vectors.map((v) => v.leaves.length));
    expect(file.generator).toBe("scripts/vectors.mjs");
    expect(vectors.length).toBe(file.count);
    expect(vectors.length).toBeGreaterThanOrEqual(20);
    expect([...statuses].sort()).toEqual(["disputed", "missing", "ok"]);
    expect(vectors.some((v) => v.leaves.some((l) => l.pubStatus === "none"))).toBe(true);
    expect(vectors.some((v) => v.pushes.length === 0)).toBe(true);
    expect(vectors.some((v) => v.pushes.some((p) => p.value < 0n))).toBe(true);
    for (const count of [0, 1, 2, 3, 5, 33]) expect(leafCounts).toContain(count);
    const details = vectors.flatMap((v) => v.leaves.flatMap((l) => l.detail ?? []));
    const sliceCounts = new Set(details.flatMap((d) => (d.kind === "surface" ? [d.slices.length] : [])));
    const phases = new Set(details.flatMap((d) => (d.kind === "settlement" ? [d.phase] : [])));
    expect([...sliceCounts].sort((a, b) => a - b)).toEqual([0, 1, 3, 5, 16]);
    expect([...phases].sort()).toEqual(["agreed", "averaging", "final", "pending"]);
  });

  test.each(file.vectors)("$name: leaves, entries, root and digests are the same bytes", (v) => {
    expect(v.leaves.map((l) => toHex(encodeLeaf(l)))).toEqual(v.leaves.map((l) => l.leafBytes));
    for (const { detail, detailBytes, detailHash: expected } of v.leaves) {
      expect(detail === null ? "0x" : toHex(encodeDetail(detail))).toBe(detailBytes);
      expect(detail === null ? ZERO_32 : toHex(detailHash(detail))).toBe(expected);
    }
    expect(toHex(encodePushes(v.pushes))).toBe(v.entries);
    expect(snapshotRoot(v.leaves)).toBe(v.snapshotRoot);
    expect(pushDigest(v.pushes)).toBe(v.pushDigest);
    expect(reportDigest(v.networkId, reportOf(v))).toBe(v.digest);
  });

  test.each(file.vectors)("$name: the payload is the same bytes and names network and key", (v) => {
    expect(encodeSubmit(reportOf(v), v.signature, v.networkId, v.groupKeyX)).toBe(v.payload);
    const bytes = fromHex(v.payload);
    expect(bytes.length).toBe(SUBMIT_HEADER_BYTES + ENTRY_BYTES * v.pushes.length);
    expect(toHex(bytes.slice(1, 5))).toBe(v.networkId.slice(0, 10));
    expect(toHex(bytes.slice(5, 9))).toBe(`0x${v.groupKeyX.slice(-8)}`);
  });

  test.each(file.vectors)("$name: the signature is the key's over this digest and no other", (v) => {
    const { rAddress, z: scalar } = v.signature;
    expect(nonceAddress(v.groupKeyX, v.digest, rAddress, scalar)).toBe(rAddress);
    const other: Hex = `0x${v.digest.slice(2, 65)}${v.digest.endsWith("0") ? "1" : "0"}`;
    expect(nonceAddress(v.groupKeyX, other, rAddress, scalar)).not.toBe(rAddress);
  });
});
