import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OPTION_VENUES } from "../../../src/market/venue.ts";
import { spotBookAt } from "../../../src/sim/market/books.ts";
import { isQuarterly, listedExpiries } from "../../../src/sim/market/calendar.ts";
import { levelsOf, trueDepth } from "../../../src/sim/market/depth.ts";
import type { OptionRow } from "../../../src/sim/market/model.ts";
import { greeksOf, impliedVol, VOL_CAP } from "../../../src/sim/market/option-figures.ts";
import { OPTION_RULES } from "../../../src/sim/market/option-rules.ts";
import { coinPremium } from "../../../src/sim/market/pricing.ts";
import { SyntheticMarket } from "../../../src/sim/market/synthetic.ts";
import { venueFutures } from "../../../src/sim/market/venue-futures.ts";
import { SPOT_BOOKS } from "../../../src/sim/market/venues.ts";
import { estimateVol } from "./support.ts";

const START_MS = Date.UTC(2026, 10, 23, 7, 58);
const MARKET = new SyntheticMarket({ seed: 21, startMs: START_MS, speed: 60 });
const COINS = ["BTC", "ETH"] as const;
const YEAR_MS = 365 * 86_400_000;
const priced = fc.record({
  right: fc.constantFrom("call" as const, "put" as const),
  forward: fc.double({ min: 100, max: 200_000, noNaN: true }),
  moneyness: fc.double({ min: 0.5, max: 2, noNaN: true }),
  vol: fc.double({ min: 0.2, max: 2, noNaN: true }),
  years: fc.double({ min: 1 / 365, max: 1, noNaN: true }),
});

function isOnTick(value: number, tick: number): boolean {
  return Math.abs(value / tick - Math.round(value / tick)) < 1e-6;
}

