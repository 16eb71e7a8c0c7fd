import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OracleError } from "../../src/base/errors.ts";
import {
  absBig,
  ceilDiv,
  compareBig,
  fixedToNumber,
  formatFixed,
  parseFixed,
  roundHalfEven,
} from "../../src/base/fixed.ts";

/** Exact value of a double by doubling it until it is an integer: doubling a double never rounds below 2^1023. */
function exactly(value: number): { numerator: bigint; denominator: bigint } {
  let scaled = value;
  let doublings = 0;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    doublings += 1;
  }
  return { numerator: BigInt(scaled), denominator: 1n << BigInt(doublings) };
}

describe("roundHalfEven", () => {
  test.each([
    [1.15, 8, 115_000_000n],
    [1.15, 1, 11n], // the double is 1.149999999999999911…
    [0.47, 8, 47_000_000n],
    [97_123.45, 8, 9_712_345_000_000n],
    [1.005, 2, 100n],
    [0.1 + 0.2, 17, 30_000_000_000_000_004n],
    [123, 0, 123n],
    [0, 8, 0n],
  ])("%d at %i decimals is %s", (value, decimals, expected) => {
    expect(roundHalfEven(value, decimals)).toBe(expected);
  });

  test.each([
    [0.5, 0, 0n],
    [1.5, 0, 2n],
    [2.5, 0, 2n],
    [3.5, 0, 4n],
    [0.125, 2, 12n],
    [0.375, 2, 38n],
    [0.000_030_517_578_125, 14, 3_051_757_812n], // 2^-15 ends in …8125
  ])("a tie goes to the even neighbour, on both sides of zero: ±%d at %i decimals", (value, decimals, expected) => {
    expect(roundHalfEven(value, decimals)).toBe(expected);
    expect(roundHalfEven(-value, decimals)).toBe(-expected);
  });

  test("negative zero is zero", () => {
    expect(roundHalfEven(-0, 8)).toBe(0n);
  });

  test("the smallest subnormal and the largest double are read exactly", () => {
    expect(roundHalfEven(Number.MIN_VALUE, 30)).toBe(0n);
    expect(roundHalfEven(-Number.MIN_VALUE, 8)).toBe(0n);
    // 2^-1022, the smallest normal number, has its first digit at the 308th place.
    expect(roundHalfEven(2.225_073_858_507_201_4e-308, 310)).toBe(223n);
    expect(roundHalfEven(Number.MAX_VALUE, 0)).toBe((1n << 1024n) - (1n << 971n));
    expect(roundHalfEven(-Number.MAX_VALUE, 3)).toBe(-1_000n * ((1n << 1024n) - (1n << 971n)));
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("%d is refused", (value) => {
    expect(() => roundHalfEven(value, 8)).toThrow(OracleError);
  });

  test("the result is the nearest integer to value·10^decimals in exact rational arithmetic, and even on a tie", () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      // Halves, quarters, eighths …: ties are common here.
      fc.tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.integer({ min: 0, max: 12 })).map(([whole, k]) => {
        let scaled = whole;
        for (let i = 0; i < k; i++) scaled /= 2;
        return scaled;
      }),
    );
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 18 }), (x, decimals) => {
        const { numerator, denominator } = exactly(x);
        const rounded = roundHalfEven(x, decimals);
        const wanted = numerator * BigInt(`1${"0".repeat(decimals)}`);
        const twiceOff = 2n * absBig(rounded * denominator - wanted);
        expect(twiceOff <= denominator).toBe(true);
        if (twiceOff === denominator) expect(rounded % 2n).toBe(0n);
      }),
      { numRuns: 3_000 },
    );
  });

  test("rounding is odd and never decreasing", () => {
    const double = fc.double({ min: -1e12, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(double, double, (a, b) => {
        expect(roundHalfEven(-a, 8)).toBe(-roundHalfEven(a, 8));
        const [low, high] = a <= b ? [a, b] : [b, a];
        expect(roundHalfEven(low, 8) <= roundHalfEven(high, 8)).toBe(true);
      }),
    );
  });
});

describe("decimal text", () => {
  test.each([
    ["0.005", 8, 500_000n],
    ["-0.005", 3, -5n],
    ["12", 0, 12n],
    ["12", 2, 1_200n],
    ["007.10", 2, 710n],
  ])("%s at %i decimals is %s", (text, decimals, expected) => {
    expect(parseFixed(text, decimals)).toBe(expected);
  });

  test.each(["", ".", "1.", ".5", "+1", "1e3", "1,5", " 1", "1 ", "1\n", "0x10", "--1", "NaN", "0.001"])(
    "%j is refused at 2 decimals",
    (text) => {
      expect(() => parseFixed(text, 2)).toThrow(OracleError);
    },
  );

  test.each([
    [0n, 8, "0.00000000"],
    [-1n, 8, "-0.00000001"],
    [-123_456n, 3, "-123.456"],
    [5n, 0, "5"],
    [-5n, 0, "-5"],
  ])("%s with %i decimals reads %s", (value, decimals, expected) => {
    expect(formatFixed(value, decimals)).toBe(expected);
  });

  test("reading back what was written gives the same integer", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(1n << 127n), max: 1n << 127n }),
        fc.integer({ min: 0, max: 18 }),
        (value, decimals) => {
          expect(parseFixed(formatFixed(value, decimals), decimals)).toBe(value);
        },
      ),
    );
  });

  test("a value for display is the nearest double", () => {
    expect(fixedToNumber(9_712_345_000_000n, 8)).toBe(97_123.45);
    expect(fixedToNumber(-47_000_000n, 8)).toBe(-0.47);
  });
});

describe("integers", () => {
  test("ceilDiv is the least integer not below the quotient", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 80n), max: 1n << 80n }), fc.bigInt({ min: 1n, max: 1n << 70n }), (a, b) => {
        const up = ceilDiv(a, b);
        expect(up * b >= a).toBe(true);
        expect((up - 1n) * b < a).toBe(true);
      }),
    );
  });

  test("compareBig sorts by value, not by text, and absBig drops the sign", () => {
    expect([10n, -3n, 9n, 0n, 9n].sort(compareBig)).toEqual([-3n, 0n, 9n, 9n, 10n]);
    expect([absBig(-7n), absBig(7n), absBig(0n)]).toEqual([7n, 7n, 0n]);
  });
});
