import fc from "fast-check";
import { expect, test } from "vitest";
import { blackPrice, discountedBlackPrice } from "../../src/quant/black76.ts";
import { MS_PER_YEAR, yearsBetween } from "../../src/quant/day-count.ts";
import { blackGreeks, forwardDelta } from "../../src/quant/greeks.ts";
import { recordedFile } from "../support/recorded-data.ts";
import { deribitFile, deribitTickers } from "./support/deribit-tickers.ts";

const reference = recordedFile("quant/iv/black76_reference.csv");

function relative(value: number, wanted: number): number {
  return Math.abs(value / wanted - 1);
}

test.skipIf(!reference.present)(`38 options at 60 digits: price and all four greeks ${reference.note}`, () => {
  const rows = reference.rows();
  expect(rows).toHaveLength(38);
  for (const row of rows) {
    const read = (name: string) => Number(row[name]);
    const [forward, strike, vol] = [read("F"), read("K"), read("sigma")];
    const years = (read("seconds") * 1000) / MS_PER_YEAR;
    const right = row["cp"] === "1" ? "call" : "put";
    const label = `${right} ${forward}/${strike} ${row["seconds"]} s ${vol}`;
    expect(relative(blackPrice(right, forward, strike, vol * Math.sqrt(years)), read("price")), label).toBeLessThan(
      1e-13,
    );
    const greeks = blackGreeks(right, forward, strike, years, vol);
    const d1 = Math.log(forward / strike) / (vol * Math.sqrt(years));
    const allowed = 2e-14 + 4e-16 * d1 * d1;
    expect(relative(greeks.delta, read("delta_fwd")), `delta ${label}`).toBeLessThan(allowed);
    expect(relative(greeks.gamma, read("gamma_fwd")), `gamma ${label}`).toBeLessThan(allowed);
    expect(relative(greeks.vega, read("vega_per_1.0")), `vega ${label}`).toBeLessThan(allowed);
    expect(relative(greeks.thetaPerYear, read("theta_per_year")), `theta ${label}`).toBeLessThan(allowed);
  }
});

test("the discounted prices of an on-chain Black library, and its limits", () => {
  const week = Math.sqrt(7 / 365);
  const month = 0.25 * Math.sqrt(30 / 365);
  const twoDays = 0.75 * Math.sqrt(2 / 365);
  for (const [right, forward, strike, totalVol, discount, wanted] of [
    ["call", 1500, 1500, week, 1, 82.805080668634559515],
    ["put", 1500, 1500, week, 1, 82.805080668634559515],
    ["call", 1000, 1200, month, 0.9991784198737006, 0.137082128426579297],
    ["put", 1000, 1200, month, 0.9991784198737006, 199.972766103166719631],
    ["call", 1000, 700, twoDays, 0.9998904169635637, 299.967125089526177817],
    ["put", 1000, 700, twoDays, 0.9998904169635637, 4.5712394302511e-10],
  ] as const) {
    const price = discountedBlackPrice(right, forward, strike, totalVol, discount);
    // The vectors hold time in years of 18 decimals, which is all that is left in the last one.
    expect(relative(price, wanted), `${right} ${forward}/${strike}`).toBeLessThan(1e-13);
  }
  expect(relative(forwardDelta("call", 1500, 1500, week), 0.5276016935562116)).toBeLessThan(1e-15);
  expect(relative(forwardDelta("call", 1000, 1200, month), 0.006071372605597036)).toBeLessThan(1e-13);
  expect(discountedBlackPrice("call", 1500, 1200, 24, 0.9)).toBeCloseTo(1350, 11);
  expect(discountedBlackPrice("put", 1500, 1200, 24, 0.9)).toBeCloseTo(1080, 11);
  expect(discountedBlackPrice("call", 1500, 0, 0.5, 0.9)).toBe(1350);
  expect(discountedBlackPrice("put", 1500, 0, 0.5, 0.9)).toBe(0);
  expect(discountedBlackPrice("call", 0, 1200, 0.5, 0.9)).toBe(0);
  expect(discountedBlackPrice("put", 0, 1200, 0.5, 0.9)).toBe(1080);
  for (const bad of [-1, Number.NaN, Infinity]) {
    expect(() => discountedBlackPrice("call", bad, 0, 0.5, 1)).toThrow(/forward/);
    expect(() => discountedBlackPrice("call", 0, bad, 0.5, 1)).toThrow(/strike/);
    expect(() => discountedBlackPrice("call", 1, 1, 0.5, bad)).toThrow(/discount/);
  }
});

