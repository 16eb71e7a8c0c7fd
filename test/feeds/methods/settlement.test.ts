import fc from "fast-check";
import { expect, test } from "vitest";
import type { WindowSamples } from "../../../src/feeds/context.ts";
import type { Evaluation } from "../../../src/feeds/evaluation.ts";
import { shippedFeed } from "../support/definitions.ts";
import { book, healthyBooks, snapshot } from "../support/snapshots.ts";
import { evaluateFeed } from "./support/context.ts";

const feed = shippedFeed("BTC-USD.settlement");
const EXPIRY_MS = Date.UTC(2026, 0, 14, 8);
const WINDOW_MS = 1_800_000;

function flatBooks(price: number) {
  return [book("coinbase", "BTC-USD", price), book("kraken", "BTC-USD", price), book("bitstamp", "BTC-USD", price)];
}

/** At `beforeMs` before the expiry, with everything seen unless said otherwise. */
function at(beforeMs: number, over: Partial<WindowSamples> = {}, spots = flatBooks(92_500)): Evaluation {
  const elapsedMs = Math.max(0, WINDOW_MS - Math.max(0, beforeMs));
  const samples: WindowSamples = {
    expiryMs: EXPIRY_MS,
    mean: elapsedMs === 0 ? null : 92_000,
    coveredMs: elapsedMs,
    elapsedMs,
    ...over,
  };
  return evaluateFeed(feed, snapshot({ spots }), { slotTimeMs: EXPIRY_MS - beforeMs, window: () => samples });
}

test("ten minutes before the expiry two thirds are fixed and a third is open (the example of QUANT 2.5)", () => {
  const evaluation = at(600_000, { mean: 1_050 }, flatBooks(1_000));
  expect(evaluation).toMatchObject({
    kind: "value",
    value: 103_333_333_333n,
    observed: {
      type: "settlement",
      expiryMs: EXPIRY_MS,
      fixed: 70_000_000_000n,
      variable: 33_333_333_333n,
      coveragePpm: 1_000_000,
    },
  });
});

test("as the window opens all of it is open, and at the expiry all of it is fixed, without any spot price", () => {
  expect(at(WINDOW_MS)).toMatchObject({
    value: 9_250_000_000_000n,
    observed: { fixed: 0n, variable: 9_250_000_000_000n, coveragePpm: 1_000_000 },
  });
  for (const afterMs of [0, 1, 3_600_000]) {
    expect(at(-afterMs, {}, [])).toMatchObject({
      value: 9_200_000_000_000n,
      observed: { fixed: 9_200_000_000_000n, variable: 0n, coveragePpm: 1_000_000 },
    });
  }
});

test("before its window a settlement is missing, and where no window matters as well", () => {
  expect(at(WINDOW_MS + 1)).toMatchObject({ kind: "missing", reason: "not-in-window" });
  const none = evaluateFeed(feed, snapshot({ spots: healthyBooks() }), { slotTimeMs: EXPIRY_MS });
  expect(none).toMatchObject({ kind: "missing", reason: "not-in-window" });
});

test("a node that saw little of the window says so while it runs, and is missing only afterwards", () => {
  const half = { coveredMs: 600_000 };
  expect(at(600_000, half)).toMatchObject({ kind: "value", observed: { coveragePpm: 500_000 } });
  expect(at(0, half)).toMatchObject({ kind: "missing", reason: "low-coverage" });
  expect(at(0, { coveredMs: 0.95 * WINDOW_MS })).toMatchObject({ kind: "value", observed: { coveragePpm: 950_000 } });
  expect(at(0, { coveredMs: 0.95 * WINDOW_MS - 1_000 })).toMatchObject({ kind: "missing", reason: "low-coverage" });
  const nothing = { mean: null, coveredMs: 0 };
  expect(at(600_000, nothing)).toMatchObject({ kind: "missing", reason: "low-coverage" });
  expect(at(0, nothing)).toMatchObject({ kind: "missing", reason: "low-coverage" });
});

test("in the window a settlement needs spot for what is open; a mean that is no price is none", () => {
  expect(at(600_000, {}, [])).toMatchObject({ kind: "missing", reason: "no-spot" });
  for (const mean of [0, -5, Number.NaN, Infinity]) expect(at(600_000, { mean }).kind).toBe("missing");
  expect(at(0, { mean: 500 })).toMatchObject({ kind: "missing", reason: "out-of-range" });
});

test("the headline is exactly what is fixed plus what is open, and lies between mean and spot", () => {
  const price = fc.double({ min: 2_000, max: 1_000_000, noNaN: true });
  fc.assert(
    fc.property(price, price, fc.integer({ min: 1, max: WINDOW_MS - 1 }), (mean, spot, beforeMs) => {
      const evaluation = at(beforeMs, { mean }, flatBooks(spot));
      if (evaluation.kind !== "value") throw new Error(evaluation.detail);
      const { observed, value } = evaluation;
      if (typeof observed === "bigint" || observed.type !== "settlement") throw new Error("no settlement");
      expect(value).toBe(observed.fixed + observed.variable);
      expect(Number(value) / 1e8).toBeGreaterThan(Math.min(mean, spot) * (1 - 1e-9));
      expect(Number(value) / 1e8).toBeLessThan(Math.max(mean, spot) * (1 + 1e-9));
    }),
    { numRuns: 200 },
  );
});