describe("option boards of four venues", () => {
  test.each(OPTION_VENUES)("%s: bid ≤ mark ≤ ask on its own ticks, and some rows are without a quote", (venue) => {
    const { settlement, ticks } = OPTION_RULES[venue];
    for (const coin of COINS) {
      const rows = MARKET.options(coin, 77, venue);
      for (const { bidCoin, askCoin, markCoin, underlyingPrice, instrument } of rows) {
        const unit = settlement === null ? 1 : underlyingPrice;
        for (const side of [bidCoin, askCoin])
          if (side !== null) expect(isOnTick(side * unit, ticks[coin].fine), instrument).toBe(true);
        if (bidCoin !== null) expect(bidCoin, instrument).toBeLessThanOrEqual(markCoin + 1e-8);
        if (askCoin !== null) expect(askCoin, instrument).toBeGreaterThanOrEqual(markCoin - 1e-8);
      }
      expect(rows.some(({ bidCoin }) => bidCoin === null)).toBe(true);
      expect(rows.some(({ bidCoin, askCoin }) => bidCoin === null && askCoin === null)).toBe(true);
    }
  });

  test.each(OPTION_VENUES)(
    "%s: vols of 7, 30 and 90 days from its marks are within the stated noise of the truth",
    (venue) => {
      const { noise } = MARKET;
      for (let i = 0; i < 30; i++) {
        const step = i * 397;
        for (const coin of COINS) {
          const rows = MARKET.options(coin, step, venue);
          const timeMs = START_MS + step * 250;
          for (const [days, allowed] of [
            [7, noise.volAbs7d],
            [30, noise.volAbs],
            [90, noise.volAbs90d],
          ] as const) {
            const vol = estimateVol(rows, timeMs, (row) => row.markVolPercent / 100, Math.log, false, days);
            expect(Math.abs(vol - MARKET.atmVol(coin, days, step)), `${coin} ${days}d`).toBeLessThanOrEqual(allowed);
          }
        }
      }
    },
  );

  test("venues differ: in strikes, in vols by their own noise, in what is missing, and Binance lacks the second day", () => {
    const [deribit, ...others] = OPTION_VENUES.map((venue) => MARKET.options("BTC", 40, venue));
    const keyOf = ({ expiryMs, strike, right }: OptionRow): string => `${expiryMs}:${strike}:${right}`;
    const known = new Map(deribit!.map((row) => [keyOf(row), row]));
    for (const rows of others) {
      expect(rows.length).toBeLessThan(deribit!.length);
      const shared = rows.filter((row) => known.has(keyOf(row)));
      expect(shared.length).toBeGreaterThan(0.8 * rows.length);
      expect(shared.some((row) => row.markVolPercent !== known.get(keyOf(row))!.markVolPercent)).toBe(true);
      expect(shared.some((row) => row.bidCoin === null && known.get(keyOf(row))!.bidCoin !== null)).toBe(true);
    }
    const expiries = (rows: readonly OptionRow[]): number => new Set(rows.map(({ expiryMs }) => expiryMs)).size;
    expect(OPTION_VENUES.map((venue) => expiries(MARKET.options("BTC", 40, venue)))).toEqual([9, 9, 9, 8]);
  });

  test("more strikes are the same market with more rows, and senseless densities are refused", () => {
    const dense = new SyntheticMarket({ seed: 21, startMs: START_MS, speed: 60, strikeDensity: 2 });
    expect(dense.atmVol("BTC", 30, 9)).toBe(MARKET.atmVol("BTC", 30, 9));
    for (const venue of OPTION_VENUES) {
      const [few, many] = [MARKET.options("ETH", 9, venue), dense.options("ETH", 9, venue)];
      expect(many.length).toBeGreaterThan(1.8 * few.length);
      expect(new Set(many.map(({ instrument }) => instrument)).size).toBe(many.length);
      const vol = estimateVol(many, START_MS + 9 * 250, (row) => row.markVolPercent / 100);
      expect(Math.abs(vol - dense.atmVol("ETH", 30, 9))).toBeLessThanOrEqual(dense.noise.volAbs);
    }
    for (const strikeDensity of [0, 1.5, 5, Number.NaN])
      expect(() => new SyntheticMarket({ seed: 1, startMs: START_MS, strikeDensity })).toThrow(/strikeDensity/);
  });
});

describe("figures beside a mark", () => {
  test("the implied vol of a premium gives that premium back, wherever the premium depends on it", () => {
    fc.assert(
      fc.property(priced, ({ moneyness, ...of }) => {
        const strike = of.forward * moneyness;
        const premium = coinPremium(of.right, of.forward, strike, of.vol, of.years);
        const found = impliedVol({ ...of, strike, vol: 0.5 }, premium);
        expect(found >= 0 && found <= VOL_CAP).toBe(true);
        expect(Math.abs(coinPremium(of.right, of.forward, strike, found, of.years) - premium)).toBeLessThan(2e-7);
      }),
    );
  });

  test("a premium below intrinsic value has no vol, one above all has the cap", () => {
    const option = { right: "call", forward: 100, strike: 50, vol: 0.5, years: 0.25 } as const;
    expect(impliedVol(option, 0.4)).toBeLessThan(1e-6);
    expect(impliedVol(option, 0.9999)).toBeGreaterThan(VOL_CAP - 1e-6);
  });

  test("deltas are the slope of the premium in money, and a put's is a call's less one", () => {
    fc.assert(
      fc.property(priced, ({ moneyness, ...of }) => {
        const strike = of.forward * moneyness;
        const money = (forward: number): number => forward * coinPremium(of.right, forward, strike, of.vol, of.years);
        const bump = of.forward * 1e-4;
        const slope = (money(of.forward + bump) - money(of.forward - bump)) / (2 * bump);
        const { delta } = greeksOf({ ...of, strike });
        expect(delta).toBeCloseTo(slope, 4);
      }),
    );
  });
});

