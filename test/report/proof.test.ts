/** Proofs against a second reader of them, written as the contract sees them: it knows the bytes and nothing else. */
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Hex } from "../../src/base/bytes.ts";
import { ByteReader, concatBytes, fromHex, toHex } from "../../src/base/bytes.ts";
import { encodeLeaf, LEAF_BYTES, pushDigest, snapshotRoot } from "../../src/report/codec.ts";
import { keccak, keccakHex } from "../../src/base/keccak.ts";
import { encodeProof, PROOF_HEADER_BYTES, PROOF_VERSION } from "../../src/report/proof.ts";
import type { FeedState, Report } from "../../src/report/report.ts";

const NETWORK: Hex = `0x${"1122334455667788".repeat(4)}`;
const KEY_X: Hex = `0x${"8877665544332211".repeat(4)}`;
const SIGNATURE = { rAddress: `0x${"ab".repeat(20)}`, z: `0x${"cd".repeat(32)}` } as const;
const DETAILED_LEAF_BYTES = LEAF_BYTES + 32;

function leafOf(i: number): FeedState {
  return {
    feedId: `0x${(i + 1).toString(16).padStart(64, "0")}`,
    definitionDigest: `0x${"dd".repeat(32)}`,
    status: "ok",
    value: BigInt(1_000 * i),
    confidencePpb: i,
    timeMs: 5_000,
    pubStatus: "ok",
    pubValue: BigInt(-i),
    pubConfidencePpb: 7,
    pubRound: i,
    pubTimeMs: 4_000,
    detail:
      i % 5 === 3
        ? {
            kind: "settlement",
            expiryMs: 9_000 + i,
            phase: "final",
            fixed: 5n,
            variable: 6n,
            coveragePpm: 1_000_000,
            pubExpiryMs: 0,
          }
        : null,
  };
}

function reportOf(count: number): Report {
  return {
    round: 77,
    reportTimeMs: 5_000,
    leaves: Array.from({ length: count }, (_, i) => leafOf(i)),
    pushes: [{ index: 3, status: "ok", value: 9n, confidencePpb: 1 }],
  };
}

function prove(report: Report, positions: readonly number[]): Hex {
  const feedIds = positions.map((i) => report.leaves[i]!.feedId);
  return toHex(encodeProof(report, SIGNATURE, NETWORK, KEY_X, feedIds));
}

type Read = { readonly root: Hex; readonly proven: ReadonlyMap<number, Uint8Array>; readonly left: number };

/** Climbs by recursion from the top: a node is known when a leaf below it is proven, and a sibling otherwise. */
function read(proof: Hex): Read {
  const reader = new ByteReader(fromHex(proof).slice(PROOF_HEADER_BYTES - 4));
  const count = reader.uint(2);
  const provenCount = reader.uint(2);
  const proven = new Map<number, Uint8Array>();
  for (let i = 0; i < provenCount; i++) {
    const position = reader.uint(2);
    const prefix = reader.raw(1);
    proven.set(position, concatBytes(prefix, reader.raw((prefix[0] === 0 ? LEAF_BYTES : DETAILED_LEAF_BYTES) - 1)));
  }
  let known: ReadonlyMap<number, Uint8Array> = new Map(
    [...proven].map(([position, bytes]) => [position, keccak(bytes)]),
  );
  for (let width = count; width > 1; width = Math.ceil(width / 2)) {
    const next = new Map<number, Uint8Array>();
    for (let i = 0; i < width; i += 2) {
      const [left, right] = [known.get(i), known.get(i + 1)];
      if (left === undefined && right === undefined) continue;
      const alone = i + 1 === width;
      const node = alone
        ? left!
        : keccak(concatBytes(Uint8Array.of(1), left ?? reader.raw(32), right ?? reader.raw(32)));
      next.set(i / 2, node);
    }
    known = next;
  }
  const counted = Uint8Array.of(2, count >> 8, count & 255);
  return { root: keccakHex(concatBytes(counted, known.get(0)!)), proven, left: reader.remaining() };
}

function expectProves(report: Report, positions: readonly number[]): void {
  const { root, proven, left } = read(prove(report, positions));
  expect(root).toBe(snapshotRoot(report.leaves));
  expect([...proven.keys()]).toEqual([...new Set(positions)].sort((a, b) => a - b));
  for (const [position, bytes] of proven) expect(toHex(bytes)).toBe(toHex(encodeLeaf(report.leaves[position]!)));
  expect(left).toBe(0);
}

