import fc from "fast-check";
import { expect, test } from "vitest";
import { cappedMean } from "../../../src/feeds/methods/capped-mean.ts";
import { type Weighted, weightedLowerMedian } from "../../../src/feeds/methods/weighted-median.ts";

const equal = (prices: readonly number[]): Weighted[] => prices.map((price) => ({ price, weight: 1 }));
const indexOf = (items: readonly Weighted[], capBps: number): number =>
  cappedMean(items, weightedLowerMedian(items), capBps).mean;

test("Deribit's worked example of its capped median: 100 at 25 %, 101 at 50 %, 120 at 25 % are 101.0", () => {
  const items = [
    { price: 100, weight: 25 },
    { price: 101, weight: 50 },
    { price: 120, weight: 25 },
  ];
  expect(weightedLowerMedian(items)).toBe(101);
  const { mean, parts } = cappedMean(items, 101, 50);
  expect(parts.map(({ counted }) => counted)).toEqual([100.495, 101, expect.closeTo(101.505, 10)]);
  expect(parts.map(({ share }) => share)).toEqual([0.25, 0.5, 0.25]);
  expect(mean).toBeCloseTo(101, 10);
});

test("six sources of Deribit's index in December 2023: none is capped and the mean is 41 121.446667", () => {
  const prices = [41_160.5, 41_119, 41_115.53, 41_116.42, 41_108.88, 41_108.35];
  expect(weightedLowerMedian(equal(prices))).toBe(41_115.53);
  expect(indexOf(equal(prices), 50)).toBeCloseTo(41_121.446667, 6);
});

test("a weighted median is one of the prices: the lower of two middles, and the heavy one where one is heavy", () => {
  expect(weightedLowerMedian(equal([1, 2, 3, 4]))).toBe(2);
  expect(weightedLowerMedian(equal([3, 1, 2]))).toBe(2);
  expect(
    weightedLowerMedian([
      { price: 1, weight: 1 },
      { price: 2, weight: 1 },
      { price: 9, weight: 3 },
    ]),
  ).toBe(9);
  expect(weightedLowerMedian([])).toBeNaN();
});

const price = fc.double({ min: 95, max: 105, noNaN: true });
const lie = fc.oneof(fc.double({ min: 1e-9, max: 1e12, noNaN: true }), price);
const weight = fc.integer({ min: 1, max: 100 });
const cap = fc.integer({ min: 1, max: 500 });

test("with less than half of the weight lying, the result lies within the honest range widened by the cap", () => {
  const honest = fc.array(fc.record({ price, weight }), { minLength: 1, maxLength: 8 });
  const liars = fc.array(fc.record({ price: lie, weight }), { maxLength: 8 });
  fc.assert(
    fc.property(honest, liars, cap, (good, bad, capBps) => {
      const sum = (items: readonly Weighted[]): number => items.reduce((total, item) => total + item.weight, 0);
      fc.pre(sum(bad) < sum(good));
      const result = indexOf([...good, ...bad], capBps);
      const prices = good.map((item) => item.price);
      expect(result).toBeGreaterThanOrEqual(Math.min(...prices) * (1 - capBps / 10_000) - 1e-9);
      expect(result).toBeLessThanOrEqual(Math.max(...prices) * (1 + capBps / 10_000) + 1e-9);
    }),
    { numRuns: 1_000 },
  );
});

test("where the honest agree, a liar with a share s of the weight moves the result by s times the cap at most", () => {
  fc.assert(
    fc.property(
      price,
      fc.array(weight, { minLength: 2, maxLength: 8 }),
      lie,
      weight,
      cap,
      (truth, weights, told, own, capBps) => {
        const rest = weights.reduce((sum, one) => sum + one, 0);
        fc.pre(own < rest);
        const items = [...weights.map((one) => ({ price: truth, weight: one })), { price: told, weight: own }];
        const moved = Math.abs(indexOf(items, capBps) / truth - 1) * 10_000;
        expect(moved).toBeLessThanOrEqual((own / (own + rest)) * capBps + 1e-7);
      },
    ),
    { numRuns: 1_000 },
  );
});

test("where the honest lie within the cap of each other, changing one price moves the result by its share of twice the cap and spread", () => {
  const near = fc.double({ min: 100, max: 100.2, noNaN: true });
  fc.assert(
    fc.property(fc.array(near, { minLength: 3, maxLength: 7 }), near, lie, (good, before, told) => {
      const share = 1 / (good.length + 1);
      const from = indexOf(equal([...good, before]), 50);
      const moved = Math.abs(indexOf(equal([...good, told]), 50) / from - 1) * 10_000;
      // Its price was at most the spread of 20 bp from the centre, and is at most the cap of 50 bp from it now.
      expect(moved).toBeLessThanOrEqual(share * (50 + 2 * 20) + 0.1);
    }),
    { numRuns: 1_000 },
  );
});

test("the order changes no bit, and prices scaled by a power of two scale the result exactly", () => {
  const items = fc.array(fc.record({ price, weight }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(items, (all) => {
      const result = indexOf(all, 50);
      expect(indexOf(all.toReversed(), 50)).toBe(result);
      expect(
        indexOf(
          all.map((item) => ({ ...item, price: item.price * 4 })),
          50,
        ),
      ).toBe(result * 4);
    }),
  );
});
