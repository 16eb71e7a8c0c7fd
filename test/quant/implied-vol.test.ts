import fc from "fast-check";
import { expect, test } from "vitest";
import {
  blackPrice,
  blackVega,
  normalisedMoneyness,
  normalisedPrice,
  normalisedVega,
} from "../../src/quant/black76.ts";
import { MS_PER_YEAR } from "../../src/quant/day-count.ts";
import { impliedVol } from "../../src/quant/implied-vol.ts";
import { recordedFile } from "../support/recorded-data.ts";

const reference = recordedFile("quant/iv/black76_reference.csv");

function solved(...args: Parameters<typeof impliedVol>): number {
  const result = impliedVol(...args);
  if (!result.ok) throw new Error(`no implied volatility: ${result.why}`);
  return result.vol;
}

test("the anchors come back: 20 % from 7.97 and 65 % from 4 454.11", () => {
  expect(Math.abs(solved("call", 100, 100, 1, 7.965567455405797) / 0.2 - 1)).toBeLessThan(1e-14);
  expect(Math.abs(solved("put", 60000, 60000, 30 / 365, 4454.109024203807) / 0.65 - 1)).toBeLessThan(1e-14);
  expect(Math.abs(solved("call", 60000, 66000, 7 / 365, 241.670328575039) / 0.55 - 1)).toBeLessThan(1e-14);
});

test.skipIf(!reference.present)(
  `every out-of-the-money reference price gives its volatility back ${reference.note}`,
  () => {
    let checked = 0;
    for (const row of reference.rows()) {
      const [forward, strike, years] = [
        Number(row["F"]),
        Number(row["K"]),
        (Number(row["seconds"]) * 1000) / MS_PER_YEAR,
      ];
      const right = row["cp"] === "1" ? "call" : "put";
      if (right === "call" ? forward > strike : forward < strike) continue;
      checked++;
      const vol = solved(right, forward, strike, years, Number(row["price"]));
      expect(Math.abs(vol / Number(row["sigma"]) - 1), JSON.stringify(row)).toBeLessThan(2e-14);
    }
    expect(checked).toBeGreaterThanOrEqual(19);
  },
);

test.skipIf(!reference.present)(
  `of all 38 reference prices, 33 determine the volatility to 1e-10 ${reference.note}`,
  () => {
    let determined = 0;
    for (const row of reference.rows()) {
      const [forward, strike, vol] = [Number(row["F"]), Number(row["K"]), Number(row["sigma"])];
      const years = (Number(row["seconds"]) * 1000) / MS_PER_YEAR;
      const price = Number(row["price"]);
      // Half a unit in the last place of an in-the-money price, seen through vega.
      if ((1.2e-16 * price) / Number(row["vega_per_1.0"]) > 1e-11) continue;
      determined++;
      const right = row["cp"] === "1" ? "call" : "put";
      expect(Math.abs(solved(right, forward, strike, years, price) - vol), JSON.stringify(row)).toBeLessThan(1e-10);
    }
    expect(determined).toBe(33);
  },
);

/** Any option: distance from the money in standard deviations and total volatility over six decades. */
const anyOption = fc.tuple(
  fc.double({ min: -36, max: 0, noNaN: true }),
  fc.double({ min: Math.log(1e-5), max: Math.log(12), noNaN: true }),
);

test("volatility → price → volatility is the identity to what the price determines, over all regimes", () => {
  fc.assert(
    fc.property(anyOption, ([h, logVol]) => {
      const totalVol = Math.exp(logVol);
      const wantedX = h * totalVol;
      fc.pre(wantedX > -12);
      const [forward, strike] = [Math.exp(wantedX / 2), Math.exp(-wantedX / 2)];
      const x = normalisedMoneyness(forward, strike);
      const price = normalisedPrice(x, totalVol);
      fc.pre(price > 1e-290 && price < Math.exp(x / 2) * (1 - 1e-14));
      const conditioning = price / (normalisedVega(x, totalVol) * totalVol);
      const error = Math.abs(solved("call", forward, strike, 1, price) / totalVol - 1);
      expect(error).toBeLessThan(1e-14 + 2e-15 * conditioning);
    }),
    { numRuns: 20_000 },
  );
});

test("a second implementation, 200 bisections, finds the same volatility", () => {
  for (const [forward, strike, years, price] of [
    [92_700, 93_000, 17 / 365, 2_900],
    [92_700, 130_000, 17 / 365, 3.5],
    [3_141, 2_000, 0.3, 12],
    [100, 100, 1, 0.001],
    [100, 300, 1, 97.89],
  ] as const) {
    const right = strike >= forward ? "call" : "put";
    let [low, high] = [1e-9, 20];
    for (let i = 0; i < 200; i++) {
      const middle = 0.5 * (low + high);
      if (blackPrice(right, forward, strike, middle * Math.sqrt(years)) < price) low = middle;
      else high = middle;
    }
    expect(Math.abs(solved(right, forward, strike, years, price) / low - 1)).toBeLessThan(1e-13);
  }
});

test("in the money only the time value's digits are left, and they are used", () => {
  const years = 0.1;
  const price = blackPrice("call", 100, 80, 0.5 * Math.sqrt(years));
  const lost = 2e-14 / blackVega(100, 80, years, 0.5);
  expect(Math.abs(solved("call", 100, 80, years, price) - 0.5)).toBeLessThan(10 * lost);
});

test("a price without a solution is refused by name", () => {
  const refusal = (...args: Parameters<typeof impliedVol>) => impliedVol(...args);
  expect(refusal("call", 100, 80, 1, 20)).toEqual({ ok: false, why: "no-time-value" });
  expect(refusal("call", 100, 80, 1, 19.9)).toEqual({ ok: false, why: "no-time-value" });
  expect(refusal("put", 100, 80, 1, 0)).toEqual({ ok: false, why: "no-time-value" });
  expect(refusal("put", 100, 80, 1, -1)).toEqual({ ok: false, why: "no-time-value" });
  expect(refusal("call", 100, 120, 1, 100)).toEqual({ ok: false, why: "above-bound" });
  expect(refusal("put", 100, 80, 1, 80)).toEqual({ ok: false, why: "above-bound" });
  for (const bad of [0, -1, Number.NaN, Infinity]) {
    expect(refusal("call", bad, 100, 1, 5)).toEqual({ ok: false, why: "bad-input" });
    expect(refusal("call", 100, bad, 1, 5)).toEqual({ ok: false, why: "bad-input" });
    expect(refusal("call", 100, 100, bad, 5)).toEqual({ ok: false, why: "bad-input" });
  }
  expect(refusal("call", 100, 100, 1, Number.NaN)).toEqual({ ok: false, why: "bad-input" });
});
