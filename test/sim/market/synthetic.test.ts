import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRng } from "../../../src/sim/random.ts";
import { spotBookAt } from "../../../src/sim/market/books.ts";
import { COINS, SPOT_COINS, STABLES } from "../../../src/sim/market/model.ts";
import { SyntheticMarket } from "../../../src/sim/market/synthetic.ts";
import { TRUE_FEED_NAMES } from "../../../src/sim/market/truth.ts";
import { SPOT_BOOKS } from "../../../src/sim/market/venues.ts";

const START_MS = Date.UTC(2026, 10, 23, 7, 30, 0, 123);
const MINUTE_MS = 60_000;

describe("the synthetic market's path", () => {
  test("gives the same answer whenever and in whatever order it is asked", () => {
    const once = new SyntheticMarket({ seed: 5, startMs: START_MS });
    const other = new SyntheticMarket({ seed: 5, startMs: START_MS });
    const rng = seededRng(99);
    const times = Array.from({ length: 400 }, () => START_MS + Math.floor(rng.next() * 3 * 3_600_000));
    const answers = times.map((timeMs) => once.at(timeMs));
    for (const timeMs of [...times].sort((a, b) => b - a)) other.at(timeMs);
    expect(times.map((timeMs) => other.at(timeMs))).toEqual(answers);
    // Far more blocks than are kept: forgotten ones are drawn again.
    once.at(START_MS + 12 * 3_600_000);
    expect(times.map((timeMs) => once.at(timeMs))).toEqual(answers);
    expect(new SyntheticMarket({ seed: 6, startMs: START_MS }).at(times[0]!)).not.toEqual(answers[0]);
  });

  test("is constant within a step and stands still before its start", () => {
    const market = new SyntheticMarket({ seed: 1, startMs: START_MS });
    expect(market.at(START_MS + 250)).toEqual(market.at(START_MS + 499));
    expect(market.at(START_MS + 499).spotUsd.BTC).not.toBe(market.at(START_MS + 500).spotUsd.BTC);
    expect(market.at(START_MS - 1e9)).toEqual(market.at(START_MS));
  });

  test.each([1, 2, 3])(
    "seed %i looks like a market: vol near 60 percent a year, IV near 50 and 59, a jump in every opening minute",
    (seed) => {
      // At 60 a wall second is a market minute.
      const market = new SyntheticMarket({ seed, startMs: START_MS, speed: 60 });
      const hours = 120;
      for (const coin of COINS) {
        let squares = 0;
        let vol30dMin = 10;
        let vol30dMax = 0;
        let moves = 0;
        for (let minute = 60; minute < hours * 60; minute++) {
          const at = (m: number) => market.at(START_MS + (m * MINUTE_MS) / 60);
          const before = at(minute - 1);
          const after = at(minute);
          const change = Math.log(after.spotUsd[coin] / before.spotUsd[coin]);
          squares += change * change;
          moves += Math.abs(after.atmVol30d[coin] - before.atmVol30d[coin]);
          vol30dMin = Math.min(vol30dMin, after.atmVol30d[coin]);
          vol30dMax = Math.max(vol30dMax, after.atmVol30d[coin]);
        }
        const realised = Math.sqrt((squares / (hours * 60 - 60)) * 525_600);
        expect(realised).toBeGreaterThan(0.48);
        expect(realised).toBeLessThan(0.75);
        const typical = coin === "BTC" ? 0.5 : 0.59;
        expect(vol30dMin).toBeGreaterThan(typical * 0.78);
        expect(vol30dMax).toBeLessThan(typical * 1.25);
        // A few tenths of a vol point a minute.
        expect((100 * moves) / (hours * 60)).toBeGreaterThan(0.1);
        expect((100 * moves) / (hours * 60)).toBeLessThan(0.5);
      }
      const live = new SyntheticMarket({ seed, startMs: START_MS });
      for (const coin of COINS) {
        for (let minute = 0; minute < 5; minute++) {
          let largest = 0;
          for (let ms = minute * MINUTE_MS; ms < (minute + 1) * MINUTE_MS; ms += 250) {
            const [a, b] = [live.at(START_MS + ms).spotUsd[coin], live.at(START_MS + ms + 250).spotUsd[coin]];
            largest = Math.max(largest, Math.abs(b / a - 1));
          }
          expect(largest).toBeGreaterThan(0.0018);
          expect(largest).toBeLessThan(0.0065);
        }
      }
    },
  );

  test("SOL moves like a market too, and with the others", () => {
    const market = new SyntheticMarket({ seed: 2, startMs: START_MS, speed: 60 });
    const changes = SPOT_COINS.map((coin) => {
      const logs = Array.from({ length: 7_200 }, (_, minute) => Math.log(market.spotUsd(coin, minute * 4)));
      return logs.slice(60).map((value, i) => value - logs[i + 59]!);
    });
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const square = (a: readonly number[], b: readonly number[]) => sum(a.map((value, i) => value * b[i]!));
    const sol = changes[2]!;
    const realised = Math.sqrt((square(sol, sol) / sol.length) * 525_600);
    expect(realised).toBeGreaterThan(0.55);
    expect(realised).toBeLessThan(0.85);
    expect(square(sol, changes[0]!) / Math.sqrt(square(sol, sol) * square(changes[0]!, changes[0]!))).toBeGreaterThan(
      0.2,
    );
  });

  test("options that make no sense are refused by name", () => {
    expect(() => new SyntheticMarket({ seed: -1, startMs: START_MS })).toThrow(/seed/);
    expect(() => new SyntheticMarket({ seed: 1, startMs: START_MS, speed: 0 })).toThrow(/speed/);
    expect(() => new SyntheticMarket({ seed: 1, startMs: START_MS, stepMs: Number.NaN })).toThrow(/stepMs/);
    expect(() => new SyntheticMarket({ seed: 1, startMs: 0 })).toThrow(/startMs/);
  });
});

