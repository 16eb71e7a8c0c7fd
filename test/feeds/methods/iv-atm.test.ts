import fc from "fast-check";
import { expect, test } from "vitest";
import type { Evaluation } from "../../../src/feeds/evaluation.ts";
import type { IvAtmDefinition } from "../../../src/feeds/kinds/chain-kinds.ts";
import type { MarketSnapshot, OptionChain, OptionQuote } from "../../../src/market/quote.ts";
import { blackPrice } from "../../../src/quant/black76.ts";
import { yearsBetween } from "../../../src/quant/day-count.ts";
import { ivDefinition, spotDefinition } from "../support/definitions.ts";
import {
  FLAT_CHAIN,
  NOW_MS,
  chainOf,
  expiryInDays,
  gap,
  healthyBooks,
  snapshot,
  withRows,
} from "../support/snapshots.ts";
import { evaluateFeed, numberOf as volOf, reasonsOf } from "./support/context.ts";

const definition = ivDefinition();
const SOURCE = "deribit:BTC.options";

function ivOf(chain: OptionChain, parts: Partial<MarketSnapshot> = {}, by: IvAtmDefinition = definition): Evaluation {
  const market = snapshot({ spots: healthyBooks(), chains: [chain], ...parts });
  return evaluateFeed({ definition: by, spot: spotDefinition() }, market);
}

const healthy = chainOf(FLAT_CHAIN);

test("a flat 40 % chain is 40 % at 30 days, to the last decimal", () => {
  const evaluation = ivOf(healthy);
  expect(evaluation).toMatchObject({ kind: "value", value: 40_000_000n, observed: 40_000_000n, sources: [SOURCE] });
  expect(evaluation).toMatchObject({ excluded: [], notes: [] });
  expect(evaluation.inputs.map(({ source }) => source)).toEqual([
    "deribit:BTC-6FEB26",
    "deribit:BTC-27FEB26",
    "BTC-USD.spot-index",
  ]);
  expect(evaluation.inputs[0]!.weight! + evaluation.inputs[1]!.weight!).toBeCloseTo(1, 12);
});

test("total variance is linear between the two expiries around 30 days", () => {
  // 30 days from the chain's instant, between 08:00 UTC in 24 and in 45 days.
  const vol = (_: number, years: number) => (years * 365 < 30 ? 0.38 : 0.44);
  const near = (expiryInDays(24) - healthy.timeMs) / 86_400_000;
  const far = (expiryInDays(45) - healthy.timeMs) / 86_400_000;
  const variance = 0.38 * 0.38 * near + ((30 - near) / (far - near)) * (0.44 * 0.44 * far - 0.38 * 0.38 * near);
  expect(volOf(ivOf(chainOf({ ...FLAT_CHAIN, vol })))).toBeCloseTo(Math.sqrt(variance / 30), 7);
});

test("on a skewed smile the value is the smile's own at-the-money volatility within 0.02 vol points", () => {
  const vol = (k: number) => 0.45 - 0.35 * k + 0.9 * k * k;
  expect(Math.abs(volOf(ivOf(chainOf({ ...FLAT_CHAIN, vol }))) - 0.45)).toBeLessThan(0.0002);
});

test("an expiry at exactly the tenor serves as both of the two", () => {
  const atMs = Date.UTC(2026, 0, 13, 8);
  const chain = chainOf({ ...FLAT_CHAIN, atMs, days: [30], vol: () => 0.5 });
  const spots = healthyBooks().map((quote) => ({ ...quote, timeMs: atMs }));
  expect(volOf(ivOf(chain, { takenAtMs: atMs + 1_000, spots }))).toBe(0.5);
});

test("a chain that is old, from the future, absent or failing is no chain", () => {
  const at = (timeMs: number) => ivOf({ ...healthy, timeMs });
  expect(at(NOW_MS - 60_000).kind).toBe("value");
  expect(at(NOW_MS - 60_001)).toMatchObject({
    kind: "missing",
    reason: "no-chain",
    excluded: expect.arrayContaining([expect.objectContaining({ source: SOURCE, reason: "stale" })]),
  });
  expect(at(NOW_MS + 2_001)).toMatchObject({
    reason: "no-chain",
    excluded: expect.arrayContaining([expect.objectContaining({ source: SOURCE, reason: "future-dated" })]),
  });
  expect(ivOf(healthy, { chains: [] })).toMatchObject({
    reason: "no-chain",
    excluded: expect.arrayContaining([expect.objectContaining({ source: SOURCE, reason: "no-quote" })]),
  });
  const gaps = [gap("deribit", SOURCE)];
  expect(ivOf(healthy, { chains: [], gaps })).toMatchObject({
    reason: "no-chain",
    excluded: expect.arrayContaining([expect.objectContaining({ source: SOURCE, reason: "source-gap" })]),
  });
  expect(ivOf({ ...healthy, base: "ETH" })).toMatchObject({ reason: "no-chain" });
});

