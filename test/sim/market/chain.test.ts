import { describe, expect, test } from "vitest";
import { parseInstrument } from "../../../src/market/instrument.ts";
import type { OptionRow } from "../../../src/sim/market/model.ts";
import { COINS } from "../../../src/sim/market/model.ts";
import { coinPremium, YEAR_MS } from "../../../src/sim/market/pricing.ts";
import { quoteAround } from "../../../src/sim/market/quotes.ts";
import { atmTotalVariance, smileTotalVariance } from "../../../src/sim/market/smile.ts";
import { strikeLadder } from "../../../src/sim/market/strikes.ts";
import { SyntheticMarket } from "../../../src/sim/market/synthetic.ts";
import { seededRng } from "../../../src/sim/random.ts";
import { estimateVol } from "./support.ts";

const START_MS = Date.UTC(2026, 10, 23, 7, 58, 30);
/** Every hour of thirteen weeks would be slow; these steps cross rolls, listings and all tenors. */
const MARKET = new SyntheticMarket({ seed: 11, startMs: START_MS, stepMs: 3_600_000 });
const STEPS = Array.from({ length: 60 }, (_, i) => i * 37);

/** Vol from a mid by bisection on the market's own premium. */
function volFromMid(row: OptionRow, timeMs: number): number | null {
  if (row.bidCoin === null || row.askCoin === null) return null;
  const years = (row.expiryMs - timeMs) / YEAR_MS;
  // The side out of the money carries the vol.
  if ((row.right === "call") !== row.strike > row.underlyingPrice) return null;
  let [low, high] = [0.01, 5];
  for (let i = 0; i < 60; i++) {
    const vol = (low + high) / 2;
    const premium = coinPremium(row.right, row.underlyingPrice, row.strike, vol, years);
    if (premium < (row.bidCoin + row.askCoin) / 2) low = vol;
    else high = vol;
  }
  return (low + high) / 2;
}

