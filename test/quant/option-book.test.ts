import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lnWad, WAD } from "../../src/quant/fixed-exp-ln.ts";
import { normalCdfWad } from "../../src/quant/fixed-normal.ts";
import { sviVarianceWad } from "../../src/quant/fixed-svi.ts";
import { isqrt } from "../../src/quant/integer-sqrt.ts";
import { type BookSlice, bookStrikes, readersPrice } from "../../src/quant/option-book.ts";
import { DAY_MS, NOW_MS, slice } from "./support/book-cases.ts";

describe("strikes of the reference book", () => {
  test("are the forward and the strikes of one quarter of delta, to 0.012, from calm to wild smiles", () => {
    const shapes = fc.record({
      days: fc.integer({ min: 1, max: 300 }),
      vol: fc.double({ min: 0.2, max: 1.5, noNaN: true }),
      skew: fc.double({ min: -0.4, max: 0.4, noNaN: true }),
    });
    fc.assert(
      fc.property(shapes, (shape) => {
        const one = slice(shape);
        const options = bookStrikes(one, NOW_MS);
        if (typeof options === "string") throw new Error(options);
        expect(options.map(({ name }) => name)).toEqual(["atm", "call-25d", "put-25d"]);
        expect(options[0]?.strike).toBe(one.forwardRatio);
        for (const { right, strike } of options.slice(1)) {
          const k = lnWad((strike * WAD) / one.forwardRatio);
          const totalVol = isqrt(sviVarianceWad(one.svi, k) * WAD);
          const callDelta = normalCdfWad((-k * WAD) / totalVol + totalVol / 2n);
          const delta = right === "call" ? callDelta : WAD - callDelta;
          expect(Math.abs(Number(delta) / 1e18 - 0.25)).toBeLessThan(0.012);
        }
      }),
    );
  });

  test("a slice ages: half-way to expiry its book is that of half its variance, and at expiry there is none", () => {
    const one = slice({ days: 4, vol: 0.5, ratio: 1 });
    const { a, b } = one.svi;
    const halved = { ...one, svi: { ...one.svi, a: a / 2n, b: b / 2n }, fitTimeMs: NOW_MS + 2 * DAY_MS };
    const [old, fresh] = [bookStrikes(one, NOW_MS + 2 * DAY_MS), bookStrikes(halved, NOW_MS + 2 * DAY_MS)];
    if (typeof old === "string" || typeof fresh === "string") throw new Error("no book");
    for (const [i, option] of old.entries()) {
      expect(Number(option.strike - (fresh[i]?.strike ?? 0n)) / 1e18).toBeCloseTo(0, 12);
      expect(Number(option.price - (fresh[i]?.price ?? 0n)) / 1e18).toBeCloseTo(0, 12);
    }
    expect(bookStrikes(one, one.expiryMs)).toBe("no-variance");
  });

  test("a slice outside its domain has a reason instead of a book", () => {
    const one = slice({ days: 4, vol: 0.5 });
    const bad: readonly BookSlice[] = [
      { ...one, forwardRatio: 0n },
      { ...one, forwardRatio: -WAD },
      { ...one, forwardRatio: 1n << 126n },
      { ...one, expiryMs: Number.NaN },
      { ...one, fitTimeMs: one.expiryMs },
      { ...one, svi: { ...one.svi, rho: WAD } },
      { ...one, svi: { ...one.svi, sigma: 0n } },
      { ...one, svi: { ...one.svi, b: -1n } },
    ];
    for (const each of bad) expect(bookStrikes(each, NOW_MS)).toBe("bad-slice");
    expect(bookStrikes({ ...one, svi: { ...one.svi, a: -WAD } }, NOW_MS)).toBe("no-variance");
    // A variance so large that the 25-delta strike is e^800.
    expect(bookStrikes({ ...one, svi: { ...one.svi, a: 900n * WAD } }, NOW_MS)).toBe("no-variance");
  });

  test("a reader without a usable spot or slice has no price, and no exception", () => {
    const one = slice({ days: 4, vol: 0.5 });
    const options = bookStrikes(one, NOW_MS);
    if (typeof options === "string") throw new Error(options);
    for (const option of options) {
      expect(readersPrice(one, WAD, option, NOW_MS)).toBe(option.price);
      expect(readersPrice(one, 0n, option, NOW_MS)).toBeNull();
      expect(readersPrice({ ...one, forwardRatio: 1n }, 1n, option, NOW_MS)).toBeNull();
      expect(readersPrice(one, 1n << 200n, option, NOW_MS)).toBeNull();
      expect(readersPrice({ ...one, svi: { ...one.svi, a: -WAD } }, WAD, option, NOW_MS)).toBeNull();
    }
  });
});
