import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Level, depthOf, readDepth } from "../../src/sources/depth.ts";
import { expectLawfulGap } from "./quote-laws.ts";

/** Middle 100: 1 % of it is from 99 to 101. */
const BIDS: readonly Level[] = [
  [99.9, 2],
  [99.5, 1],
  [99, 4],
  [98.9, 100],
];
const ASKS: readonly Level[] = [
  [100.1, 1],
  [101.1, 50],
];

describe("the depth of a book", () => {
  test("is the notional of the levels within 1 % of the middle, whole where a level lies beyond", () => {
    expect(depthOf(BIDS, ASKS)).toEqual({
      kind: "depth",
      bid: 99.9,
      ask: 100.1,
      down: { notional: 99.9 * 2 + 99.5 + 99 * 4, isWhole: true },
      up: { notional: 100.1, isWhole: true },
    });
  });

  test("is a lower bound where the levels end before 1 %", () => {
    expect(depthOf(BIDS.slice(0, 2), ASKS.slice(0, 1))).toMatchObject({
      down: { notional: 99.9 * 2 + 99.5, isWhole: false },
      up: { notional: 100.1, isWhole: false },
    });
  });

  test("with a slipped decimal point among its levels is refused, for it looks like the end of the book", () => {
    const slipped: readonly Level[] = [
      [99.9, 2],
      [9.95, 1],
      [99, 4],
    ];
    expect(depthOf(slipped, ASKS)).toMatchObject({ kind: "gap", reason: "bad-shape" });
    expect(
      depthOf(BIDS, [
        [100.1, 1],
        [1005, 1],
        [100.6, 1],
      ]),
    ).toMatchObject({ kind: "gap", reason: "bad-shape" });
  });

  const faults: readonly (readonly [string, readonly Level[], readonly Level[], string])[] = [
    ["no bids", [], ASKS, "empty-book"],
    ["no asks", BIDS, [], "empty-book"],
    ["a bid above the ask", [[102, 1]], ASKS, "crossed-book"],
    ["a bid at the ask", [[100.1, 1]], ASKS, "locked-book"],
    ["a bid of zero", [[0, 1]], ASKS, "out-of-range"],
    ["a negative bid", [[-1, 1]], ASKS, "out-of-range"],
    ["an ask without bounds", BIDS, [[Infinity, 1]], "out-of-range"],
    ["a spread over 2 %", [[98, 1]], [[102, 1]], "out-of-range"],
    ["a size of zero", [[99.9, 0]], ASKS, "bad-shape"],
    ["a negative size", [[99.9, -1]], ASKS, "bad-shape"],
    ["a size that is no number", [[99.9, Number.NaN]], ASKS, "bad-shape"],
    ["bids out of order", [BIDS[1]!, BIDS[0]!], ASKS, "bad-shape"],
    ["the same price twice", [BIDS[0]!, BIDS[0]!], ASKS, "bad-shape"],
    ["asks out of order", BIDS, [ASKS[0]!, [100.05, 1]], "bad-shape"],
    ["a notional that overflows", [[99.9, 1e308]], ASKS, "out-of-range"],
    ["a notional that underflows", [[1e-9, 5e-324]], [[1.001e-9, 1]], "out-of-range"],
  ];
  test.each(faults)("with %s is refused", (_name, bids, asks, reason) => {
    const told = depthOf(bids, asks);
    expect(told).toMatchObject({ kind: "gap", reason });
    if (told.kind === "gap") expectLawfulGap(told);
  });
});

/** A book around 1000 with steps and sizes that double arithmetic holds exactly, so that laws hold to the last bit. */
const side = fc.array(fc.record({ step: fc.integer({ min: 1, max: 8 }), size: fc.integer({ min: 1, max: 1000 }) }), {
  minLength: 1,
  maxLength: 60,
});
type Side = readonly { readonly step: number; readonly size: number }[];

function levels(from: number, way: 1 | -1, steps: Side): Level[] {
  let price = from;
  return steps.map(({ step, size }, i) => {
    price += i === 0 ? 0 : (way * step) / 4;
    return [price, size];
  });
}

describe("laws of depth", () => {
  test("one more level, or a larger one, never makes a book less deep", () => {
    fc.assert(
      fc.property(side, side, fc.nat(59), (bidSteps, askSteps, at) => {
        const bids = levels(999, -1, bidSteps);
        const asks = levels(1001, 1, askSteps);
        const all = depthOf(bids, asks);
        const fewer = depthOf(bids.slice(0, Math.max(1, bids.length - 1)), asks);
        const larger = depthOf(
          bids.map(([price, size], i) => [price, i === at ? size * 2 : size]),
          asks,
        );
        if (all.kind === "gap" || fewer.kind === "gap" || larger.kind === "gap")
          expect.fail("a sound book was refused");
        expect(fewer.down.notional).toBeLessThanOrEqual(all.down.notional);
        expect(larger.down.notional).toBeGreaterThanOrEqual(all.down.notional);
        expect(fewer.up).toEqual(all.up);
        // A book that is whole without its last level is so with it.
        if (fewer.down.isWhole) expect(all.down).toEqual(fewer.down);
      }),
    );
  });

  test("twice the sizes are twice the depth, and levels beyond 1 % change nothing", () => {
    fc.assert(
      fc.property(side, side, (bidSteps, askSteps) => {
        const bids = levels(999, -1, bidSteps);
        const asks = levels(1001, 1, askSteps);
        const once = depthOf(bids, asks);
        const twice = depthOf(
          bids.map(([price, size]) => [price, 2 * size]),
          asks.map(([price, size]) => [price, 2 * size]),
        );
        if (once.kind === "gap" || twice.kind === "gap") expect.fail("a sound book was refused");
        expect(twice.down.notional).toBe(2 * once.down.notional);
        expect(twice.up.notional).toBe(2 * once.up.notional);
        const far = depthOf([...bids, [1, 1e6]], [...asks, [1e6, 1e6]]);
        if (far.kind === "gap") expect.fail(far.detail);
        expect(far.down).toEqual({ notional: once.down.notional, isWhole: true });
        expect(far.up).toEqual({ notional: once.up.notional, isWhole: true });
      }),
    );
  });

  test("no book of any numbers throws, and none gives a depth that is not positive", () => {
    const any = fc.array(fc.tuple(fc.double(), fc.double()), { maxLength: 6 });
    fc.assert(
      fc.property(any, any, (bids, asks) => {
        const told = depthOf(bids, asks);
        if (told.kind === "gap") return expectLawfulGap(told);
        for (const { notional } of [told.down, told.up]) expect(notional > 0 && notional < Infinity).toBe(true);
        expect(told.bid > 0 && told.bid < told.ask).toBe(true);
      }),
    );
  });
});

describe("rows of a book", () => {
  const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);

  test("begin with price and size, whatever follows", () => {
    const read = readDepth([[99.9, 2, "x", 7]], [[100.1, 1]], numberOf);
    expect(read).toEqual(depthOf([[99.9, 2]], [[100.1, 1]]));
  });

  test.each([null, undefined, "bids", {}, [[99.9]], [["99.9", 2]], [99.9, 2], [null], [{ 0: 99.9, 1: 2 }]])(
    "%j are no rows",
    (rows) => {
      expect(readDepth(rows, [[100.1, 1]], numberOf)).toMatchObject({ kind: "gap", reason: "bad-shape" });
      expect(readDepth([[99.9, 2]], rows, numberOf)).toMatchObject({ kind: "gap", reason: "bad-shape" });
    },
  );
});