test.skipIf(!deribitFile.present)(`Deribit's 326 tickers: ≥ 95 % of marks within 5e-5 BTC ${deribitFile.note}`, () => {
  const tickers = deribitTickers();
  expect(tickers).toHaveLength(326);
  let [close, closer, worstDelta, worstVega] = [0, 0, 0, 0];
  for (const { right, underlying, strike, markVol, markCoin, timeMs, expiryMs, ...greeks } of tickers) {
    const years = yearsBetween(timeMs, expiryMs);
    const totalVol = markVol * Math.sqrt(years);
    const error = Math.abs(blackPrice(right, underlying, strike, totalVol) / underlying - markCoin);
    if (error <= 5e-5) close++;
    if (error <= 2e-5) closer++;
    const ours = blackGreeks(right, underlying, strike, years, markVol);
    worstDelta = Math.max(worstDelta, Math.abs(ours.delta - greeks.delta));
    worstVega = Math.max(worstVega, Math.abs(ours.vega / 100 - greeks.vega));
  }
  expect(close).toBe(311);
  expect(close / tickers.length).toBeGreaterThanOrEqual(0.95);
  expect(closer).toBe(283);
  expect(worstDelta).toBeLessThan(1.05e-4);
  expect(worstVega).toBeLessThan(1.65e-3);
});

const option = fc.record({
  right: fc.constantFrom("call" as const, "put" as const),
  forward: fc.double({ min: 50, max: 200, noNaN: true }),
  strike: fc.double({ min: 50, max: 200, noNaN: true }),
  years: fc.double({ min: 0.02, max: 2, noNaN: true }),
  vol: fc.double({ min: 0.2, max: 1.5, noNaN: true }),
  rate: fc.double({ min: -0.05, max: 0.2, noNaN: true }),
});

test("the greeks are the slopes of the price, discounted or not", () => {
  fc.assert(
    fc.property(option, ({ right, forward, strike, years, vol, rate }) => {
      const price = (f: number, t: number, s: number) =>
        discountedBlackPrice(right, f, strike, s * Math.sqrt(t), Math.exp(-rate * t));
      const slope = (at: (step: number) => number, step: number) => (at(step) - at(-step)) / (2 * step);
      const greeks = blackGreeks(right, forward, strike, years, vol, Math.exp(-rate * years));
      const near = (value: number, wanted: number) =>
        expect(Math.abs(value - wanted)).toBeLessThan(1e-5 * (Math.abs(wanted) + 1));
      near(
        greeks.delta,
        slope((d) => price(forward + d, years, vol), 1e-4 * forward),
      );
      near(
        greeks.vega,
        slope((d) => price(forward, years, vol + d), 1e-4 * vol),
      );
      near(greeks.thetaPerYear, -slope((d) => price(forward, years + d, vol), 1e-4 * years));
      const deltaAt = (f: number) => blackGreeks(right, f, strike, years, vol, Math.exp(-rate * years)).delta;
      near(
        greeks.gamma,
        slope((d) => deltaAt(forward + d), 1e-4 * forward),
      );
    }),
  );
});

test("call delta minus put delta is the discount factor; gamma and vega are the same for both", () => {
  fc.assert(
    fc.property(option, ({ forward, strike, years, vol, rate }) => {
      const discount = Math.exp(-rate * years);
      const call = blackGreeks("call", forward, strike, years, vol, discount);
      const put = blackGreeks("put", forward, strike, years, vol, discount);
      expect(Math.abs(call.delta - put.delta - discount)).toBeLessThan(4e-16);
      expect([put.gamma, put.vega]).toEqual([call.gamma, call.vega]);
    }),
  );
});

test("price and vega are homogeneous of degree 1, delta of degree 0, gamma of degree -1", () => {
  fc.assert(
    fc.property(option, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (one, scale) => {
      const { right, forward, strike, years, vol } = one;
      const totalVol = vol * Math.sqrt(years);
      const small = blackGreeks(right, forward, strike, years, vol);
      const large = blackGreeks(right, forward * scale, strike * scale, years, vol);
      const price = blackPrice(right, forward, strike, totalVol);
      const logMoneyness = Math.log(forward / strike);
      // Nearer than this to the smallest double the digits are gone.
      fc.pre(Math.abs(logMoneyness) < 30 * totalVol);
      // Scaling rounds F/K by up to one unit (2.2e-16), which moves d by that over the total vol: the far wing feels it
      // through its slope |d|, and the money, with a slope of about one, feels it as well when the total vol is small.
      const far = 4e-15 * (1 + Math.abs(logMoneyness) / (totalVol * totalVol)) + 1e-15 / totalVol;
      const error = Math.abs(blackPrice(right, forward * scale, strike * scale, totalVol) - scale * price);
      expect(error).toBeLessThan(far * scale * price + 1e-15 * scale * forward);
      expect(relative(large.vega, scale * small.vega)).toBeLessThan(far);
      expect(relative(large.delta, small.delta)).toBeLessThan(far);
      expect(relative(large.gamma, small.gamma / scale)).toBeLessThan(far);
    }),
  );
});