describe("the synthetic chain", () => {
  test("each mark is Black-76 over the row's own forward at the row's own vol, to the last printed digit", () => {
    let rows = 0;
    for (const step of STEPS) {
      const timeMs = START_MS + step * MARKET.stepMs;
      for (const coin of COINS) {
        for (const row of MARKET.options(coin, step)) {
          const years = (row.expiryMs - timeMs) / YEAR_MS;
          const fair = coinPremium(row.right, row.underlyingPrice, row.strike, row.markVolPercent / 100, years);
          expect(Math.abs(row.markCoin - fair)).toBeLessThanOrEqual(0.5000001e-8);
          expect(parseInstrument(row.instrument)).toEqual({
            kind: "option",
            base: coin,
            settlement: null,
            expiryMs: row.expiryMs,
            strike: row.strike,
            right: row.right,
          });
          rows++;
        }
      }
    }
    expect(rows).toBeGreaterThan(20_000);
  });

  test("bid ≤ mark ≤ ask on every row, some rows lack quotes, none within two strikes of the forward", () => {
    const seen = { both: 0, noBid: 0, none: 0 };
    for (const step of STEPS) {
      for (const coin of COINS) {
        const rows = MARKET.options(coin, step);
        for (const row of rows) {
          if (row.bidCoin !== null) expect(row.bidCoin).toBeLessThanOrEqual(row.markCoin);
          if (row.askCoin !== null) expect(row.askCoin).toBeGreaterThanOrEqual(row.markCoin);
          if (row.askCoin !== null && row.bidCoin !== null) seen.both++;
          else if (row.askCoin !== null) seen.noBid++;
          else seen.none++;
        }
        for (const expiryMs of new Set(rows.map((row) => row.expiryMs))) {
          const board = rows.filter((row) => row.expiryMs === expiryMs);
          const strikes = [...new Set(board.map((row) => row.strike))].sort((a, b) => a - b);
          expect(strikes.length).toBeGreaterThanOrEqual(11);
          expect(strikes.length).toBeLessThanOrEqual(25);
          const above = strikes.findIndex((strike) => strike > board[0]!.underlyingPrice);
          for (const strike of strikes.slice(above - 2, above + 2)) {
            const pair = board.filter((row) => row.strike === strike);
            expect(pair.length).toBe(2);
            // A one-day option may be worth less than a tick; there the ask alone is honest.
            for (const row of pair)
              if (row.markCoin > 0.0005) expect(row.bidCoin !== null && row.askCoin !== null).toBe(true);
          }
        }
      }
    }
    const total = seen.both + seen.noBid + seen.none;
    expect(seen.both / total).toBeGreaterThan(0.6);
    expect(seen.noBid / total).toBeGreaterThan(0.02);
    expect(seen.none / total).toBeGreaterThan(0.02);
  });

  test("no arbitrage in the surface: calls fall and bend upward with strike, total variance grows with tenor", () => {
    for (const slow of [-0.3, 0, 0.3]) {
      const curve = { shortVariance: 0.24 * Math.exp(2 * slow), longVariance: 0.29 * Math.exp(-slow) };
      let before = -1;
      for (const days of [0.3, 1, 2, 5, 9, 16, 30, 65, 125, 300]) {
        const years = days / 365;
        const theta = atmTotalVariance(curve, years);
        expect(theta).toBeGreaterThan(before);
        before = theta;
        const price = (k: number): number =>
          coinPremium("call", 1, Math.exp(k), Math.sqrt(smileTotalVariance(theta, k) / years), years);
        const deviation = Math.sqrt(theta);
        for (let x = -4; x < 4; x += 0.05) {
          const strikes = [x, x + 0.05, x + 0.1].map((value) => Math.exp(value * deviation));
          const calls = [x, x + 0.05, x + 0.1].map((value) => price(value * deviation));
          expect(calls[1]!).toBeLessThan(calls[0]!);
          const slope = (i: number): number => (calls[i + 1]! - calls[i]!) / (strikes[i + 1]! - strikes[i]!);
          expect(slope(1) - slope(0)).toBeGreaterThan(-1e-9);
        }
      }
    }
  });

  test("served call marks decrease in strike within an expiry and refresh", () => {
    for (const step of STEPS.slice(0, 20)) {
      const rows = MARKET.options("BTC", step).filter((row) => row.right === "call");
      for (let i = 1; i < rows.length; i++) {
        const [low, high] = [rows[i - 1]!, rows[i]!];
        if (low.expiryMs !== high.expiryMs) continue;
        expect(high.markCoin * high.underlyingPrice).toBeLessThanOrEqual(low.markCoin * low.underlyingPrice + 1e-3);
      }
    }
  });

  test("a 30-day vol from the served rows is within the stated noise of the truth, by any straight-line method", () => {
    const rng = seededRng(4);
    let worst = 0;
    let worstMid = 0;
    for (const speed of [1, 600]) {
      const market = new SyntheticMarket({ seed: 12, startMs: START_MS, stepMs: 900_000, speed });
      for (let i = 0; i < 150; i++) {
        const step = Math.floor(rng.next() * 9_000);
        const timeMs = START_MS + step * market.stepMs;
        for (const coin of COINS) {
          const rows = market.options(coin, step);
          const truth = market.atmVol(coin, 30, step);
          for (const square of [false, true]) {
            for (const axis of [Math.log, (strike: number) => strike]) {
              const estimate = estimateVol(rows, timeMs, (row) => row.markVolPercent / 100, axis, square);
              worst = Math.max(worst, Math.abs(estimate - truth));
            }
          }
          for (const [tenorDays, noise] of [
            [7, market.noise.volAbs7d],
            [90, market.noise.volAbs90d],
          ] as const) {
            const estimate = estimateVol(rows, timeMs, (row) => row.markVolPercent / 100, Math.log, false, tenorDays);
            expect(Math.abs(estimate - market.atmVol(coin, tenorDays, step))).toBeLessThanOrEqual(noise);
            expect(noise).toBeLessThan(1.2e-3);
          }
          const quoted = estimateVol(rows, timeMs, (row) => (row.bidCoin === null ? null : row.markVolPercent / 100));
          worst = Math.max(worst, Math.abs(quoted - truth));
          worstMid = Math.max(worstMid, Math.abs(estimateVol(rows, timeMs, (row) => volFromMid(row, timeMs)) - truth));
        }
      }
      expect(worst).toBeLessThanOrEqual(market.noise.volAbs);
      expect(worstMid).toBeLessThanOrEqual(market.noise.volAbsFromMids);
      expect(market.noise.volAbs).toBeLessThan(1e-3);
    }
    // Neither promise is far from what happens.
    expect(worst).toBeGreaterThan(1e-4);
    expect(worstMid).toBeGreaterThan(2e-4);
  });

  test("a 30-day forward from rows, from futures or by parity from mids is within the stated noise of the truth", () => {
    let worst = 0;
    for (const step of STEPS) {
      const timeMs = START_MS + step * MARKET.stepMs;
      for (const coin of COINS) {
        const truth = MARKET.forward(coin, 30, step);
        const rows = MARKET.options(coin, step);
        const expiries = [...new Set(rows.map((row) => row.expiryMs))];
        const nearMs = expiries.findLast((expiry) => expiry - timeMs <= 30 * 86_400_000)!;
        const farMs = expiries.find((expiry) => expiry - timeMs > 30 * 86_400_000)!;
        const weight = (timeMs + 30 * 86_400_000 - nearMs) / (farMs - nearMs);
        const between = (of: (expiryMs: number) => number) =>
          Math.exp((1 - weight) * Math.log(of(nearMs)) + weight * Math.log(of(farMs)));
        const byRow = between((expiryMs) => rows.find((row) => row.expiryMs === expiryMs)!.underlyingPrice);
        // Coin premia: c − p = 1 − K/F.
        const byParity = between((expiryMs) => {
          const board = rows.filter((row) => row.expiryMs === expiryMs);
          const spot = MARKET.spotUsd(coin, step);
          const call = board
            .filter((row) => row.right === "call" && row.midCoin !== null)
            .sort((a, b) => Math.abs(a.strike - spot) - Math.abs(b.strike - spot))[0]!;
          const put = board.find((row) => row.right === "put" && row.strike === call.strike)!;
          return call.strike / (1 - (call.midCoin! - put.midCoin!));
        });
        for (const estimate of [byRow, byParity]) {
          worst = Math.max(worst, Math.abs(estimate / truth - 1));
          expect(Math.abs(estimate / truth - 1)).toBeLessThanOrEqual(MARKET.noise.forwardRelative);
        }
      }
    }
    expect(worst).toBeGreaterThan(5e-5);
    expect(MARKET.noise.forwardRelative).toBeLessThan(1e-3);
  });

  test("the perpetual's funding follows from its premium, and eight hours of it from the rates within them", () => {
    const market = new SyntheticMarket({ seed: 11, startMs: START_MS, stepMs: 60_000 });
    const rates: number[] = [];
    let paid = 0;
    for (let step = 0; step < 3_000; step++) {
      const row = market.futures("BTC", step)[0]!;
      const premium = row.mark / row.estimatedDeliveryPrice - 1;
      const rate = Math.max(2.5e-4, premium) + Math.min(-2.5e-4, premium);
      expect(Math.abs(row.currentFunding! - rate)).toBeLessThan(3e-7);
      expect(row.bid <= row.mark && row.mark <= row.ask).toBe(true);
      rates.push(row.currentFunding!);
      if (rate !== 0) paid++;
      if (step < 480) continue;
      const mean = rates.slice(-480).reduce((sum, value) => sum + value, 0) / 480;
      expect(Math.abs(row.funding8h! - mean)).toBeLessThan(1.5e-5);
    }
    expect(paid).toBeGreaterThan(300);
    expect(paid).toBeLessThan(2_700);
    for (const row of market.futures("ETH", 5).slice(1))
      expect([row.currentFunding, row.funding8h]).toEqual([null, null]);
  });

  test("futures lie on the forwards of their expiries, the perpetual within six hundredths of a percent of spot", () => {
    const futures = MARKET.futures("BTC", 100);
    const rows = MARKET.options("BTC", 100);
    expect(futures[0]!.instrument).toBe("BTC-PERPETUAL");
    expect(Math.abs(futures[0]!.mark / MARKET.spotUsd("BTC", 100) - 1)).toBeLessThan(6e-4);
    for (const future of futures.slice(1)) {
      const row = rows.find((candidate) => candidate.underlyingIndex === future.instrument);
      // Within a day of expiry the index stands for the future.
      if (row === undefined) continue;
      expect(Math.abs(row.underlyingPrice / future.mark - 1)).toBeLessThan(1.5e-5);
      expect(future.bid <= future.mark && future.mark <= future.ask).toBe(true);
    }
  });
});