describe("truth and bounds", () => {
  test("10 000 random instants: every side of every venue's book lies within the bounds, converted pairs included", () => {
    const markets = [1, 60, 2000].map((speed, i) => new SyntheticMarket({ seed: 40 + i, startMs: START_MS, speed }));
    const rng = seededRng(1);
    let tightest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 10_000; i++) {
      const market = markets[i % markets.length]!;
      const atMs = START_MS + Math.floor(rng.next() * 3_600_000);
      const windowMs = Math.floor(rng.next() * 5_000);
      const moment = (): number => Math.max(0, Math.floor((atMs - rng.next() * windowMs - START_MS) / market.stepMs));
      const spec = SPOT_BOOKS[Math.floor(rng.next() * SPOT_BOOKS.length)]!;
      const book = spotBookAt(market, spec, moment())!;
      expect(book.bid).toBeLessThan(book.ask);
      if (spec.base === "USDT" || spec.base === "USDC") {
        const fair = market.stableUsd(spec.base, book.step);
        expect(Math.max(book.ask / fair - 1, 1 - book.bid / fair)).toBeLessThanOrEqual(market.noise.usdtRelative);
        continue;
      }
      const stableSpec = SPOT_BOOKS.filter((other) => other.base === spec.quote);
      const stable =
        stableSpec.length === 0
          ? null
          : spotBookAt(market, stableSpec[Math.floor(rng.next() * stableSpec.length)]!, moment())!;
      const bounds = market.bounds(`${spec.base}-USD.spot-index`, atMs, windowMs);
      const [bidUsd, askUsd] = [book.bid * (stable?.bid ?? 1), book.ask * (stable?.ask ?? 1)];
      expect(bidUsd).toBeGreaterThanOrEqual(bounds.low);
      expect(askUsd).toBeLessThanOrEqual(bounds.high);
      tightest = Math.min(tightest, (bidUsd - bounds.low) / bidUsd, (bounds.high - askUsd) / askUsd);
    }
    // The promise is not bought with a barn door.
    expect(tightest).toBeLessThan(1e-4);
    for (const market of markets) expect(market.noise.spotRelative).toBeLessThan(2.5e-4);
  });

  test("bounds over no window are the truth widened by the stated noise; a longer window never narrows them", () => {
    const market = new SyntheticMarket({ seed: 3, startMs: START_MS });
    fc.assert(
      fc.property(
        fc.constantFrom(...TRUE_FEED_NAMES),
        fc.integer({ min: 0, max: 600_000 }),
        fc.integer({ min: 0, max: 10_000 }),
        (feed, sinceMs, windowMs) => {
          const atMs = START_MS + sinceMs;
          const now = market.bounds(feed, atMs, 0);
          const wide = market.bounds(feed, atMs, windowMs);
          const truth = market.truth(feed, atMs);
          expect(now.low <= truth && truth <= now.high).toBe(true);
          expect(wide.low <= now.low && wide.high >= now.high).toBe(true);
          const { spotRelative, forwardRelative, volAbs, volAbs7d, volAbs90d } = market.noise;
          const slack = feed.endsWith("spot-index")
            ? truth * spotRelative
            : feed.endsWith("forward-30d")
              ? truth * forwardRelative
              : feed.endsWith("30d")
                ? volAbs
                : feed.endsWith("-7d")
                  ? volAbs7d
                  : volAbs90d;
          expect(now.high - truth).toBeCloseTo(slack, 6);
        },
      ),
    );
  });

  test("unknown feeds and absurd windows are refused", () => {
    const market = new SyntheticMarket({ seed: 3, startMs: START_MS });
    expect(() => market.truth("DOGE-USD.spot-index", START_MS)).toThrow(/DOGE/);
    expect(() => market.bounds("BTC-USD.spot-index", START_MS, -1)).toThrow(/window/);
    expect(() => market.bounds("BTC-USD.spot-index", START_MS + 1e12, 1e12)).toThrow(/window/);
    for (const name of ["SOL-USD.iv-atm-30d", "BTC-USD.iv-atm-14d", "BTC-USD.skew-25d-30d", "SOL-USD.forward-30d"])
      expect(() => market.truth(name, START_MS)).toThrow(/no truth/);
    expect(STABLES.length).toBe(2);
  });
});
