import fc from "fast-check";
import { expect, test } from "vitest";
import {
  blackOtmPrice,
  blackPrice,
  blackVega,
  normalisedMoneyness,
  normalisedPrice,
  normalisedRemainder,
  normalisedVega,
  priceOverVega,
} from "../../src/quant/black76.ts";
import { MS_PER_YEAR } from "../../src/quant/day-count.ts";
import { recordedFile } from "../support/recorded-data.ts";
import { bigNormalisedPrice, relativeError } from "./support/big-normal.ts";

const reference = recordedFile("quant/iv/black76_reference.csv");

function relative(value: number, wanted: number): number {
  return Math.abs(value / wanted - 1);
}

test("the anchors of the published reference: prices and vega to 1e-14", () => {
  expect(relative(blackPrice("call", 100, 100, 0.2), 7.965567455405797)).toBeLessThan(1e-14);
  const month = 30 / 365;
  const totalVol = 0.65 * Math.sqrt(month);
  expect(relative(blackPrice("put", 60000, 60000, totalVol), 4454.109024203807)).toBeLessThan(1e-14);
  expect(relative(blackVega(60000, 60000, month, 0.65), 6832.668428752462)).toBeLessThan(1e-14);
  const week = 0.55 * Math.sqrt(7 / 365);
  expect(relative(blackPrice("call", 60000, 66000, week), 241.670328575039)).toBeLessThan(1e-14);
});

test.skipIf(!reference.present)(`38 options at 60 digits, prices from 8.9e4 down to 4.7e-52 ${reference.note}`, () => {
  const rows = reference.rows();
  expect(rows).toHaveLength(38);
  for (const row of rows) {
    const [forward, strike, years] = [
      Number(row["F"]),
      Number(row["K"]),
      (Number(row["seconds"]) * 1000) / MS_PER_YEAR,
    ];
    const vol = Number(row["sigma"]);
    const right = row["cp"] === "1" ? "call" : "put";
    // What rounding σ√T and ln(F/K) costs: d² units in the last place.
    const d = Math.log(forward / strike) / (vol * Math.sqrt(years));
    const allowed = 2e-14 + 4e-16 * d * d;
    const label = `${right} ${forward}/${strike} ${row["seconds"]} s ${vol}`;
    const price = blackPrice(right, forward, strike, vol * Math.sqrt(years));
    expect(relative(price, Number(row["price"])), label).toBeLessThan(allowed);
    expect(relative(blackVega(forward, strike, years, vol), Number(row["vega_per_1.0"])), label).toBeLessThan(allowed);
  }
});

test("the normalised price agrees with 700-digit arithmetic in every branch, down to 1e-290", () => {
  for (const totalVol of [1e-5, 1e-3, 0.02, 0.3, 0.49, 0.51, 0.9, 2, 6, 11]) {
    for (const h of [0, -0.01, -0.4, -1.1, -1.99, -2.01, -4, -9, -20, -35]) {
      const x = h * totalVol;
      if (x < -12) continue;
      const error = relativeError(normalisedPrice(x, totalVol), bigNormalisedPrice(x, totalVol));
      expect(error, `x = ${x}, v = ${totalVol}`).toBeLessThan(1e-14 + 1e-16 * h * h);
    }
  }
});

test("price and remainder add up to the bound exp(x/2)", () => {
  fc.assert(
    fc.property(fc.double({ min: -8, max: 0, noNaN: true }), fc.double({ min: 1e-4, max: 12, noNaN: true }), (x, v) => {
      const bound = Math.exp(0.5 * x);
      expect(Math.abs((normalisedPrice(x, v) + normalisedRemainder(x, v)) / bound - 1)).toBeLessThan(4e-15);
    }),
  );
});

test("price over vega is the quotient of the two", () => {
  for (const [h, t] of [
    [-0.3, 0.1],
    [-3, 0.5],
    [-6, 5],
    [0, 0.2],
  ] as const) {
    const v = 2 * t;
    const quotient = normalisedPrice(h * v, v) / normalisedVega(h * v, v);
    expect(relative(priceOverVega(h, t), quotient)).toBeLessThan(1e-14);
  }
});

test("call minus put equals forward minus strike, for any option", () => {
  const positive = fc.double({ min: 1e-2, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(positive, positive, fc.double({ min: 0, max: 8, noNaN: true }), (forward, strike, totalVol) => {
      const difference = blackPrice("call", forward, strike, totalVol) - blackPrice("put", forward, strike, totalVol);
      expect(Math.abs(difference - (forward - strike))).toBeLessThanOrEqual(1e-15 * (forward + strike));
    }),
  );
});

test("the price rises with volatility and stays between intrinsic value and the bound, for any option", () => {
  const positive = fc.double({ min: 1, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(positive, positive, fc.double({ min: 1e-3, max: 5, noNaN: true }), (forward, strike, totalVol) => {
      const price = blackPrice("call", forward, strike, totalVol);
      expect(price).toBeGreaterThanOrEqual(Math.max(0, forward - strike));
      expect(price).toBeLessThanOrEqual(forward * (1 + 1e-15));
      expect(blackPrice("call", forward, strike, totalVol * 1.01)).toBeGreaterThanOrEqual(price);
    }),
  );
});

test("vega is the slope of the price", () => {
  const years = 0.2;
  const root = Math.sqrt(years);
  const up = blackPrice("call", 3000, 3200, 0.7001 * root);
  const down = blackPrice("call", 3000, 3200, 0.6999 * root);
  expect(blackVega(3000, 3200, years, 0.7)).toBeCloseTo((up - down) / 2e-4, 4);
});

test("edges: no volatility is intrinsic value, moneyness near one keeps its digits", () => {
  expect(blackPrice("call", 110, 100, 0)).toBe(10);
  expect(blackPrice("put", 110, 100, 0)).toBe(0);
  expect(blackOtmPrice(100, 100, 0)).toBe(0);
  expect(normalisedMoneyness(1 + 1e-12, 1)).toBeCloseTo(-1.000088900581841e-12, 27);
  expect(normalisedMoneyness(1, 1000)).toBeCloseTo(-Math.log(1000), 14);
});

test("arguments outside the model are a caller's bug and named", () => {
  expect(() => blackPrice("call", 0, 100, 0.2)).toThrow(/forward must be a positive number, saw 0/);
  expect(() => blackPrice("call", 100, -1, 0.2)).toThrow(/strike must be a positive number, saw -1/);
  expect(() => blackPrice("call", 100, 100, Number.NaN)).toThrow(/total volatility .* saw NaN/);
  expect(() => blackVega(100, 100, 0, 0.2)).toThrow(/time to expiry/);
  expect(() => blackVega(100, 100, 1, Infinity)).toThrow(/volatility/);
});
