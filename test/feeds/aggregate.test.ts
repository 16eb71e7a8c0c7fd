import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBig } from "../../src/base/fixed.ts";
import { aggregate, isFurther, upperMedian } from "../../src/feeds/aggregate.ts";
import type { FeedRule } from "../../src/feeds/rule.ts";
import { feedRule } from "../support/protocol.ts";

const rule: FeedRule = feedRule(0, { agreement: { type: "relative", bps: 100 } });
const value = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });

describe("distance", () => {
  test("in basis points is of the reference, and exactly that far is not further", () => {
    const tenBps = { type: "relative", bps: 10 } as const;
    expect(isFurther(tenBps, 1_000_000n, 1_001_000n)).toBe(false);
    expect(isFurther(tenBps, 1_000_000n, 1_001_001n)).toBe(true);
    expect(isFurther(tenBps, 1_000_000n, 999_000n)).toBe(false);
    expect(isFurther(tenBps, 1_000_000n, 998_999n)).toBe(true);
    expect(isFurther(tenBps, -1_000_000n, -1_001_000n)).toBe(false);
    expect(isFurther(tenBps, -1_000_000n, -1_001_001n)).toBe(true);
  });

  test("of anything to zero in basis points is too far, unless it is zero", () => {
    expect(isFurther({ type: "relative", bps: 10_000 }, 0n, 1n)).toBe(true);
    expect(isFurther({ type: "relative", bps: 0 }, 0n, 0n)).toBe(false);
  });

  test("that is absolute counts in the feed's decimals, to both sides", () => {
    const distance = { type: "absolute", amount: 5n } as const;
    expect([104n, 105n, 106n, 95n, 94n].map((other) => isFurther(distance, 100n, other))).toEqual([
      false,
      false,
      true,
      false,
      true,
    ]);
  });
});

describe("the median", () => {
  test("is sorted[floor(m/2)], by value and not by text, and nothing of nothing", () => {
    expect(upperMedian([])).toBeUndefined();
    expect(upperMedian([7n])).toBe(7n);
    expect(upperMedian([1n, 2n])).toBe(2n);
    expect(upperMedian([100n, 9n, -10n])).toBe(9n);
    expect(upperMedian([4n, 3n, 2n, 1n])).toBe(3n);
  });

  test("has at most floor(m/2) values below it and fewer than half above: a second definition", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), (values) => {
        const median = upperMedian(values)!;
        const below = values.filter((one) => one < median).length;
        const above = values.filter((one) => one > median).length;
        expect(values).toContain(median);
        expect(below).toBeLessThanOrEqual(Math.floor(values.length / 2));
        expect(above).toBeLessThanOrEqual(Math.ceil(values.length / 2) - 1);
      }),
    );
  });

  test("lies between two honest values, whatever at most f liars among at least 2f+1 say", () => {
    const scene = fc.integer({ min: 0, max: 10 }).chain((f) =>
      fc.record({
        lies: fc.array(value, { maxLength: f }),
        // Together at least 2f+1, of which f may lie.
        honest: fc.array(value, { minLength: 2 * f + 1, maxLength: 3 * f + 5 }),
        missing: fc.integer({ min: 0, max: f }),
        f: fc.constant(f),
      }),
    );
    fc.assert(
      fc.property(scene, ({ lies, honest, missing, f }) => {
        // A liar may also stay silent, and `missing` honest values may be absent as long as 2f+1 remain.
        const present = honest.slice(0, Math.max(2 * f + 1 - lies.length, honest.length - missing));
        const median = upperMedian([...lies, ...present])!;
        const sorted = [...present].sort(compareBig);
        expect(median >= sorted[0]!).toBe(true);
        expect(median <= sorted.at(-1)!).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test("of only 2f values is the liars' to choose: why the quorum is 2f+1", () => {
    expect(upperMedian([100n, 10n ** 30n])).toBe(10n ** 30n);
    expect(upperMedian([100n, 101n, 10n ** 30n])).toBe(101n);
  });
});

describe("a feed's aggregate", () => {
  test("is missing below 2f+1 values, and says how many there were", () => {
    expect(aggregate(rule, [], 3)).toEqual({ status: "missing", present: 0, wanted: 3 });
    expect(aggregate(rule, [100n, 100n], 3)).toEqual({ status: "missing", present: 2, wanted: 3 });
    expect(aggregate(rule, [100n, 100n, 100n], 3)).toEqual({ status: "ok", value: 100n, confidencePpb: 0 });
  });

  test("is disputed when fewer than 2f+1 lie within g of the median, exactly g included", () => {
    expect(aggregate(rule, [9_900n, 10_000n, 10_100n], 3)).toMatchObject({ status: "ok", value: 10_000n });
    expect(aggregate(rule, [9_899n, 10_000n, 10_100n], 3)).toEqual({ status: "disputed", agreeing: 2, wanted: 3 });
    // A fourth value heals it: three agree, one lies.
    expect(aggregate(rule, [9_899n, 10_000n, 10_100n, 10_001n], 3)).toMatchObject({ status: "ok", value: 10_001n });
  });

  test("carries the median absolute deviation in parts per billion of the value, rounded up", () => {
    // Deviations 10, 0, 30: their median is 10, of 3_000 that is 3 333 333.3… ppb.
    expect(aggregate(feedRule(0, { agreement: { type: "relative", bps: 500 } }), [2_990n, 3_000n, 3_030n], 3)).toEqual({
      status: "ok",
      value: 3_000n,
      confidencePpb: 3_333_334,
    });
  });

  test("has a confidence that saturates instead of overflowing, at zero too", () => {
    const wide = feedRule(0, { agreement: { type: "absolute", amount: 10n ** 30n } });
    expect(aggregate(wide, [-100n, 1n, 100n], 3)).toMatchObject({ value: 1n, confidencePpb: 0xffff_ffff });
    expect(aggregate(wide, [-100n, 0n, 100n], 3)).toMatchObject({ value: 0n, confidencePpb: 0xffff_ffff });
    expect(aggregate(wide, [0n, 0n, 0n], 3)).toMatchObject({ value: 0n, confidencePpb: 0 });
  });

  test("does not depend on who said what: any permutation gives the same answer", () => {
    const shuffled = fc
      .array(fc.bigInt({ min: 9_800n, max: 10_200n }), { maxLength: 12 })
      .chain((values) => fc.tuple(fc.constant(values), fc.shuffledSubarray(values, { minLength: values.length })));
    fc.assert(
      fc.property(shuffled, fc.integer({ min: 1, max: 7 }), ([values, permuted], quorum) => {
        expect(aggregate(rule, permuted, quorum)).toEqual(aggregate(rule, values, quorum));
      }),
    );
  });

  test("that is ok lies within g of an honest value even when up to 2f members lie", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }).chain((f) =>
          fc.record({
            f: fc.constant(f),
            lies: fc.array(fc.bigInt({ min: 1n, max: 10n ** 9n }), { minLength: 2 * f, maxLength: 2 * f }),
            honest: fc.array(fc.bigInt({ min: 1n, max: 10n ** 9n }), { minLength: f + 1, maxLength: f + 1 }),
          }),
        ),
        ({ f, lies, honest }) => {
          const agreed = aggregate(rule, [...lies, ...honest], 2 * f + 1);
          if (agreed.status !== "ok") return;
          expect(honest.some((one) => !isFurther(rule.agreement, agreed.value, one))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
