import { keccak_256 } from "@noble/hashes/sha3.js";
import { describe, expect, test } from "vitest";
import { concatBytes, toHex } from "../../src/base/bytes.ts";
import { OracleError } from "../../src/base/errors.ts";
import { encodeLeaf, encodeLeafFields } from "../../src/report/codec.ts";
import type {
  AgreedSlice,
  FeedDetail,
  PublishedSlice,
  SettlementDetail,
  SurfaceDetail,
} from "../../src/report/detail.ts";
import { detailHash, encodeDetail, encodePublishedSlice, encodeSlice } from "../../src/report/detail-codec.ts";
import { merkleTop } from "../../src/report/merkle.ts";
import { feedRule, leafOf } from "../support/protocol.ts";

const params = { a: -1n, b: 2n, rho: -3n, m: 4n, sigma: 5n };
const slice = (i: number): AgreedSlice => ({
  expiryMs: 0x0a0b0c0d0e00 + i,
  forward: 0x1122n,
  params,
  theta: 0x33n,
  centreErrorVolBps: 0x0405,
  wingErrorVolBps: 0x0607,
});
const held = (i: number): PublishedSlice => ({
  expiryMs: 0x0a0b0c0d0e00 + i,
  round: 0x010203,
  fitTimeMs: 0x040506,
  forwardRatio: 0x7788n,
  params,
});
const surface: SurfaceDetail = {
  kind: "surface",
  gridRound: 0x0102,
  spot: 0x55n,
  slices: [slice(0), slice(1), slice(2)],
  published: [held(0)],
};
const settlement: SettlementDetail = {
  kind: "settlement",
  expiryMs: 0x0a0b0c0d0e0f,
  phase: "final",
  fixed: 0x66n,
  variable: -1n,
  coveragePpm: 0x0f4240,
  pubExpiryMs: 0x0a0b0c0d0e0e,
};

const word = (value: number): string => value.toString(16).padStart(16, "0");
const PARAMS = `${"ff".repeat(8)}${word(2)}${"ff".repeat(7)}fd${word(4)}${word(5)}`;

describe("the parts of a surface", () => {
  test("have every field at its offset", () => {
    expect(toHex(encodeSlice(slice(0)))).toBe(`0x050a0b0c0d0e00${word(0x1122)}${PARAMS}${word(0x33)}04050607`);
    expect(toHex(encodePublishedSlice(held(0)))).toBe(
      `0x060a0b0c0d0e00000000010203000000040506${word(0)}${word(0x7788)}${PARAMS}`,
    );
    expect([encodeSlice(slice(0)).length, encodePublishedSlice(held(0)).length]).toEqual([67, 75]);
  });

  test("stand in full where they are sent, and as tops of two trees where they are hashed", () => {
    const head = `0401${"000000000102"}${word(0)}${word(0x55)}`;
    const inFull = [0, 1, 2].map((i) => toHex(encodeSlice(slice(i))).slice(2)).join("");
    expect(toHex(encodeDetail(surface))).toBe(`0x${head}03${inFull}01${toHex(encodePublishedSlice(held(0))).slice(2)}`);
    const top = (...items: Uint8Array[]): string => toHex(merkleTop(items.map((item) => keccak_256(item)))).slice(2);
    const slices = top(encodeSlice(slice(0)), encodeSlice(slice(1)), encodeSlice(slice(2)));
    const hashed = Buffer.from(`${head}03${slices}01${top(encodePublishedSlice(held(0)))}`, "hex");
    expect(toHex(detailHash(surface))).toBe(toHex(keccak_256(hashed)));
  });

  test("so one slice is proven by its siblings alone", () => {
    const hashes = surface.slices.map((one) => keccak_256(encodeSlice(one)));
    const pair = keccak_256(concatBytes(Uint8Array.of(1), hashes[0]!, hashes[1]!));
    expect(merkleTop(hashes)).toEqual(keccak_256(concatBytes(Uint8Array.of(1), pair, hashes[2]!)));
    expect(merkleTop([])).toEqual(new Uint8Array(32));
  });

  test("are sixteen at most", () => {
    const many = Array.from({ length: 17 }, (_, i) => slice(i));
    expect(() => detailHash({ ...surface, slices: many })).toThrow(OracleError);
    expect(() => encodeDetail({ ...surface, slices: many.slice(1) })).not.toThrow();
  });
});

test("a settlement has every field at its offset, and is hashed as it is sent", () => {
  const text = `0x04020a0b0c0d0e0f04${word(0)}${word(0x66)}${"ff".repeat(16)}000f42400a0b0c0d0e0e`;
  expect(toHex(encodeDetail(settlement))).toBe(text);
  expect(toHex(detailHash(settlement))).toBe(toHex(keccak_256(encodeDetail(settlement))));
  const phases = ["averaging", "pending", "agreed", "final"] as const;
  expect(phases.map((phase) => encodeDetail({ ...settlement, phase })[8])).toEqual([1, 2, 3, 4]);
});

describe("a leaf with a detail", () => {
  const plain = leafOf(feedRule(0));

  test("has a prefix of its own and its detail's hash behind its fields", () => {
    const leaf = { ...plain, detail: surface };
    const bytes = encodeLeaf(leaf);
    expect(bytes.length).toBe(157);
    expect([bytes[0], encodeLeaf(plain)[0]]).toEqual([3, 0]);
    expect(toHex(bytes.subarray(1, 125))).toBe(toHex(encodeLeaf(plain).subarray(1)));
    expect(toHex(bytes.subarray(125))).toBe(toHex(detailHash(surface)));
    expect(encodeLeafFields(leaf)).toEqual(bytes.subarray(0, 125));
  });

  const altered: readonly FeedDetail[] = [
    { ...surface, gridRound: 1 },
    { ...surface, spot: 1n },
    { ...surface, slices: surface.slices.slice(1) },
    { ...surface, slices: [slice(0), slice(1), { ...slice(2), theta: 1n }] },
    { ...surface, slices: [slice(0), slice(1), { ...slice(2), params: { ...params, sigma: 6n } }] },
    { ...surface, published: [] },
    { ...surface, published: [{ ...held(0), round: 1 }] },
    { ...surface, published: [{ ...held(0), forwardRatio: 1n }] },
    settlement,
    { ...settlement, phase: "agreed" },
    { ...settlement, coveragePpm: 1 },
    { ...settlement, pubExpiryMs: 1 },
  ];

  test("changes with every part of it", () => {
    const leaves = [null, surface, ...altered].map((detail) => toHex(encodeLeaf({ ...plain, detail })));
    expect(new Set(leaves).size).toBe(altered.length + 2);
  });
});
