import fc from "fast-check";
import { expect, test } from "vitest";
import { comparisonOf, difference } from "../../src/feeds/comparison.ts";
import { spreadOf, tally } from "../../src/feeds/statistics.ts";

test("of a hundred magnitudes: mean, median, 99th percentile and worst", () => {
  const values = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1 : -1) * (100 - i));
  expect(spreadOf(values)).toEqual({ count: 100, mean: 50.5, p50: 50, p99: 99, max: 100 });
  expect(spreadOf([-3])).toEqual({ count: 1, mean: 3, p50: 3, p99: 3, max: 3 });
  expect(spreadOf([])).toBeNull();
});

test("quantiles are values that came, in order, whatever the order of the list", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }), (values) => {
      const spread = spreadOf(values)!;
      const magnitudes = values.map(Math.abs);
      expect(magnitudes).toContain(spread.p50);
      expect(magnitudes).toContain(spread.p99);
      expect(spread.p50 <= spread.p99 && spread.p99 <= spread.max).toBe(true);
      expect(spreadOf([...values].reverse())?.p99).toBe(spread.p99);
    }),
  );
});

test("words are counted, most often first", () => {
  expect(tally(["b", "a", "b", "c"])).toEqual([
    ["b", 2],
    ["a", 1],
    ["c", 1],
  ]);
});

test("prices are compared in basis points, volatilities in points", () => {
  expect(difference(comparisonOf("spot-index"), 100, 101)).toBeCloseTo(100, 9);
  expect(difference(comparisonOf("iv-atm"), 0.4, 0.395)).toBeCloseTo(-0.5, 9);
  expect(difference(comparisonOf("rate"), 0.05, 0.06)).toBeCloseTo(1, 9);
  expect(difference(comparisonOf("funding-8h"), 0, 0.0001)).toBeCloseTo(1, 9);
});