test("without an independent spot price there is nothing to hold the forwards against", () => {
  const spots = healthyBooks().slice(0, 2);
  expect(ivOf(healthy, { spots })).toMatchObject({ kind: "missing", reason: "no-spot" });
  expect(ivOf(healthy, { spots: [] })).toMatchObject({ kind: "missing", reason: "no-spot" });
});

test("one faulty spot venue does not stop the volatility", () => {
  const spots = healthyBooks().map((q) => (q.venue === "kraken" ? { ...q, bid: q.bid * 1000, ask: q.ask * 1000 } : q));
  expect(volOf(ivOf(healthy, { spots }))).toBe(0.4);
});

test.each([1000, 0.001, 1.2, 0.8])("forwards at ×%d beside spot fail the cross-check, whatever else fits", (factor) => {
  // Strikes and coin premiums scaled alike: the chain is consistent in itself and still refused.
  const scaled = withRows(healthy, (row) => ({ ...row, forward: row.forward * factor, strike: row.strike * factor }));
  const evaluation = ivOf(scaled);
  expect(evaluation).toMatchObject({
    kind: "missing",
    reason: "cross-check-failed",
    excluded: expect.arrayContaining([expect.objectContaining({ source: SOURCE, reason: "inconsistent" })]),
  });
  expect(ivOf(withRows(healthy, (row) => ({ ...row, forward: row.forward * factor })))).toMatchObject({
    kind: "missing",
  });
});

test("forwards within a credible carry pass: 40 % a year either way", () => {
  for (const carry of [0.4, -0.4]) expect(volOf(ivOf(chainOf({ ...FLAT_CHAIN, carry })))).toBeCloseTo(0.4, 7);
  expect(ivOf(chainOf({ ...FLAT_CHAIN, carry: 1.5 }))).toMatchObject({ reason: "cross-check-failed" });
});

test("spot moved 20 % away under a chain that did not follow: missing", () => {
  expect(ivOf(healthy, { spots: healthyBooks(74_000) })).toMatchObject({
    kind: "missing",
    reason: "cross-check-failed",
  });
});

test("zero in every field, or null quotes, are missing with their reason", () => {
  const zero = withRows(healthy, (row) => ({ ...row, forward: 0, markCoin: 0, bidCoin: 0, askCoin: 0, markVol: 0 }));
  expect(ivOf(zero)).toMatchObject({ kind: "missing", reason: "cross-check-failed" });
  const noMark = withRows(healthy, (row) => ({ ...row, markVol: null }));
  expect(ivOf(noMark)).toMatchObject({
    reason: "no-bracketing-expiries",
    excluded: expect.arrayContaining([expect.objectContaining({ source: SOURCE, reason: "no-quote" })]),
  });
  const noQuotes = withRows(healthy, (row) => ({ ...row, bidCoin: null, askCoin: null }));
  expect(ivOf(noQuotes)).toMatchObject({
    reason: "no-bracketing-expiries",
    excluded: expect.arrayContaining([expect.objectContaining({ source: SOURCE, reason: "no-quote" })]),
  });
  expect(ivOf({ ...healthy, options: [] })).toMatchObject({
    reason: "no-bracketing-expiries",
    excluded: expect.arrayContaining([expect.objectContaining({ source: SOURCE, reason: "no-quote" })]),
  });
});

test("percent taken for decimal is refused, and so is decimal divided again", () => {
  for (const factor of [100, 0.01]) {
    const mixed = withRows(healthy, (row) => ({ ...row, markVol: row.markVol! * factor }));
    expect(ivOf(mixed)).toMatchObject({
      kind: "missing",
      excluded: expect.arrayContaining([expect.objectContaining({ source: SOURCE, reason: "inconsistent" })]),
    });
  }
});

test("a volatility that does not price its own mark is refused, however plausible", () => {
  for (const factor of [1.05, 0.95, 2, 10]) {
    const lying = withRows(healthy, (row) => ({ ...row, markVol: row.markVol! * factor }));
    expect(ivOf(lying)).toMatchObject({ kind: "missing", reason: "no-bracketing-expiries" });
  }
});

