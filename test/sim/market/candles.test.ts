import { describe, expect, test } from "vitest";
import { spotBookAt } from "../../../src/sim/market/books.ts";
import { CandleBook } from "../../../src/sim/market/candles.ts";
import { SyntheticMarket } from "../../../src/sim/market/synthetic.ts";
import { SPOT_BOOKS } from "../../../src/sim/market/venues.ts";

const START_MS = Date.UTC(2026, 10, 23, 7, 58, 30, 250);
const STEP_MS = 300_000;
const DAY_MS = 86_400_000;
const book = (venue: string, base: string, quote = "USD") =>
  SPOT_BOOKS.find((spec) => spec.venue === venue && spec.base === base && spec.quote === quote)!;

describe("candles of the synthetic market", () => {
  test("thirty days before the start are there, whole, lawful, the same from every market of the seed", () => {
    const [one, two] = [1, 2].map(() => new CandleBook(new SyntheticMarket({ seed: 5, startMs: START_MS })));
    const other = new CandleBook(new SyntheticMarket({ seed: 6, startMs: START_MS }));
    const spec = book("coinbase", "BTC");
    const month = one!.bars(spec, STEP_MS, START_MS - 30 * DAY_MS, START_MS, START_MS);
    expect(month.length).toBe(30 * 288);
    for (const [i, { openMs, open, high, low, close }] of month.entries()) {
      expect(openMs % STEP_MS).toBe(0);
      expect(low > 0 && low <= Math.min(open, close) && Math.max(open, close) <= high).toBe(true);
      if (i > 0) expect(openMs).toBe(month[i - 1]!.openMs + STEP_MS);
    }
    // A single bar asked for later, out of order, is the very same.
    const some = month[4_321]!;
    expect(two!.bars(spec, STEP_MS, some.openMs, some.openMs, START_MS + 1e6)).toEqual([some]);
    expect(other.bars(spec, STEP_MS, some.openMs, some.openMs, START_MS)[0]).not.toEqual(some);
    expect(one!.bars(spec, STEP_MS, START_MS - 50 * DAY_MS, START_MS - 41 * DAY_MS, START_MS)).toEqual([]);
  });

  test.each(["BTC", "ETH", "SOL"])(
    "%s's realised vol over the history is near the model's 60 percent, from closes and from ranges",
    (base) => {
      const candles = new CandleBook(new SyntheticMarket({ seed: 3, startMs: START_MS }));
      const bars = candles.bars(book("coinbase", base), STEP_MS, START_MS - 30 * DAY_MS, START_MS, START_MS);
      let squares = 0;
      let ranges = 0;
      for (let i = 1; i < bars.length; i++) {
        squares += Math.log(bars[i]!.close / bars[i - 1]!.close) ** 2;
        ranges += Math.log(bars[i]!.high / bars[i]!.low) ** 2 / (4 * Math.LN2);
      }
      const perYear = 105_120 / (bars.length - 1);
      expect(Math.sqrt(squares * perYear)).toBeGreaterThan(0.48);
      expect(Math.sqrt(squares * perYear)).toBeLessThan(0.78);
      // Ranges see less of a jump than closes do.
      expect(Math.sqrt(ranges / squares)).toBeGreaterThan(0.75);
      expect(Math.sqrt(ranges / squares)).toBeLessThan(1.1);
    },
  );

  test("the bar around the start joins history and path without a jump, and later bars are the path's own trades", () => {
    const market = new SyntheticMarket({ seed: 5, startMs: START_MS });
    const candles = new CandleBook(market);
    const spec = book("kraken", "ETH");
    const nowMs = START_MS + 25 * 60_000;
    const bars = candles.bars(spec, STEP_MS, START_MS - 3_600_000, nowMs, nowMs);
    for (let i = 1; i < bars.length; i++) expect(Math.abs(bars[i]!.open / bars[i - 1]!.close - 1)).toBeLessThan(4e-3);
    const around = bars.find(({ openMs }) => openMs <= START_MS && openMs + STEP_MS > START_MS)!;
    const lastStep = Math.floor((around.openMs + STEP_MS - 1 - START_MS) / market.stepMs);
    expect(around.close).toBe(spotBookAt(market, spec, lastStep)!.last);
    const after = bars.find(({ openMs }) => openMs > START_MS)!;
    const lasts = Array.from(
      { length: 1_200 },
      (_, i) => spotBookAt(market, spec, Math.floor((after.openMs - START_MS) / market.stepMs) + i)!.last,
    );
    expect(after.high).toBeLessThanOrEqual(Math.max(...lasts));
    expect(after.low).toBeGreaterThanOrEqual(Math.min(...lasts));
    expect(after.open).toBe(lasts[0]);
  });

  test("the bar under way ends now and goes on changing; a whole one never does", () => {
    const market = new SyntheticMarket({ seed: 8, startMs: START_MS });
    const candles = new CandleBook(market);
    const spec = book("binance", "SOL", "USDT");
    const openMs = Math.ceil(START_MS / STEP_MS) * STEP_MS;
    const at = (nowMs: number) => candles.bars(spec, STEP_MS, openMs, openMs + STEP_MS, nowMs);
    expect(at(openMs - 1)).toEqual([]);
    const early = at(openMs + 30_000);
    const late = at(openMs + 200_000);
    expect(early[0]!.open).toBe(late[0]!.open);
    expect(early[0]!.close).not.toBe(late[0]!.close);
    const whole = at(openMs + STEP_MS);
    expect(at(openMs + STEP_MS + 9_000)[0]).toEqual(whole[0]);
    expect(new CandleBook(market).bars(spec, STEP_MS, openMs, openMs, openMs + 7_200_000)).toEqual([whole[0]]);
  });
});
