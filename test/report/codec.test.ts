import { keccak_256 } from "@noble/hashes/sha3.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Hex } from "../../src/base/bytes.ts";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import { OracleError } from "../../src/base/errors.ts";
import {
  encodeLeaf,
  encodePushes,
  encodeSubmit,
  ENTRY_BYTES,
  LEAF_BYTES,
  pushDigest,
  reportDigest,
  snapshotRoot,
  SUBMIT_HEADER_BYTES,
  ZERO_32,
} from "../../src/report/codec.ts";
import type { FeedState, PushEntry, Report } from "../../src/report/report.ts";

const repeat = (byte: string, count: number): Hex => `0x${byte.repeat(count)}`;
const NETWORK = `0x${Array.from({ length: 32 }, (_, i) => (i + 1).toString(16).padStart(2, "0")).join("")}` as const;
const KEY_X = `0x${Array.from({ length: 32 }, (_, i) => (i + 65).toString(16).padStart(2, "0")).join("")}` as const;

const LEAF: FeedState = {
  feedId: repeat("a1", 32),
  definitionDigest: repeat("b2", 32),
  status: "disputed",
  value: -2n,
  confidencePpb: 0x01020304,
  timeMs: 0x0a0b0c0d0e0f,
  pubStatus: "ok",
  pubValue: 0x1122n,
  pubConfidencePpb: 0x05060708,
  pubRound: 0x111213141516,
  pubTimeMs: 0x212223242526,
  detail: null,
};

function leaf(index: number): FeedState {
  return { ...LEAF, feedId: repeat(index.toString(16).padStart(2, "0"), 32), value: BigInt(index) };
}

const PUSHES: readonly PushEntry[] = [
  { index: 1, status: "ok", value: 5n, confidencePpb: 6 },
  { index: 0x0203, status: "missing", value: -1n, confidencePpb: 0xffff_ffff },
];

const REPORT: Report = {
  round: 0x010203040506,
  reportTimeMs: 0x0a0b0c0d0e0f,
  leaves: [leaf(1), leaf(2)],
  pushes: PUSHES,
};

describe("a leaf", () => {
  test("has every field at its offset", () => {
    const bytes = Buffer.from(encodeLeaf(LEAF));
    expect(bytes.length).toBe(125);
    expect(LEAF_BYTES).toBe(125);
    const at = (from: number, to: number): string => bytes.subarray(from, to).toString("hex");
    expect(at(0, 1)).toBe("00");
    expect(at(1, 33)).toBe("a1".repeat(32));
    expect(at(33, 65)).toBe("b2".repeat(32));
    expect(at(65, 66)).toBe("03");
    expect(at(66, 82)).toBe(`${"ff".repeat(15)}fe`);
    expect(at(82, 86)).toBe("01020304");
    expect(at(86, 92)).toBe("0a0b0c0d0e0f");
    expect(at(92, 93)).toBe("01");
    expect(at(93, 109)).toBe(`${"00".repeat(14)}1122`);
    expect(at(109, 113)).toBe("05060708");
    expect(at(113, 119)).toBe("111213141516");
    expect(at(119, 125)).toBe("212223242526");
  });

  test.each([
    ["none", 0],
    ["ok", 1],
    ["missing", 2],
    ["disputed", 3],
  ] as const)("says %s as %i in both of its states", (status, code) => {
    const bytes = encodeLeaf({ ...LEAF, status, pubStatus: status });
    expect([bytes[65], bytes[92]]).toEqual([code, code]);
  });

  test("holds an int128 and nothing larger", () => {
    expect(toHex(encodeLeaf({ ...LEAF, value: (1n << 127n) - 1n }).subarray(66, 82))).toBe(`0x7f${"ff".repeat(15)}`);
    expect(() => encodeLeaf({ ...LEAF, value: 1n << 127n })).toThrow(OracleError);
    expect(() => encodeLeaf({ ...LEAF, value: -(1n << 127n) - 1n })).toThrow(OracleError);
  });
});

describe("pushes", () => {
  test("are 23 bytes each, one behind another", () => {
    expect(ENTRY_BYTES).toBe(23);
    const first = `0001${"01"}${"00".repeat(15)}05${"00000006"}`;
    const second = `0203${"02"}${"ff".repeat(16)}${"ffffffff"}`;
    expect(toHex(encodePushes(PUSHES))).toBe(`0x${first}${second}`);
  });

  test("that are none hash to zero, and others to keccak of their bytes", () => {
    expect(pushDigest([])).toBe(ZERO_32);
    expect(pushDigest(PUSHES)).toBe(toHex(keccak_256(encodePushes(PUSHES))));
  });
});

describe("the argument of submit", () => {
  test("has every field at its offset, entries behind the header", () => {
    const signature = { rAddress: repeat("c3", 20), z: repeat("d4", 32) };
    const bytes = Buffer.from(fromHex(encodeSubmit(REPORT, signature, NETWORK, KEY_X)));
    expect(SUBMIT_HEADER_BYTES).toBe(105);
    expect(bytes.length).toBe(105 + 2 * 23);
    const at = (from: number, to: number): string => bytes.subarray(from, to).toString("hex");
    expect(at(0, 1)).toBe("01");
    expect(at(1, 5)).toBe("01020304"); // the network's first four bytes
    expect(at(5, 9)).toBe("5d5e5f60"); // the key's last four
    expect(at(9, 15)).toBe("010203040506");
    expect(at(15, 21)).toBe("0a0b0c0d0e0f");
    expect(at(21, 53)).toBe(snapshotRoot(REPORT.leaves).slice(2));
    expect(at(53, 73)).toBe("c3".repeat(20));
    expect(at(73, 105)).toBe("d4".repeat(32));
    expect(at(105, 151)).toBe(toHex(encodePushes(PUSHES)).slice(2));
  });
});

