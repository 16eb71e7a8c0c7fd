import { expect, test } from "vitest";
import type { FutureBoard, FutureQuote } from "../../../src/market/quote.ts";
import { shippedFeed } from "../support/definitions.ts";
import { NOW_MS, gap, healthyBooks, snapshot } from "../support/snapshots.ts";
import { evaluateFeed, numberOf, reasonsOf } from "./support/context.ts";

const feed = shippedFeed("BTC-USD.funding-8h");
const PERPETUAL: FutureQuote = {
  instrument: "BTC-PERPETUAL",
  expiryMs: null,
  bid: 92_549,
  ask: 92_551,
  mark: 92_550,
  index: 92_500,
  funding8h: 0.0001234,
  currentFunding: 0.00029,
};

function boardOf(futures: readonly FutureQuote[], over: Partial<FutureBoard> = {}): FutureBoard {
  const timeMs = NOW_MS - 1_000;
  return {
    venue: "deribit",
    quote: "USD",
    base: "BTC",
    timeMs,
    timeSource: "venue",
    receivedAtMs: timeMs,
    futures,
    refused: {},
    ...over,
  };
}

const at = (row: Partial<FutureQuote>, over: Partial<FutureBoard> = {}) =>
  evaluateFeed(feed, snapshot({ spots: healthyBooks(), futures: [boardOf([{ ...PERPETUAL, ...row }], over)] }));

test("the venue's own funding of eight hours is the value, with what it was held against", () => {
  const evaluation = at({});
  expect(evaluation).toMatchObject({
    kind: "value",
    value: 12_340n,
    observed: 12_340n,
    sources: ["deribit:BTC-PERPETUAL"],
  });
  expect(evaluation.inputs.map(({ label }) => label)).toEqual([
    "funding of the last 8 hours",
    "mark price",
    "spot index",
    "premium over spot",
  ]);
  expect(evaluation.kind === "value" && evaluation.notes).toEqual([]);
});

test("funding has a sign: shorts may pay longs", () => {
  expect(numberOf(at({ funding8h: -0.00321, mark: 92_400, currentFunding: -0.00083 }))).toBe(-0.00321);
  expect(numberOf(at({ funding8h: 0 }))).toBe(0);
});

test("a rate that the venue's formula does not give is noted and does not stop the feed", () => {
  const kinds = (row: Partial<FutureQuote>) => {
    const evaluation = at(row);
    return evaluation.kind === "value" ? evaluation.notes.map(({ kind, source }) => `${kind} ${source}`) : [];
  };
  // mark 5.4 bp above the venue's index: 2.9 bp are paid.
  expect(kinds({})).toEqual([]);
  expect(kinds({ currentFunding: 0.002 })).toContain("cross-check-apart deribit:BTC-PERPETUAL");
  expect(kinds({ currentFunding: null })).toContain("cross-check-absent deribit:BTC-PERPETUAL");
});

test("what cannot be believed is missing with its reason", () => {
  expect(at({ funding8h: null })).toMatchObject({ kind: "missing", reason: "no-perpetual" });
  expect(at({ funding8h: Number.NaN })).toMatchObject({ kind: "missing", reason: "no-perpetual" });
  expect(at({ instrument: "BTC-27FEB26" })).toMatchObject({ kind: "missing", reason: "no-perpetual" });
  for (const mark of [0, -1, 92_500 * 1.06, 92_500 * 0.94, 92_500_000, Number.NaN]) {
    expect(at({ mark })).toMatchObject({ kind: "missing", reason: "cross-check-failed" });
  }
  expect(at({ funding8h: 0.06 })).toMatchObject({ kind: "missing", reason: "out-of-range" });
  expect(reasonsOf(at({}, { timeMs: NOW_MS - 60_001 }))).toEqual({ "deribit:BTC.futures": "stale" });
  const twice = boardOf([PERPETUAL, { ...PERPETUAL, funding8h: 0.01 }]);
  expect(evaluateFeed(feed, snapshot({ spots: healthyBooks(), futures: [twice] }))).toMatchObject({
    kind: "missing",
    reason: "cross-check-failed",
    detail: "deribit:BTC.futures lists BTC-PERPETUAL 2 times",
  });
  expect(evaluateFeed(feed, snapshot({ futures: [boardOf([PERPETUAL])] }))).toMatchObject({ reason: "no-spot" });
  const gone = snapshot({ spots: healthyBooks(), gaps: [gap("deribit", "deribit:BTC.futures")] });
  expect(reasonsOf(evaluateFeed(feed, gone))).toEqual({ "deribit:BTC.futures": "source-gap" });
});
