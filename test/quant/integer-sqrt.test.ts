import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isqrt } from "../../src/quant/integer-sqrt.ts";

describe("isqrt", () => {
  it("gives the known roots", () => {
    const known = [
      [0n, 0n],
      [1n, 1n],
      [2n, 1n],
      [3n, 1n],
      [4n, 2n],
      [8n, 2n],
      [9n, 3n],
      [2n * 10n ** 36n, 1_414_213_562_373_095_048n],
      [10n ** 36n - 1n, 999_999_999_999_999_999n],
      [10n ** 36n, 10n ** 18n],
    ] as const;
    for (const [value, root] of known) expect(isqrt(value)).toBe(root);
  });

  it("is the largest integer whose square is not above the value", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1n << 300n }), (value) => {
        const root = isqrt(value);
        expect(root * root <= value && (root + 1n) * (root + 1n) > value).toBe(true);
      }),
    );
  });

  it("is exact on both sides of a square", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n, max: 1n << 130n }), (root) => {
        expect(isqrt(root * root)).toBe(root);
        expect(isqrt(root * root - 1n)).toBe(root - 1n);
      }),
    );
  });

  it("refuses a negative number", () => {
    expect(() => isqrt(-1n)).toThrow(/no square root of -1/);
  });
});
