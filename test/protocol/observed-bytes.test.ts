import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteReader, ByteWriter } from "../../src/base/bytes.ts";
import { OracleError } from "../../src/base/errors.ts";
import type { Observed } from "../../src/feeds/observed.ts";
import { GRID_SIZE } from "../../src/quant/surface-grid.ts";
import { SURFACE_NODES } from "../../src/feeds/observed.ts";
import { readObserved, whyNotSayable, writeObserved } from "../../src/protocol/observed-bytes.ts";
import { EXPIRIES, settlementSeen, surfaceSeen } from "../support/derivatives.ts";
import { observedArbitrary } from "./arbitrary.ts";

function bytesOf(observed: Observed): Uint8Array {
  const writer = new ByteWriter();
  writeObserved(writer, observed);
  return writer.done();
}

function read(bytes: Uint8Array): Observed {
  const reader = new ByteReader(bytes);
  const observed = readObserved(reader);
  reader.end();
  return observed;
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof OracleError) return error.code;
    throw error;
  }
  return "no error";
}

const surface = surfaceSeen();
const settlement = settlementSeen(EXPIRIES[0], 95_000n);
const HEAD = 1 + 6 + 1;
const SLICE = 6 + 8 + 17 * 8;
const ZEROS = [0, 0, 0, 0, 0, 0, 0, 0];

test("whatever can be said comes back from its bytes as it was", () => {
  fc.assert(
    fc.property(observedArbitrary, (observed) => {
      expect(read(bytesOf(observed))).toEqual(observed);
    }),
  );
});

test("has the length its layout says, and as many variances as the grid has nodes", () => {
  const lengths = [null, 5n, surface, settlement].map((observed) => bytesOf(observed).length);
  expect(lengths).toEqual([1, 17, HEAD + 3 * SLICE, 1 + 6 + 32 + 4]);
  expect(SURFACE_NODES).toBe(GRID_SIZE);
});

describe("what cannot be said is neither written nor read", () => {
  const [first, second] = surface.slices;
  if (first === undefined || second === undefined) throw new Error("two slices were expected");
  const unsayable: readonly (readonly [string, Observed])[] = [
    ["a number beyond int128", 1n << 127n],
    ["expiries that fall", { ...surface, slices: [second, first] }],
    ["an expiry twice", { ...surface, slices: [first, first] }],
    ["seventeen expiries", { ...surface, slices: Array.from({ length: 17 }, (_, i) => ({ ...first, expiryMs: i })) }],
    ["sixteen variances", { ...surface, slices: [{ ...first, variances: first.variances.slice(1) }] }],
    ["a variance of zero", { ...surface, slices: [{ ...first, variances: first.variances.map(() => 0n) }] }],
    ["a forward of zero", { ...surface, slices: [{ ...first, forward: 0n }] }],
    ["a forward beyond 64 bits", { ...surface, slices: [{ ...first, forward: 1n << 64n }] }],
    ["a grid round below zero", { ...surface, gridRound: -1 }],
    ["an average below zero", { ...settlement, fixed: -1n }],
    ["an average whose sum with another leaves int128", { ...settlement, variable: 1n << 126n }],
    ["a coverage above the whole", { ...settlement, coveragePpm: 1_000_001 }],
    ["half a millisecond", { ...settlement, expiryMs: 0.5 }],
  ];

  test.each(unsayable)("%s", (_name, observed) => {
    expect(whyNotSayable(observed)).toEqual(expect.any(String));
    expect(codeOf(() => bytesOf(observed))).toBe("bad-value");
  });

  test("as bytes: a count above the cap, expiries that fall, zeros, a coverage above the whole", () => {
    const patched = (bytes: Uint8Array, at: number, ...replacement: number[]): Uint8Array => {
      const out = bytes.slice();
      out.set(replacement, at);
      return out;
    };
    const good = bytesOf(surface);
    expect(codeOf(() => read(patched(good, HEAD - 1, 17)))).toBe("bad-count");
    expect(codeOf(() => read(patched(good, HEAD - 1, 16)))).toBe("truncated");
    expect(codeOf(() => read(patched(good, HEAD - 1, 2)))).toBe("trailing-bytes");
    expect(codeOf(() => read(patched(good, HEAD + SLICE, 0)))).toBe("bad-value");
    expect(codeOf(() => read(patched(good, HEAD + 6, ...ZEROS)))).toBe("bad-value");
    expect(codeOf(() => read(patched(good, HEAD + 14, ...ZEROS)))).toBe("bad-value");
    const average = bytesOf(settlement);
    expect(codeOf(() => read(patched(average, 7, 0x80)))).toBe("bad-value");
    expect(codeOf(() => read(patched(average, 39, 0xff)))).toBe("bad-value");
    expect(codeOf(() => read(Uint8Array.of(4)))).toBe("bad-tag");
  });
});

test("says nothing against what an honest node says", () => {
  for (const observed of [null, 0n, -(1n << 127n), surface, settlement]) expect(whyNotSayable(observed)).toBeNull();
});
