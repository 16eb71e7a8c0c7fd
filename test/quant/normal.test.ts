import fc from "fast-check";
import { expect, test } from "vitest";
import { erfc, erfcx, normalCdf, normalPdf } from "../../src/quant/normal.ts";
import { big, bigCdf, bigErfc, bigErfcx, bigPdf, relativeError } from "./support/big-normal.ts";

/** The joints of the three ranges, on both sides, and the far tails. */
const JOINTS = [0.46875, 4].flatMap((x) => [x * Math.SQRT2 - 1e-12, x * Math.SQRT2 + 1e-12]);
const POINTS = [
  ...JOINTS,
  ...JOINTS.map((z) => -z),
  ...Array.from({ length: 60 }, (_, i) => -37.5 + i * 0.7634),
  1e-300,
  -1e-8,
  0.3,
];

test("the distribution function is right to 1e-15 from -37.5 to 8 standard deviations, against 700-digit arithmetic", () => {
  for (const z of POINTS) expect(relativeError(normalCdf(z), bigCdf(big(z))), `z = ${z}`).toBeLessThan(1e-15);
});

test("the density is right to 1e-15 as far as 37.5 standard deviations on both sides", () => {
  for (const z of POINTS.flatMap((point) => [point, -point])) {
    expect(relativeError(normalPdf(z), bigPdf(big(z))), `z = ${z}`).toBeLessThan(1e-15);
  }
});

test("erfc and erfcx are right to 1e-15 against the same arithmetic", () => {
  for (const z of POINTS) {
    const x = z / 1.5;
    expect(relativeError(erfc(x), bigErfc(big(x))), `erfc(${x})`).toBeLessThan(1e-15);
    expect(relativeError(erfcx(x), bigErfcx(big(x))), `erfcx(${x})`).toBeLessThan(1e-15);
  }
});

test("known values: the quartile, one and five standard deviations, and the tails", () => {
  expect(normalCdf(0)).toBe(0.5);
  expect(normalCdf(1)).toBeCloseTo(0.8413447460685429, 15);
  expect(normalCdf(-5) / 2.866515718791939e-7 - 1).toBeCloseTo(0, 14);
  expect(normalCdf(-37) / 5.725571222524577e-300 - 1).toBeCloseTo(0, 14);
  expect(normalPdf(0)).toBe(0.3989422804014327);
  expect(erfcx(1e8)).toBeCloseTo(5.641895835477563e-9, 22);
});

test("beyond the doubles the distribution function ends in zero and one, and NaN stays NaN", () => {
  expect(normalCdf(-37.9)).toBeGreaterThan(0);
  expect(relativeError(normalCdf(-37.9), bigCdf(big(-37.9)))).toBeLessThan(1e-7);
  expect(normalCdf(-45)).toBe(0);
  expect(normalCdf(-Infinity)).toBe(0);
  expect(normalCdf(45)).toBe(1);
  expect(normalCdf(Number.NaN)).toBeNaN();
  expect(erfcx(-30)).toBe(Infinity);
});

test("the distribution function rises, and Φ(z) + Φ(-z) = 1, for any z", () => {
  fc.assert(
    fc.property(fc.double({ min: -38, max: 38, noNaN: true }), (z) => {
      expect(normalCdf(z) + normalCdf(-z)).toBeCloseTo(1, 15);
      expect(normalCdf(z + 1e-3)).toBeGreaterThanOrEqual(normalCdf(z));
    }),
  );
});