test("premiums in dollars instead of coin, or times 1000, are refused", () => {
  for (const factor of [92_500, 1000]) {
    const scaled = withRows(healthy, (row) => ({
      ...row,
      markCoin: row.markCoin! * factor,
      bidCoin: row.bidCoin! * factor,
      askCoin: row.askCoin! * factor,
    }));
    expect(ivOf(scaled)).toMatchObject({
      kind: "missing",
      excluded: expect.arrayContaining([expect.objectContaining({ source: SOURCE, reason: "inconsistent" })]),
    });
  }
});

test("a mark outside its quotes and crossed quotes are refused", () => {
  const above = withRows(healthy, (row) => ({ ...row, askCoin: row.markCoin! * 0.999, bidCoin: row.markCoin! * 0.9 }));
  expect(ivOf(above)).toMatchObject({
    kind: "missing",
    excluded: expect.arrayContaining([expect.objectContaining({ source: SOURCE, reason: "inconsistent" })]),
  });
  const below = withRows(healthy, (row) => ({ ...row, bidCoin: row.markCoin! * 1.001, askCoin: row.markCoin! * 1.1 }));
  expect(ivOf(below)).toMatchObject({
    kind: "missing",
    excluded: expect.arrayContaining([expect.objectContaining({ source: SOURCE, reason: "inconsistent" })]),
  });
  const crossed = withRows(healthy, (row) => ({
    ...row,
    bidCoin: row.markCoin! * 1.001,
    askCoin: row.markCoin! * 0.999,
  }));
  expect(ivOf(crossed)).toMatchObject({
    kind: "missing",
    excluded: expect.arrayContaining([expect.objectContaining({ source: SOURCE, reason: "crossed" })]),
  });
});

test("a one-sided row counts when its side agrees with the mark, and not when it does not", () => {
  expect(volOf(ivOf(withRows(healthy, (row) => ({ ...row, bidCoin: null }))))).toBe(0.4);
  expect(volOf(ivOf(withRows(healthy, (row) => ({ ...row, askCoin: null }))))).toBe(0.4);
  const wrong = withRows(healthy, (row) => ({ ...row, askCoin: null, bidCoin: row.markCoin! * 1.001 }));
  expect(ivOf(wrong)).toMatchObject({
    kind: "missing",
    excluded: expect.arrayContaining([expect.objectContaining({ source: SOURCE, reason: "inconsistent" })]),
  });
});

test("a single row with another forward is left out, and the rest carries on", () => {
  const chain = withRows(healthy, (row) =>
    row.strike === 93_000 && row.right === "call" ? { ...row, forward: row.forward * 1.004 } : row,
  );
  expect(volOf(ivOf(chain))).toBe(0.4);
});

test("rows with another forward are left out even where price and volatility agree at that forward", () => {
  const chain = withRows(healthy, (row) => {
    if (row.strike !== 93_000) return row;
    const forward = row.forward * 1.004;
    const years = yearsBetween(healthy.timeMs, row.expiryMs);
    const markCoin = blackPrice(row.right, forward, row.strike, 0.6 * Math.sqrt(years)) / forward;
    return { ...row, forward, markVol: 0.6, markCoin, bidCoin: null, askCoin: markCoin * 1.01 };
  });
  expect(volOf(ivOf(chain))).toBe(0.4);
});

test("call and put of one strike that disagree are both left out", () => {
  // Calls at 40 %, puts at 44 %, each consistent in itself: parity is broken at every strike.
  const calls = chainOf(FLAT_CHAIN);
  const puts = chainOf({ ...FLAT_CHAIN, vol: () => 0.44 });
  const mixed = { ...calls, options: calls.options.map((row, i) => (row.right === "call" ? row : puts.options[i]!)) };
  expect(ivOf(mixed)).toMatchObject({
    kind: "missing",
    excluded: expect.arrayContaining([expect.objectContaining({ source: SOURCE, reason: "inconsistent" })]),
  });
});

test("an expiry with a hole around its forward is passed over, noted, and the next one is used", () => {
  const hole = (row: OptionQuote) =>
    row.expiryMs === expiryInDays(24) && Math.abs(row.strike / row.forward - 1) <= 0.05;
  const evaluation = ivOf({ ...healthy, options: healthy.options.filter((row) => !hole(row)) });
  expect(volOf(evaluation)).toBe(0.4);
  expect(evaluation.kind === "value" && evaluation.notes).toMatchObject([
    { kind: "expiry-passed-over", source: SOURCE },
  ]);
  expect(evaluation.kind === "value" && evaluation.notes[0]!.detail).toMatch(/bp apart, at most 800/);
});