describe("a proof", () => {
  test("begins with what the signature covers beside the root, each field at its offset", () => {
    const report = reportOf(5);
    const bytes = Buffer.from(fromHex(prove(report, [1, 4])));
    expect(bytes[0]).toBe(PROOF_VERSION);
    expect(bytes.subarray(1, 5).toString("hex")).toBe(NETWORK.slice(2, 10));
    expect(bytes.subarray(5, 9).toString("hex")).toBe(KEY_X.slice(-8));
    expect(bytes.readUIntBE(9, 6)).toBe(report.round);
    expect(bytes.readUIntBE(15, 6)).toBe(report.reportTimeMs);
    expect(`0x${bytes.subarray(21, 53).toString("hex")}`).toBe(pushDigest(report.pushes));
    expect(`0x${bytes.subarray(53, 73).toString("hex")}`).toBe(SIGNATURE.rAddress);
    expect(`0x${bytes.subarray(73, 105).toString("hex")}`).toBe(SIGNATURE.z);
    expect(`0x${bytes.subarray(105, 137).toString("hex")}`).toBe(KEY_X);
    expect(bytes.readUInt16BE(137)).toBe(5);
    expect(bytes.readUInt16BE(139)).toBe(2);
    expect(bytes.readUInt16BE(141)).toBe(1);
  });

  test("leads from every leaf of every tree of 1 to 33 leaves to that tree's root", () => {
    for (let count = 1; count <= 33; count++) {
      const report = reportOf(count);
      for (let i = 0; i < count; i++) expectProves(report, [i]);
    }
  });

  test("leads from any leaves together to the root, without a byte to spare", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), fc.infiniteStream(fc.boolean()), (count, dice) => {
        const report = reportOf(count);
        const some = report.leaves.flatMap((_, i) => (dice.next().value ? [i] : []));
        expectProves(report, some.length === 0 ? [count - 1] : some);
      }),
    );
  });

  test("of all leaves needs no sibling, of one among 256 eight", () => {
    const report = reportOf(256);
    const leaves = report.leaves.reduce((sum, leaf) => sum + 2 + encodeLeaf(leaf).length, 0);
    const everything = prove(
      report,
      report.leaves.map((_, i) => i),
    );
    expect(fromHex(everything).length).toBe(PROOF_HEADER_BYTES + leaves);
    expect(fromHex(prove(report, [200])).length).toBe(PROOF_HEADER_BYTES + 2 + LEAF_BYTES + 8 * 32);
  });

  test("is the same whatever order and however often the feeds are named in", () => {
    const report = reportOf(9);
    expect(prove(report, [7, 2, 7, 5, 2])).toBe(prove(report, [2, 5, 7]));
  });

  test("of a feed that is not in the report, or of none, is refused", () => {
    const absent: Hex = `0x${"99".repeat(32)}`;
    expect(() => encodeProof(reportOf(3), SIGNATURE, NETWORK, KEY_X, [absent])).toThrow("is not in the report");
    expect(() => encodeProof(reportOf(3), SIGNATURE, NETWORK, KEY_X, [])).toThrow("at least one feed");
  });
});

describe("the proof vectors", () => {
  const hex = z.templateLiteral(["0x", z.string().regex(/^(?:[0-9a-f]{2})*$/)]);
  const vector = z.strictObject({
    name: z.string(),
    networkId: hex,
    groupKeyX: hex,
    round: z.int(),
    reportTimeMs: z.int(),
    leafBytes: z.array(hex),
    proof: hex,
  });
  const shape = z.strictObject({ generator: z.string(), count: z.int(), vectors: z.array(vector) });
  const file = shape.parse(JSON.parse(readFileSync(new URL("../vectors/proof.json", import.meta.url), "utf8")));

  test.each(file.vectors)("$name: the leaves stand in it and all of one tree lead to one root", (v) => {
    const { root, proven, left } = read(v.proof);
    expect([...proven.values()].map(toHex)).toEqual(v.leafBytes);
    expect(left).toBe(0);
    const [size] = v.name.split(":");
    const others = file.vectors.filter(({ name }) => name.startsWith(`${size}:`));
    for (const other of others) expect(read(other.proof).root).toBe(root);
  });
});
