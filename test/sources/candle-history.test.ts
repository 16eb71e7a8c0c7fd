import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Candle, CandleSeries } from "../../src/market/quote.ts";
import type { CandlePage } from "../../src/sources/candle-bars.ts";
import { CandleHistory } from "../../src/sources/candle-history.ts";

const STEP_MS = 300_000;
const NOW_MS = Date.UTC(2026, 8, 10, 12, 1);
const NEWEST_MS = Date.UTC(2026, 8, 10, 11, 55);
const subscription = {
  kind: "candles",
  venue: "coinbase",
  base: "BTC",
  quote: "USD",
  intervalMs: STEP_MS,
  days: 2,
} as const;
const DEEP = { pageBars: 300, reachBars: null };

const bar = (openMs: number, price = 100): Candle => ({ openMs, open: price, high: price, low: price, close: price });

/** The venue's answer to a page, without the bars that `missing` names. */
function answer(
  page: CandlePage,
  missing: (openMs: number) => boolean = () => false,
  price = 100,
): CandleSeries | null {
  const closes: Candle[] = [];
  for (let openMs = page.fromMs; openMs <= page.toMs; openMs += STEP_MS)
    if (!missing(openMs)) closes.push(bar(openMs, price));
  const last = closes.at(-1);
  if (last === undefined) return null;
  const times = { timeMs: last.openMs + STEP_MS, timeSource: "venue", receivedAtMs: NOW_MS } as const;
  return { venue: "coinbase", ...times, base: "BTC", quote: "USD", intervalMs: STEP_MS, closes };
}

function load(history: CandleHistory, nowMs: number, missing?: (openMs: number) => boolean): readonly CandlePage[] {
  const pages: CandlePage[] = [];
  for (let page = history.nextPage(nowMs); page !== null; page = history.nextPage(nowMs)) {
    pages.push(page);
    history.take(page, answer(page, missing), nowMs);
  }
  return pages;
}

describe("a history of bars", () => {
  test("two days and the close before them are two pages, the newest first, without overlap, and then nothing is asked until a bar has ended", () => {
    const history = new CandleHistory(subscription, DEEP);
    const pages = load(history, NOW_MS);
    expect(pages).toEqual([
      { fromMs: NEWEST_MS - 299 * STEP_MS, toMs: NEWEST_MS },
      { fromMs: NEWEST_MS - 576 * STEP_MS, toMs: NEWEST_MS - 300 * STEP_MS },
    ]);
    expect(history.series!.closes.length).toBe(577);
    expect(history.series!.timeMs).toBe(NEWEST_MS + STEP_MS);
    const waitMs = history.waitMs(NOW_MS);
    expect(waitMs).toBe(4 * 60_000 + 3_000);
    expect(history.nextPage(NOW_MS + waitMs - 1)).toBeNull();
    // The next bar, and the three before it once more.
    expect(history.nextPage(NOW_MS + waitMs)).toEqual({ fromMs: NEWEST_MS - 2 * STEP_MS, toMs: NEWEST_MS + STEP_MS });
  });

  test("the new bar is appended, the oldest goes, and a corrected one replaces its first telling", () => {
    const history = new CandleHistory(subscription, DEEP);
    load(history, NOW_MS);
    const laterMs = NOW_MS + STEP_MS;
    const page = history.nextPage(laterMs)!;
    history.take(page, answer(page, undefined, 101), laterMs);
    const { closes } = history.series!;
    expect(closes.length).toBe(577);
    expect(closes[0]!.openMs).toBe(NEWEST_MS - 575 * STEP_MS);
    expect(closes.slice(-5).map(({ close }) => close)).toEqual([100, 101, 101, 101, 101]);
    expect(history.nextPage(laterMs)).toBeNull();
  });

  test("pages without any bar, as before a coin was listed, are asked once and not again", () => {
    const history = new CandleHistory(subscription, DEEP);
    const pages = load(history, NOW_MS, (openMs) => openMs < NEWEST_MS - 10 * STEP_MS);
    expect(pages.length).toBe(2);
    expect(history.series!.closes.length).toBe(11);
    const empty = new CandleHistory(subscription, DEEP);
    expect(load(empty, NOW_MS, () => true).length).toBe(2);
    expect(empty.series).toBeNull();
  });

  test("a venue that keeps only so many bars is asked for no more", () => {
    const history = new CandleHistory({ ...subscription, days: 30 }, { pageBars: 720, reachBars: 719 });
    expect(load(history, NOW_MS)).toEqual([{ fromMs: NEWEST_MS - 718 * STEP_MS, toMs: NEWEST_MS }]);
  });

  test("whatever is missing, late or slept through: bars ascend, none twice, none too old, none invented", () => {
    const gaps = fc.uniqueArray(fc.integer({ min: 0, max: 700 }), { maxLength: 60 });
    const naps = fc.array(fc.integer({ min: 0, max: 4 * 86_400_000 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(gaps, naps, fc.integer({ min: 4, max: 400 }), (missing, sleeps, pageBars) => {
        const gone = new Set(missing.map((back) => NEWEST_MS - back * STEP_MS));
        const history = new CandleHistory(subscription, { pageBars, reachBars: null });
        let nowMs = NOW_MS;
        for (const sleepMs of sleeps) {
          nowMs += sleepMs;
          for (const page of load(history, nowMs, (openMs) => gone.has(openMs)))
            expect((page.toMs - page.fromMs) / STEP_MS + 1).toBeLessThanOrEqual(pageBars);
          const newestMs = Math.floor((nowMs - 3_000) / STEP_MS) * STEP_MS - STEP_MS;
          const wanted: number[] = [];
          for (let openMs = newestMs - 576 * STEP_MS; openMs <= newestMs; openMs += STEP_MS)
            if (!gone.has(openMs)) wanted.push(openMs);
          expect(history.series!.closes.map(({ openMs }) => openMs)).toEqual(wanted);
        }
      }),
      { numRuns: 60 },
    );
  });
});