test("two strikes a side are enough and one is not", () => {
  const nearest = (count: number): OptionChain => ({
    ...healthy,
    options: healthy.options.filter((row) => Math.abs(Math.round(row.strike - row.forward) / 1_000) < count),
  });
  expect(volOf(ivOf(nearest(2)))).toBe(0.4);
  expect(ivOf(nearest(1))).toMatchObject({ kind: "missing", reason: "no-bracketing-expiries" });
});

test("without an expiry on each side of 30 days nothing is extrapolated", () => {
  const shapes = [[10, 17, 24], [45, 73], [], [2, 45], [24, 100]];
  for (const days of shapes) {
    expect(ivOf(chainOf({ ...FLAT_CHAIN, days }))).toMatchObject({ kind: "missing", reason: "no-bracketing-expiries" });
  }
});

test("an expiry that is not at 08:00 UTC is not an expiry of this venue", () => {
  const shifted = withRows(healthy, (row) => ({ ...row, expiryMs: row.expiryMs + 3_600_000 }));
  expect(ivOf(shifted)).toMatchObject({ kind: "missing", reason: "no-bracketing-expiries" });
});

test("total variance that falls with maturity is an arbitrage, so one of the two is wrong: missing", () => {
  const vol = (_: number, years: number) => (years * 365 < 30 ? 0.8 : 0.3);
  expect(ivOf(chainOf({ ...FLAT_CHAIN, vol }))).toMatchObject({
    kind: "missing",
    reason: "calendar-arbitrage",
    excluded: expect.arrayContaining([expect.objectContaining({ source: SOURCE, reason: "inconsistent" })]),
  });
});

test("the bounds of the definition hold for rows, and a volatility at 900 % is a volatility", () => {
  const high = chainOf({ ...FLAT_CHAIN, vol: () => 9 });
  expect(volOf(ivOf(high))).toBeCloseTo(9, 7);
  const { method } = definition;
  const rows = { ...definition, method: { ...method, chain: { ...method.chain, maxVol: "0.39" } } };
  expect(reasonsOf(ivOf(healthy, {}, rows))).toMatchObject({ [SOURCE]: "inconsistent" });
  const narrow = { ...definition, bounds: { low: "0.01", high: "0.39" } };
  expect(ivOf(healthy, {}, narrow)).toMatchObject({ kind: "missing", reason: "out-of-range" });
});

test("the value lies between the smallest and the largest volatility of the chain, for any smile and term structure", () => {
  const level = fc.double({ min: 0.15, max: 2, noNaN: true });
  const slope = fc.double({ min: -0.4, max: 0.4, noNaN: true });
  fc.assert(
    fc.property(level, slope, slope, (base, skew, term) => {
      const vol = (k: number, years: number): number => base * (1 + skew * Math.tanh(k) + term * Math.min(years, 0.1));
      const evaluation = ivOf(chainOf({ ...FLAT_CHAIN, vol }));
      const around = [24, 45].map((days) => vol(0, days / 365));
      expect(volOf(evaluation)).toBeGreaterThan(Math.min(...around) * 0.999);
      expect(volOf(evaluation)).toBeLessThan(Math.max(...around) * 1.001);
    }),
    { numRuns: 60 },
  );
});

test("the order of the rows changes nothing", () => {
  const vol = (k: number) => 0.45 - 0.35 * k + 0.9 * k * k;
  const chain = chainOf({ ...FLAT_CHAIN, vol });
  const wanted = ivOf(chain);
  fc.assert(
    fc.property(fc.shuffledSubarray([...chain.options], { minLength: chain.options.length }), (options) => {
      expect(ivOf({ ...chain, options })).toEqual(wanted);
    }),
    { numRuns: 20 },
  );
});

test("any single number of any single row may lie: the value moves by at most 0.3 vol points or is missing", () => {
  const row = fc.nat(healthy.options.length - 1);
  const field = fc.constantFrom("bidCoin", "askCoin", "markCoin", "markVol", "forward", "strike");
  fc.assert(
    fc.property(row, field, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (i, name, factor) => {
      const options = healthy.options.map((option, at) => {
        return at === i ? { ...option, [name]: (option[name] ?? 0) * factor } : option;
      });
      const evaluation = ivOf({ ...healthy, options });
      if (evaluation.kind === "value") expect(Math.abs(volOf(evaluation) - 0.4)).toBeLessThan(0.003);
    }),
    { numRuns: 300 },
  );
});