describe("ladders and ticks", () => {
  test("strikes are whole gaps, ascending, and bracket a forward that strayed from its anchor", () => {
    for (const forward of [1_650, 3_300, 6_600, 47_500, 95_000, 190_000]) {
      for (const days of [0.2, 10, 40, 200]) {
        for (const drift of [0.8, 0.99, 1, 1.013, 1.3]) {
          const ladder = strikeLadder(forward, forward * drift, days / 365, 0.5 * Math.sqrt(days / 365));
          for (const [i, strike] of ladder.strikes.entries()) {
            expect(Math.abs(strike / ladder.gap - Math.round(strike / ladder.gap))).toBeLessThan(1e-9);
            if (i > 0) expect(strike).toBeGreaterThan(ladder.strikes[i - 1]!);
          }
          expect(Math.abs(forward * drift - ladder.centre)).toBeLessThanOrEqual(3 * ladder.gap);
        }
      }
    }
  });

  test("quotes stand on Deribit's ticks as decimals print them", () => {
    expect(quoteAround(0.0568, 0.0006)).toEqual({ bid: 0.056, ask: 0.0575 });
    expect(quoteAround(0.00004, 0)).toEqual({ bid: null, ask: 0.0001 });
    expect(quoteAround(0, 0)).toEqual({ bid: null, ask: 0.0001 });
    const rng = seededRng(2);
    for (let i = 0; i < 5_000; i++) {
      const mark = rng.next() * rng.next() * 0.3;
      const { bid, ask } = quoteAround(mark, rng.next() * 0.002);
      expect(ask! >= mark && (bid === null || (bid <= mark && bid < ask!))).toBe(true);
      expect(String(ask)).toMatch(/^(0|1)(\.\d{1,4})?$/);
      if (bid !== null && mark >= 0.005)
        expect(Math.abs((bid + ask!) / 2 - mark)).toBeLessThanOrEqual(0.000125 + 1e-12);
    }
  });
});