describe("order books", () => {
  test("levels run from the book's own sides outward, on ticks, without gaps in order", () => {
    for (const spec of SPOT_BOOKS) {
      const book = spotBookAt(MARKET, spec, 500)!;
      const { bids, asks } = levelsOf(MARKET, book);
      expect([bids[0]!.price, asks[0]!.price]).toEqual([book.bid, book.ask]);
      for (const [way, levels] of [
        [-1, bids],
        [1, asks],
      ] as const) {
        for (const [i, { price, size }] of levels.entries()) {
          expect(size).toBeGreaterThan(0);
          expect(isOnTick(price, spec.tick)).toBe(true);
          if (i > 0) expect(way * (price - levels[i - 1]!.price)).toBeGreaterThan(spec.tick / 2);
        }
        expect(Math.abs(levels.at(-1)!.price / book.bid - 1)).toBeGreaterThan(0.0145);
      }
    }
  });

  test("what 1 % costs is plausible, differs by venue, and moves by less than half over hours", () => {
    const money = new Map<string, number>();
    for (const spec of SPOT_BOOKS) {
      const name = `${spec.venue}:${spec.base}-${spec.quote}`;
      const seen = Array.from({ length: 25 }, (_, i) => trueDepth(MARKET, spotBookAt(MARKET, spec, i * 480)!));
      const all = seen.flatMap(({ down, up }) => [down, up]);
      const middle = [...all].sort((a, b) => a - b)[all.length >> 1]!;
      expect(Math.max(...all) / middle, name).toBeLessThan(1.6);
      expect(Math.min(...all) / middle, name).toBeGreaterThan(0.5);
      money.set(name, middle);
    }
    expect(money.get("binance:BTC-USDT")).toBeGreaterThan(10 * money.get("gemini:BTC-USD")!);
    for (const [name, middle] of money) expect(middle > 1e5 && middle < 5e7, name).toBe(true);
  });

  test("from step to step most levels stay as they were", () => {
    const spec = SPOT_BOOKS.find(({ venue, base }) => venue === "okx" && base === "ETH")!;
    const calm = new SyntheticMarket({ seed: 21, startMs: START_MS });
    const at = (step: number): ReadonlyMap<number, number> =>
      new Map(levelsOf(calm, spotBookAt(calm, spec, step)!).bids.map(({ price, size }) => [price, size]));
    const [before, after] = [at(100), at(101)];
    const kept = [...after.keys()].filter(
      (price) => Math.abs(after.get(price)! / (before.get(price) ?? 0) - 1) < 0.02,
    ).length;
    expect(kept).toBeGreaterThan(0.9 * after.size);
  });
});

describe("futures of three venues", () => {
  test("inverse ones are in dollars and linear ones in their money; bid ≤ mark ≤ ask, quarters only where a venue has only those", () => {
    const quarters = listedExpiries(START_MS + 60 * 250).filter(isQuarterly).length;
    expect(quarters).toBeGreaterThan(1);
    const dollars = new Map(MARKET.futures("BTC", 60).map((row) => [row.instrument, row.mark]));
    for (const [venue, settlement, count] of [
      ["okx", null, dollars.size],
      ["bybit", null, 1 + quarters],
      ["bybit", "USDC", dollars.size],
      ["binance", "USDT", 1 + quarters],
    ] as const) {
      const futures = venueFutures(MARKET, venue, "BTC", settlement, 60)!;
      expect(futures.length, `${venue} ${settlement}`).toBe(count);
      const money = settlement === null ? 1 : MARKET.stableUsd(settlement, 60);
      for (const { instrument, bid, ask, mark, expiryMs } of futures) {
        expect(bid <= mark && mark <= ask && bid < ask).toBe(true);
        expect(Math.abs((mark * money) / dollars.get(instrument)! - 1)).toBeLessThan(1.1e-5);
        if (expiryMs !== null) expect((expiryMs - START_MS) / YEAR_MS).toBeGreaterThan(0);
      }
    }
  });
});
