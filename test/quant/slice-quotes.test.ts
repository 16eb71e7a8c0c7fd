import fc from "fast-check";
import { expect, test } from "vitest";
import { blackPrice } from "../../src/quant/black76.ts";
import { LEFT_OUT_REASONS, type LeftOutReason, type OptionRow, sliceQuotes } from "../../src/quant/slice-quotes.ts";

const YEARS = 30 / 365;
const FORWARD = 60_000;

/** A quoted row at this volatility, the sides so many vol points apart. */
function row(strike: number, change: Partial<OptionRow> = {}, vol = 0.6, spread = 0.02): OptionRow {
  const right = change.right ?? (strike >= FORWARD ? "call" : "put");
  const coin = (at: number): number => blackPrice(right, FORWARD, strike, at * Math.sqrt(YEARS)) / FORWARD;
  return {
    strike,
    right,
    bidCoin: coin(vol - 0.5 * spread),
    askCoin: coin(vol + 0.5 * spread),
    markCoin: coin(vol),
    markVol: vol,
    forward: FORWARD,
    ...change,
  };
}

function onlyReason(rows: readonly OptionRow[]): LeftOutReason[] {
  const { leftOut } = sliceQuotes(rows, YEARS);
  return LEFT_OUT_REASONS.filter((reason) => leftOut[reason] > 0);
}

test("both sides of an out-of-the-money row give the mid's volatility and a band around it", () => {
  const { forward, quotes, leftOut } = sliceQuotes([row(66_000), row(54_000)], YEARS);
  expect(forward).toBe(FORWARD);
  expect(quotes.map(({ strike, target }) => [strike, target])).toEqual([
    [54_000, "mid"],
    [66_000, "mid"],
  ]);
  for (const { k, strike, vol, w, wBid, wAsk, weight } of quotes) {
    expect(k).toBe(Math.log(strike / FORWARD));
    expect(Math.abs(vol - 0.6)).toBeLessThan(1e-4);
    expect(w).toBeCloseTo(vol * vol * YEARS, 15);
    expect(wBid).toBeCloseTo(0.59 * 0.59 * YEARS, 12);
    expect(wAsk).toBeCloseTo(0.61 * 0.61 * YEARS, 12);
    expect(weight).toBeGreaterThan(0.05);
  }
  expect(Object.values(leftOut).every((count) => count === 0)).toBe(true);
});

test("the forward is the median of the rows, and a row of another moment is left out", () => {
  const rows = [row(54_000), row(60_000), row(66_000), row(70_000, { forward: 63_000 })];
  expect(sliceQuotes(rows, YEARS).forward).toBe(FORWARD);
  expect(onlyReason(rows)).toEqual(["other-forward"]);
});

test("one side is completed by a mark that agrees with itself and with that side", () => {
  const { quotes } = sliceQuotes([row(66_000, { bidCoin: null }), row(54_000, { askCoin: 0 })], YEARS);
  expect(quotes.map(({ target, vol, wBid }) => [target, vol, wBid])).toEqual([
    ["mark", 0.6, undefined],
    ["mark", 0.6, undefined],
  ]);
  const marked = row(66_000);
  expect(onlyReason([{ ...marked, bidCoin: null, markCoin: 1.05 * marked.markCoin! }])).toEqual(["one-sided"]);
  expect(onlyReason([{ ...marked, bidCoin: null, askCoin: 0.9 * marked.markCoin! }])).toEqual(["one-sided"]);
  expect(onlyReason([{ ...marked, bidCoin: 1.1 * marked.markCoin!, askCoin: null }])).toEqual(["one-sided"]);
  expect(onlyReason([{ ...marked, bidCoin: null, markVol: null }])).toEqual(["one-sided"]);
});

test("far-apart sides count only around a mark that agrees", () => {
  const wide = row(66_000, {}, 0.6, 0.4);
  expect(sliceQuotes([wide], YEARS).quotes).toMatchObject([{ target: "mark", vol: 0.6 }]);
  expect(onlyReason([{ ...wide, markVol: 0.7 }])).toEqual(["wide"]);
});

test("every kind of nonsense is left out under its own name", () => {
  expect(onlyReason([row(66_000, { bidCoin: 0.09, askCoin: 0.03 })])).toEqual(["crossed"]);
  expect(onlyReason([row(66_000, { bidCoin: null, askCoin: null })])).toEqual(["no-quotes"]);
  expect(onlyReason([row(66_000, { bidCoin: 0, askCoin: 0 })])).toEqual(["no-quotes"]);
  expect(onlyReason([row(66_000, { bidCoin: -1 })])).toEqual(["bad-number"]);
  expect(onlyReason([row(66_000, { askCoin: Infinity })])).toEqual(["bad-number"]);
  expect(onlyReason([row(66_000, { markCoin: Number.NaN })])).toEqual(["bad-number"]);
  expect(onlyReason([row(66_000, { strike: 0 })])).toEqual(["bad-number"]);
  expect(onlyReason([row(66_000, { forward: -1 })])).toEqual(["bad-number"]);
  expect(onlyReason([row(66_000), row(66_000)])).toEqual(["duplicate"]);
  expect(onlyReason([row(66_000, { right: "put" })])).toEqual(["in-the-money"]);
  expect(onlyReason([row(66_000, { bidCoin: 1.1, askCoin: 1.2 })])).toEqual(["no-volatility"]);
  // A mark in percent where a decimal is due is far from its own price.
  expect(onlyReason([row(66_000, { bidCoin: null, markVol: 60 })])).toEqual(["one-sided"]);
  expect(onlyReason([row(66_000, { bidCoin: null, markVol: 0.006 })])).toEqual(["one-sided"]);
  expect(sliceQuotes([], YEARS)).toMatchObject({ forward: null, quotes: [] });
});

test("a premium in dollars among premiums in coin has no volatility", () => {
  const coin = row(66_000);
  const usd = { bidCoin: coin.bidCoin! * FORWARD, askCoin: coin.askCoin! * FORWARD };
  expect(onlyReason([{ ...coin, ...usd }])).toEqual(["no-volatility"]);
});

test("every row is a quote or counted once, in any order", () => {
  const rows = [
    row(50_000),
    row(54_000, { bidCoin: null, askCoin: null }),
    row(56_000, { right: "call" }),
    row(62_000, { bidCoin: -1 }),
    row(66_000),
    row(66_000),
    row(70_000, {}, 0.7),
  ];
  const wanted = sliceQuotes(rows, YEARS);
  const counted = Object.values(wanted.leftOut).reduce((sum, count) => sum + count, 0);
  expect(wanted.quotes.length + counted).toBe(rows.length);
  fc.assert(
    fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
      expect(sliceQuotes(shuffled, YEARS)).toEqual(wanted);
    }),
  );
});
