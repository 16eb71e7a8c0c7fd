import fc from "fast-check";
import { expect, test } from "vitest";
import { type LinkedFeed, MethodMemory } from "../../../src/feeds/context.ts";
import type { Evaluation } from "../../../src/feeds/evaluation.ts";
import type { SurfaceObservation } from "../../../src/feeds/observed.ts";
import type { OptionChain } from "../../../src/market/quote.ts";
import { normalCdf } from "../../../src/quant/normal.ts";
import { GRID_NODES, MONEY_NODE, gridLogMoneyness } from "../../../src/quant/surface-grid.ts";
import { varianceSwapTotal } from "../../../src/quant/svi-variance.ts";
import { shippedDefinition, shippedFeed } from "../support/definitions.ts";
import { NOW_MS, chainOf, expiryInDays, healthyBooks, withRows } from "../support/snapshots.ts";
import { evaluateFeed, numberOf } from "./support/context.ts";
import { SHAPE, chainFeeds, marketOf, nameOf, smileAt, svichain, volAt } from "./support/svi-chain.ts";

const YEAR_MS = 365 * 86_400_000;
const chain = svichain();
const of = (name: string, by: OptionChain = chain): Evaluation =>
  evaluateFeed(shippedFeed(`BTC-USD.${name}`), marketOf(by));
const spotIndex = numberOf(evaluateFeed(shippedFeed("BTC-USD.spot-index"), marketOf(chain)));

function surfaceOf(evaluation: Evaluation): SurfaceObservation {
  if (evaluation.kind !== "value") throw new Error(evaluation.detail);
  const { observed } = evaluation;
  if (typeof observed === "bigint" || observed.type !== "surface") throw new Error("no surface");
  return observed;
}

test("the forward 30 days ahead is the planted one, between its two expiries", () => {
  expect(numberOf(of("forward-30d"))).toBeCloseTo(SHAPE.spot * Math.exp((SHAPE.carry * 30) / 365), 5);
  expect(of("forward-30d").inputs.map(({ source }) => source)).toEqual([
    "deribit:BTC-6FEB26",
    "deribit:BTC-27FEB26",
    "BTC-USD.spot-index",
  ]);
});

test("the rate is the carry over the spot index of the moment at which the chain was first seen", () => {
  const carry = (spot: number): number => SHAPE.carry + (Math.log(SHAPE.spot / spot) * 365) / 30;
  const feed = shippedFeed("BTC-USD.rate-30d");
  const memory = new MethodMemory();
  expect(numberOf(evaluateFeed(feed, marketOf(chain), { memory }))).toBeCloseTo(carry(spotIndex), 4);
  const moved = marketOf(chain, { spots: healthyBooks(92_600) });
  expect(numberOf(evaluateFeed(feed, moved, { memory }))).toBeCloseTo(carry(spotIndex), 4);
  expect(numberOf(evaluateFeed(feed, moved))).not.toBeCloseTo(carry(spotIndex), 3);
});

test("forwards below spot give a negative rate: signed feeds go on", () => {
  const backward = chainOf({ ...SHAPE, carry: -0.2 });
  expect(numberOf(of("rate-30d", backward))).toBeLessThan(-0.19);
  expect(numberOf(of("forward-30d", backward))).toBeLessThan(SHAPE.spot);
});

test("a listed forward is that expiry's own, and missing where it is not listed", () => {
  const { method, ...rest } = shippedDefinition("BTC-USD.forward-30d", "forward");
  const listed = (expiry: string): LinkedFeed => ({
    definition: { ...rest, method: { ...method, maturity: { type: "listed", expiry } } },
    spot: shippedDefinition("BTC-USD.spot-index", "spot-index"),
  });
  const years = (expiryInDays(24) - chain.timeMs) / YEAR_MS;
  const value = numberOf(evaluateFeed(listed("2026-02-06"), marketOf(chain)));
  expect(value).toBeCloseTo(SHAPE.spot * Math.exp(SHAPE.carry * years), 5);
  for (const expiry of ["2026-02-07", "2026-12-25", "2026-02-31", "2025-02-06"]) {
    expect(evaluateFeed(listed(expiry), marketOf(chain))).toMatchObject({
      kind: "missing",
      reason: "no-bracketing-expiries",
    });
  }
});