/** Second implementation: recursive, on strings. An odd last node rises, so the left part is the largest power of two below. */
function rootByRecursion(leaves: readonly FeedState[]): string {
  const hash = (hex: string): string => Buffer.from(keccak_256(Buffer.from(hex, "hex"))).toString("hex");
  const top = (from: number, to: number): string => {
    if (to - from === 1) return hash(Buffer.from(encodeLeaf(leaves[from]!)).toString("hex"));
    let left = 1;
    while (left * 2 < to - from) left *= 2;
    return hash(`01${top(from, from + left)}${top(from + left, to)}`);
  };
  const root = leaves.length === 0 ? "00".repeat(32) : top(0, leaves.length);
  return `0x${hash(`02${leaves.length.toString(16).padStart(4, "0")}${root}`)}`;
}

describe("the snapshot root", () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])("of %i leaves agrees with a recursive second implementation", (count) => {
    const leaves = Array.from({ length: count }, (_, i) => leaf(i + 1));
    expect(snapshotRoot(leaves)).toBe(rootByRecursion(leaves));
  });

  test("commits to the count, the order and each leaf", () => {
    const leaves = [leaf(1), leaf(2), leaf(3)];
    const roots = [
      snapshotRoot(leaves),
      snapshotRoot([...leaves, leaf(3)]),
      snapshotRoot([leaf(2), leaf(1), leaf(3)]),
      snapshotRoot(leaves.slice(0, 2)),
      snapshotRoot([]),
    ];
    expect(new Set(roots).size).toBe(roots.length);
  });
});

describe("the digest", () => {
  test("is keccak of the prefix, network, round, time and both roots", () => {
    const packed = Buffer.concat([
      Buffer.from("TENOR/REPORT/1", "ascii"),
      Buffer.from(NETWORK.slice(2), "hex"),
      Buffer.from("0000010203040506", "hex"),
      Buffer.from("00000a0b0c0d0e0f", "hex"),
      Buffer.from(pushDigest(PUSHES).slice(2), "hex"),
      Buffer.from(snapshotRoot(REPORT.leaves).slice(2), "hex"),
    ]);
    expect(reportDigest(NETWORK, REPORT)).toBe(toHex(keccak_256(packed)));
  });

  const alterLeaf = (change: Partial<FeedState>): Report => ({
    ...REPORT,
    leaves: [REPORT.leaves[0]!, { ...REPORT.leaves[1]!, ...change }],
  });
  const alterPush = (change: Partial<PushEntry>): Report => ({
    ...REPORT,
    pushes: [{ ...PUSHES[0]!, ...change }, PUSHES[1]!],
  });
  const altered: readonly (readonly [string, Report])[] = [
    ["round", { ...REPORT, round: REPORT.round + 1 }],
    ["reportTimeMs", { ...REPORT, reportTimeMs: REPORT.reportTimeMs + 1 }],
    ["a leaf less", { ...REPORT, leaves: REPORT.leaves.slice(0, 1) }],
    ["a push less", { ...REPORT, pushes: PUSHES.slice(0, 1) }],
    ["no push", { ...REPORT, pushes: [] }],
    ["pushes in another order", { ...REPORT, pushes: [...PUSHES].reverse() }],
    ["feedId", alterLeaf({ feedId: repeat("ee", 32) })],
    ["definitionDigest", alterLeaf({ definitionDigest: repeat("ee", 32) })],
    ["status", alterLeaf({ status: "ok" })],
    ["value", alterLeaf({ value: 3n })],
    ["confidencePpb", alterLeaf({ confidencePpb: 1 })],
    ["timeMs", alterLeaf({ timeMs: 1 })],
    ["pubStatus", alterLeaf({ pubStatus: "none" })],
    ["pubValue", alterLeaf({ pubValue: 3n })],
    ["pubConfidencePpb", alterLeaf({ pubConfidencePpb: 1 })],
    ["pubRound", alterLeaf({ pubRound: 1 })],
    ["pubTimeMs", alterLeaf({ pubTimeMs: 1 })],
    ["push index", alterPush({ index: 2 })],
    ["push status", alterPush({ status: "disputed" })],
    ["push value", alterPush({ value: 4n })],
    ["push confidencePpb", alterPush({ confidencePpb: 7 })],
  ];

  test.each(altered)("changes with %s", (_field, report) => {
    expect(reportDigest(NETWORK, report)).not.toBe(reportDigest(NETWORK, REPORT));
  });

  test("changes with the network, and differs between all these alterations", () => {
    const digests = [REPORT, ...altered.map(([, report]) => report)].map((report) => reportDigest(NETWORK, report));
    expect(new Set([...digests, reportDigest(KEY_X, REPORT)]).size).toBe(altered.length + 2);
  });

  test("changes with any single bit of any value", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(1n << 126n), max: 1n << 126n }),
        fc.integer({ min: 0, max: 125 }),
        (value, bit) => {
          const flipped = BigInt.asIntN(128, value ^ (1n << BigInt(bit)));
          expect(reportDigest(NETWORK, alterLeaf({ value }))).not.toBe(
            reportDigest(NETWORK, alterLeaf({ value: flipped })),
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});
