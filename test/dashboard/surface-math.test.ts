/** The page's own formulas against the node's: the same number at every strike and day. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DAY_MS,
  forwardAt,
  readSurface,
  type Slice,
  slicesOf,
  totalVariance,
  YEAR_MS,
} from "../../src/dashboard/vol/surface-math.ts";
import { surfaceForward, surfaceVol } from "../../src/quant/surface.ts";
import { totalVariance as quantVariance } from "../../src/quant/svi.ts";
import { BTC, surfaceOf } from "../api/surface-fixture.ts";

const NOW_MS = 1_768_300_000_000;
const surface = surfaceOf(BTC, NOW_MS, 48_211);
const agreed = slicesOf(surface, "agreed");

const svi = fc.record({
  a: fc.double({ min: -0.05, max: 0.5, noNaN: true }),
  b: fc.double({ min: 0, max: 1, noNaN: true }),
  rho: fc.double({ min: -0.99, max: 0.99, noNaN: true }),
  m: fc.double({ min: -1, max: 1, noNaN: true }),
  sigma: fc.double({ min: 0.001, max: 1, noNaN: true }),
});
const slices = fc
  .array(
    fc.record({
      svi,
      gapDays: fc.integer({ min: 1, max: 90 }),
      forward: fc.double({ min: 100, max: 1e5, noNaN: true }),
    }),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => {
    let days = 0;
    return parts.map(({ svi: params, gapDays, forward }): Slice => {
      days += gapDays;
      return { expiryMs: NOW_MS + days * DAY_MS, years: (days * DAY_MS) / YEAR_MS, forward, svi: params };
    });
  });

function isNear(one: number, other: number): void {
  expect(Math.abs(one - other)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(other)));
}

describe("the page reads a surface as quant/surface.ts does", () => {
  test("total variance at any log-moneyness", () => {
    fc.assert(
      fc.property(svi, fc.double({ min: -3, max: 3, noNaN: true }), (params, k) => {
        isNear(totalVariance(params, k), quantVariance(params, k));
      }),
    );
  });

  test("volatility, variance, forward and refusals at any strike and time, of any slices", () => {
    fc.assert(
      fc.property(
        slices,
        fc.oneof(fc.double({ min: 1, max: 2e5, noNaN: true }), fc.constantFrom(0, -5, Infinity, NaN)),
        fc.double({ min: -0.1, max: 1.1, noNaN: true }),
        (made, strike, share) => {
          const [first, last] = [made[0]!, made.at(-1)!];
          const expiryMs = Math.round(first.expiryMs + share * (last.expiryMs - first.expiryMs));
          const ours = readSurface(made, strike, expiryMs);
          const theirs = surfaceVol(made, strike, expiryMs);
          expect(ours.ok).toBe(theirs.ok);
          if (!ours.ok || !theirs.ok) return;
          for (const key of ["vol", "totalVariance", "forward", "k", "years"] as const) isNear(ours[key], theirs[key]);
          const forward = surfaceForward(made, expiryMs);
          if (forward.ok) isNear(forwardAt(made, expiryMs)!, forward.forward);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("a listed expiry is its own slice, and outside of them nothing is extrapolated", () => {
    const slice = surface.slices[4]!;
    const reading = readSurface(agreed, slice.forward, slice.expiryMs);
    expect(reading.ok && reading.vol).toBeCloseTo(slice.atmVol, 12);
    expect(readSurface(agreed, slice.forward, agreed[0]!.expiryMs - 1)).toEqual({ ok: false, why: "outside" });
    expect(readSurface(agreed, slice.forward, agreed.at(-1)!.expiryMs + 1)).toEqual({ ok: false, why: "outside" });
    expect(readSurface(agreed, 0, slice.expiryMs)).toEqual({ ok: false, why: "bad-strike" });
    expect(readSurface([], 1, slice.expiryMs)).toEqual({ ok: false, why: "no-surface" });
    expect(forwardAt(agreed, agreed[0]!.expiryMs - 1)).toBeNull();
  });

  test("a published slice keeps its volatilities as its time runs out", () => {
    const held = slicesOf(surface, "published");
    expect(held).toHaveLength(surface.slices.length - 1);
    for (const slice of held) {
      const { published } = surface.slices.find(({ expiryMs }) => expiryMs === slice.expiryMs)!;
      const then = Math.sqrt(totalVariance(published!.params, 0.05) / published!.years);
      isNear(Math.sqrt(totalVariance(slice.svi, 0.05) / slice.years), then);
      expect(slice.years).toBeLessThan(published!.years);
    }
  });

  test("the node's own surface has no slice where it has no curve", () =>
    expect(slicesOf(surface, "own")).toHaveLength(surface.smiles.length - 1));
});