/** The second implementation: log-moneyness of a delta by a plain walk. */
function volOfDelta(years: number, wanted: number): number {
  for (let k = -1; k < 1; k += 1e-5) {
    const root = volAt(k) * Math.sqrt(years);
    if (normalCdf(-k / root + 0.5 * root) <= wanted) return volAt(k);
  }
  throw new Error("no strike");
}

test("the skew is that of the planted smile at the 25-delta strikes of both expiries", () => {
  const [near, far] = [24, 45].map((days) => (expiryInDays(days) - chain.timeMs) / YEAR_MS) as [number, number];
  const weight = (30 / 365 - near) / (far - near);
  const at = (wanted: number): number => {
    const [w1, w2] = [near, far].map((years) => volOfDelta(years, wanted) ** 2 * years) as [number, number];
    return Math.sqrt((w1 + weight * (w2 - w1)) / (30 / 365));
  };
  const skew = numberOf(of("skew-25d-30d"));
  expect(skew).toBeLessThan(0);
  expect(Math.abs(skew - (at(0.25) - at(0.75)))).toBeLessThan(0.0005);
});

test("the volatility index is the variance swap's volatility within its wing cut, which it states", () => {
  const evaluation = of("vol-index-30d");
  const whole = Math.sqrt(varianceSwapTotal(smileAt(30 / 365), null) / (30 / 365));
  expect(Math.abs(numberOf(evaluation) - whole)).toBeLessThan(0.005);
  const integral = evaluation.inputs.find(({ label }) => label === "integral over all strikes");
  expect(Math.abs(integral!.value - whole)).toBeLessThan(0.005);
  expect(evaluation.kind === "value" && evaluation.notes.map(({ kind }) => kind)).toEqual(["wing-cut"]);
});

test("a strip that ends too early is missing as a wing cut, not published low", () => {
  const near = withRows(chain, (row) =>
    Math.abs(row.strike / row.forward - 1) > 0.1 ? { ...row, bidCoin: null } : row,
  );
  expect(of("vol-index-30d", near)).toMatchObject({ kind: "missing", reason: "wing-cut" });
});

test("a surface says total variance at the start grid's nodes, aged to the round's instant", () => {
  const feed = shippedFeed("BTC-USD.vol-surface");
  for (const laterMs of [0, 45_000]) {
    const slotTimeMs = NOW_MS + laterMs;
    const evaluation = evaluateFeed(feed, marketOf(chain), { slotTimeMs });
    const { gridRound, slices } = surfaceOf(evaluation);
    expect(gridRound).toBe(0);
    expect(slices.map(({ expiryMs }) => expiryMs)).toEqual(SHAPE.days.map(expiryInDays));
    for (const { expiryMs, forward, variances } of slices) {
      const years = (expiryMs - slotTimeMs) / YEAR_MS;
      const listedYears = (expiryMs - chain.timeMs) / YEAR_MS;
      expect(Number(forward) / 1e8).toBeCloseTo(SHAPE.spot * Math.exp(SHAPE.carry * listedYears), 5);
      for (const [node, variance] of variances.entries()) {
        const k = GRID_NODES[node]! * 0.6 * Math.sqrt(years);
        if (Math.abs(k) > 0.3) continue;
        expect(Math.abs(Math.sqrt(Number(variance) / 1e18 / years) - volAt(k))).toBeLessThan(0.002);
      }
    }
    expect(Math.abs(numberOf(evaluation) - volAt(0))).toBeLessThan(0.001);
  }
});

