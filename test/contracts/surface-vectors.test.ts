/**
 * The TypeScript half of the treaty over test/vectors/surface.json: details, slots and answers of VolSurface. The Solidity
 * half reads the same file in contracts/test/VolSurface.vectors.t.sol.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { packSlice, unpackSlice } from "../../src/quant/slice-slot.ts";
import { storedPoint } from "../../src/quant/stored-surface.ts";
import type { Surface } from "../../src/quant/surface.ts";
import { surfaceForward, surfaceVol } from "../../src/quant/surface.ts";

const hex = z.templateLiteral(["0x", z.string().regex(/^(?:[0-9a-f]{2})*$/)]);
const bigint = z.string().transform((text) => BigInt(text));
const params = { a: bigint, b: bigint, rho: bigint, m: bigint, sigma: bigint };
const slice = z.strictObject({ expirySec: z.int(), forward: bigint, ...params, slot: hex });
const point = z.strictObject({
  strike: bigint,
  expirySec: z.int(),
  forward: bigint,
  k: bigint,
  totalVariance: bigint,
  vol: bigint,
});
const vector = z.strictObject({
  name: z.string(),
  agreedMs: z.int(),
  nowSec: z.int(),
  detail: hex,
  detailHash: hex,
  gridRound: z.int(),
  slices: z.array(slice),
  points: z.array(point),
});
const vectorFile = z.strictObject({ generator: z.string(), count: z.int(), vectors: z.array(vector) });
const url = new URL("../vectors/surface.json", import.meta.url);
const { vectors } = vectorFile.parse(JSON.parse(readFileSync(url, "utf8")));

const YEAR_MS = 31_536_000_000;

/** The signed slices, not the stored ones, as the nodes' own surface on doubles. */
function asSigned({ agreedMs, slices }: z.infer<typeof vector>): Surface {
  return slices.map(({ expirySec, forward, a, b, rho, m, sigma }) => ({
    expiryMs: expirySec * 1000,
    years: (expirySec * 1000 - agreedMs) / YEAR_MS,
    forward: Number(forward) / 1e8,
    svi: {
      a: Number(a) / 1e18,
      b: Number(b) / 1e18,
      rho: Number(rho) / 1e18,
      m: Number(m) / 1e18,
      sigma: Number(sigma) / 1e18,
    },
  }));
}

describe("the surface vectors", () => {
  test("reach from ten minutes to two years and from one expiry to sixteen", () => {
    const tenors = vectors.flatMap((v) => v.slices.map(({ expirySec }) => expirySec - v.agreedMs / 1000));
    expect(Math.min(...tenors)).toBeLessThanOrEqual(600);
    expect(Math.max(...tenors)).toBeGreaterThan(720 * 86_400);
    expect(new Set(vectors.map((v) => v.slices.length))).toEqual(new Set([1, 2, 3, 11, 16]));
    expect(vectors.some((v) => v.nowSec * 1000 < v.agreedMs)).toBe(true);
  });

  test.each(vectors)("$name: slots and answers are the same", (v) => {
    for (const { forward, slot, expirySec: _, ...svi } of v.slices) {
      expect(packSlice(forward, svi)).toBe(BigInt(slot));
      expect(unpackSlice(BigInt(slot)).forward).toBe(forward);
    }
    const stored = {
      agreedMs: v.agreedMs,
      slices: v.slices.map(({ expirySec, slot }) => ({ expirySec, slot: BigInt(slot) })),
    };
    for (const { strike, expirySec, ...wanted } of v.points) {
      expect(storedPoint(stored, strike, expirySec, v.nowSec)).toEqual(wanted);
    }
  });

  test.each(vectors)("$name: volatilities are those of the signed slices to 1e-6, by the rules of surface.ts", (v) => {
    const surface = asSigned(v);
    for (const { strike, expirySec, vol, forward } of v.points) {
      const signed = surfaceForward(surface, expirySec * 1000);
      if (!signed.ok) throw new Error(signed.why);
      expect(Number(forward) / 1e18 / signed.forward).toBeCloseTo(1, 12);
      // At a slice's own expiry time changes nothing; between two it ages each by its own time left.
      const isOwn = v.slices.some((one) => one.expirySec === expirySec);
      const isYoung = v.nowSec * 1000 - v.agreedMs < 0.01 * (expirySec * 1000 - v.agreedMs);
      if (!isOwn && !isYoung) continue;
      const wanted = surfaceVol(surface, Number(strike) / 1e18, expirySec * 1000);
      if (!wanted.ok) throw new Error(wanted.why);
      expect(Math.abs(Number(vol) / 1e18 / wanted.vol - 1)).toBeLessThan(isOwn ? 1e-6 : 1e-3);
    }
  });
});
