import fc from "fast-check";
import { expect, test } from "vitest";
import { MethodMemory } from "../../../src/feeds/context.ts";
import { outliersOf } from "../../../src/feeds/methods/outlier-memory.ts";
import { spotDefinition } from "../support/definitions.ts";
import { book, healthyBooks, snapshot } from "../support/snapshots.ts";
import { evaluateFeed, reasonsOf } from "./support/context.ts";

const RULES = { outlierBps: 200, readmitBps: 100 };
const sources = (prices: Readonly<Record<string, number>>) =>
  Object.entries(prices).map(([source, price]) => ({ source, price, weight: 1 }));
const outOf = (prices: Readonly<Record<string, number>>, was: readonly string[] = []): string[] =>
  [...outliersOf(sources(prices), new Set(was), RULES)].sort();

test("a source is out beyond 2 % of the centre and back only within 1 % of the others", () => {
  expect(outOf({ a: 100, b: 100, c: 100, d: 101.99 })).toEqual([]);
  expect(outOf({ a: 100, b: 100, c: 100, d: 102.01 })).toEqual(["d"]);
  expect(outOf({ a: 100, b: 100, c: 100, d: 101.01 }, ["d"])).toEqual(["d"]);
  expect(outOf({ a: 100, b: 100, c: 100, d: 100.99 }, ["d"])).toEqual([]);
});

test("a source that has no price for a while stays out until it is near again", () => {
  expect(outOf({ a: 100, b: 100, c: 100 }, ["d"])).toEqual(["d"]);
});

test("asking twice of the same prices gives the same answer, for any prices and any past", () => {
  const prices = fc.array(fc.double({ min: 95, max: 105, noNaN: true }), { minLength: 3, maxLength: 7 });
  fc.assert(
    fc.property(prices, fc.array(fc.nat(6), { maxLength: 7 }), (all, past) => {
      const candidates = all.map((price, i) => ({ source: `s${i}`, price, weight: 1 + (i % 3) }));
      const once = outliersOf(candidates, new Set(past.map((i) => `s${i}`)), RULES);
      expect(outliersOf(candidates, once, RULES)).toEqual(once);
    }),
    { numRuns: 500 },
  );
});

test("the spot index remembers per node which book is out, and a fresh memory only forgets", () => {
  const memory = new MethodMemory();
  const feed = { definition: spotDefinition(), spot: null };
  const at = (kraken: number, by = memory) => {
    const spots = healthyBooks().filter(({ venue, base }) => venue !== "kraken" || base !== "BTC");
    const market = snapshot({ spots: [...spots, book("kraken", "BTC-USD", kraken)] });
    return reasonsOf(evaluateFeed(feed, market, { memory: by }));
  };
  const out = { "kraken:BTC-USD": "outlier" };
  expect(at(94_000)).toEqual({});
  expect(at(95_000)).toEqual(out);
  expect(at(94_000)).toEqual(out);
  expect(at(94_000, new MethodMemory())).toEqual({});
  expect(at(93_000)).toEqual({});
  expect(at(94_000)).toEqual({});
});

test("a price between the cap and the outlier's distance counts as the cap, and a note says so", () => {
  const spots = healthyBooks().map((quote) =>
    quote.venue === "kraken" && quote.base === "BTC" ? book("kraken", "BTC-USD", 93_500) : quote,
  );
  const evaluation = evaluateFeed({ definition: spotDefinition(), spot: null }, snapshot({ spots }));
  if (evaluation.kind !== "value") throw new Error(evaluation.detail);
  expect(evaluation.notes).toMatchObject([
    { kind: "capped", source: "kraken:BTC-USD" },
    { kind: "cross-check-absent" },
  ]);
  const kraken = evaluation.inputs.find(({ source }) => source === "kraken:BTC-USD");
  expect(kraken).toMatchObject({ label: "middle of the book, capped", weight: 0.25 });
  expect(kraken!.value).toBeCloseTo(92_500 * 1.005, 6);
});