test("where a report fixes the grid, its nodes are used and its round is named", () => {
  const expiryMs = expiryInDays(24);
  const theta = 9_000_000_000_000_000n;
  const grid = () => ({ gridRound: 777, thetas: new Map([[expiryMs, theta]]) });
  const { gridRound, slices } = surfaceOf(evaluateFeed(shippedFeed("BTC-USD.vol-surface"), marketOf(chain), { grid }));
  expect(gridRound).toBe(777);
  const years = (expiryMs - NOW_MS) / YEAR_MS;
  const slice = slices.find((one) => one.expiryMs === expiryMs)!;
  const ks = gridLogMoneyness(theta).map((k) => Number(k) / 1e18);
  for (const node of [MONEY_NODE - 4, MONEY_NODE, MONEY_NODE + 4]) {
    const vol = Math.sqrt(Number(slice.variances[node]) / 1e18 / years);
    expect(Math.abs(vol - volAt(ks[node]!))).toBeLessThan(0.002);
  }
  const broken = () => ({ gridRound: 777, thetas: new Map([[expiryMs, 1n]]) });
  const without = surfaceOf(evaluateFeed(shippedFeed("BTC-USD.vol-surface"), marketOf(chain), { grid: broken }));
  expect(without.slices.map((one) => one.expiryMs)).not.toContain(expiryMs);
});

test("a surface takes the nearest expiries and its tenor limits count from the round's instant", () => {
  const definition = shippedDefinition("BTC-USD.vol-surface", "vol-surface");
  const spot = shippedDefinition("BTC-USD.spot-index", "spot-index");
  const method = { ...definition.method, maxExpiries: 5 };
  const five = evaluateFeed({ definition: { ...definition, method }, spot }, marketOf(chain));
  expect(surfaceOf(five).slices.map(({ expiryMs }) => expiryMs)).toEqual(SHAPE.days.slice(0, 5).map(expiryInDays));
  const hours = { ...definition.method, expiries: { minHours: 70, maxDays: 400 } };
  const slotOf = (beforeMs: number) => ({ slotTimeMs: expiryInDays(3) - 70 * 3_600_000 + beforeMs });
  const first = (beforeMs: number) =>
    surfaceOf(evaluateFeed({ definition: { ...definition, method: hours }, spot }, marketOf(chain), slotOf(beforeMs)))
      .slices[0]!.expiryMs;
  expect(first(0)).toBe(expiryInDays(3));
  expect(first(1)).toBe(expiryInDays(10));
});

test.each(chainFeeds().map((feed) => [nameOf(feed), feed] as const))(
  "%s: the order of the rows changes nothing",
  (_, feed) => {
    const wanted = evaluateFeed(feed, marketOf(chain));
    fc.assert(
      fc.property(fc.shuffledSubarray([...chain.options], { minLength: chain.options.length }), (options) => {
        expect(evaluateFeed(feed, marketOf({ ...chain, options }))).toEqual(wanted);
      }),
      { numRuns: 3 },
    );
  },
);

test.each(chainFeeds().map((feed) => [nameOf(feed), feed] as const))(
  "%s: with every price doubled a price doubles and a rate or volatility stays",
  (name, feed) => {
    const double = withRows(chain, (row) => ({ ...row, strike: row.strike * 2, forward: row.forward * 2 }));
    const spots = healthyBooks().map((q) => (q.base === "BTC" ? { ...q, bid: q.bid * 2, ask: q.ask * 2 } : q));
    const once = numberOf(evaluateFeed(feed, marketOf(chain)));
    const twice = numberOf(evaluateFeed(feed, marketOf(double, { spots })));
    expect(Math.abs(twice / once / (name.startsWith("forward") ? 2 : 1) - 1)).toBeLessThan(1e-6);
  },
);

test("a chain is read once, however many feeds and rounds look at it, and remembering changes no result", () => {
  const memory = new MethodMemory();
  const market = marketOf(chain);
  const remembered = chainFeeds().map((feed) => evaluateFeed(feed, market, { memory }));
  expect(remembered).toEqual(chainFeeds().map((feed) => evaluateFeed(feed, market)));
  expect(chainFeeds().map((feed) => evaluateFeed(feed, market, { memory }))).toEqual(remembered);
  expect(memory.chains.get(chain)?.size).toBe(1);
});
