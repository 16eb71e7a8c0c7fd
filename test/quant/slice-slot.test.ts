import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { absBig } from "../../src/base/fixed.ts";
import { WAD } from "../../src/quant/fixed-exp-ln.ts";
import type { FixedSvi } from "../../src/quant/fixed-svi.ts";
import { sviVarianceWad } from "../../src/quant/fixed-svi.ts";
import { fitGrid } from "../../src/quant/grid-fit.ts";
import { isqrt } from "../../src/quant/integer-sqrt.ts";
import { isSlotFine, packSlice, SLOT_RHO_MAX, unpackSlice } from "../../src/quant/slice-slot.ts";
import { GRID_NODES, GRID_SIZE } from "../../src/quant/surface-grid.ts";

const I64 = { min: -(1n << 63n), max: (1n << 63n) - 1n };
const anyForward = fc.bigInt({ min: 1n, max: (1n << 64n) - 1n });
const anySlice: fc.Arbitrary<FixedSvi> = fc.record({
  a: fc.bigInt(I64),
  b: fc.bigInt({ min: 0n, max: 2n * WAD }),
  rho: fc.bigInt({ min: -SLOT_RHO_MAX, max: SLOT_RHO_MAX }),
  m: fc.bigInt(I64),
  sigma: fc.bigInt({ min: 1n, max: I64.max }),
});

/** Slices of a tenor from ten minutes on: θ, then shapes in parts of its root, and a smallest variance of a tenth. */
const usualSlice: fc.Arbitrary<FixedSvi> = fc
  .record({
    theta: fc.bigInt({ min: 10n ** 11n, max: 2n * WAD }),
    b: fc.bigInt({ min: 0n, max: 1000n }),
    rho: fc.bigInt({ min: -999n, max: 999n }),
    m: fc.bigInt({ min: -2000n, max: 2000n }),
    sigma: fc.bigInt({ min: 20n, max: 4000n }),
  })
  .map(({ theta, ...parts }) => {
    const root = isqrt(theta * WAD);
    const [b, m, sigma] = [(root * parts.b) / 1000n, (root * parts.m) / 1000n, (root * parts.sigma) / 1000n];
    const rho = parts.rho * 10n ** 15n;
    const bend = (((b * sigma) / WAD) * isqrt(WAD * WAD - rho * rho)) / WAD;
    return { a: theta / 10n - bend, b, rho, m, sigma };
  });

describe("a slice in a slot", () => {
  test("comes back as the slice of the slot: packing it again changes nothing", () => {
    fc.assert(
      fc.property(anyForward, anySlice, (forward, svi) => {
        const once = unpackSlice(packSlice(forward, svi));
        expect(once.forward).toBe(forward);
        expect(unpackSlice(packSlice(forward, once.svi))).toEqual(once);
      }),
    );
  });

  test("is cut towards minus infinity, by 2^-31 at most", () => {
    fc.assert(
      fc.property(anySlice, (svi) => {
        const { svi: kept } = unpackSlice(packSlice(1n, svi));
        const reach = absBig(svi.m) > svi.sigma ? absBig(svi.m) : svi.sigma;
        for (const [given, signed, size] of [
          [kept.a, svi.a, absBig(svi.a)],
          [kept.b, svi.b, svi.b],
          [kept.rho, svi.rho, WAD],
          [kept.m, svi.m, reach],
          [kept.sigma, svi.sigma, reach],
        ] as const) {
          expect(given <= signed).toBe(true);
          expect(signed - given <= size >> 31n).toBe(true);
        }
      }),
    );
  });

  test("of usual shape is fine, and moves no variance by 2e-6 of itself", () => {
    fc.assert(
      fc.property(usualSlice, fc.bigInt({ min: -10n * WAD, max: 10n * WAD }), (svi, k) => {
        expect(isSlotFine(svi)).toBe(true);
        const { svi: kept } = unpackSlice(packSlice(1n, svi));
        for (const at of [k, k / 10n, k / 1000n, 0n, svi.m]) {
          const signed = sviVarianceWad(svi, at);
          expect(absBig(sviVarianceWad(kept, at) - signed) * 500_000n <= signed + 2_000_000n).toBe(true);
        }
      }),
    );
  });

  test("is fine when the nodes fitted it to a smile, however skewed and bent, with noise of a few percent", () => {
    const smiles = fc.record({
      // From a volatility of 10 % for ten minutes on.
      theta: fc.bigInt({ min: 2n * 10n ** 11n, max: 2n * WAD }),
      skew: fc.integer({ min: -20, max: 20 }),
      bend: fc.integer({ min: 0, max: 12 }),
      noise: fc.array(fc.integer({ min: -30, max: 30 }), { minLength: GRID_SIZE, maxLength: GRID_SIZE }),
    });
    let sharp = 0;
    fc.assert(
      fc.property(smiles, ({ theta, skew, bend, noise }) => {
        // In thousandths of θ at x deviations; a smile that would fall below a fifth is held there.
        const medians = GRID_NODES.map((x, i) => {
          const shape = Math.max(200, 1000 + 10 * skew * x + 10 * bend * x * x) + noise[i]!;
          return (theta * BigInt(Math.round(shape))) / 1000n;
        });
        const fit = fitGrid(theta, medians);
        if (!fit.ok) throw new Error(fit.why);
        if (fit.params.a < 0n) sharp++;
        expect(isSlotFine(fit.params)).toBe(true);
      }),
      { numRuns: 100 },
    );
    expect(sharp).toBeGreaterThan(10);
  });

  test("whose smallest variance is lost in its terms is not fine", () => {
    expect(isSlotFine({ a: -WAD / 2n, b: WAD / 2n, rho: 0n, m: 0n, sigma: WAD + 10n ** 13n })).toBe(false);
    expect(isSlotFine({ a: -WAD / 2n, b: WAD / 2n, rho: 0n, m: 0n, sigma: WAD + 10n ** 16n })).toBe(true);
  });

  test("whose bend is lost beside its place is not fine", () => {
    const wide = { a: WAD, b: WAD / 100n, rho: 0n, m: 1n << 60n };
    expect(isSlotFine({ ...wide, sigma: 1n << 40n })).toBe(true);
    expect(isSlotFine({ ...wide, sigma: (1n << 40n) - 1n })).toBe(false);
  });
});
