import fc from "fast-check";
import { expect, test } from "vitest";
import { MethodMemory } from "../../../src/feeds/context.ts";
import type { Candle, CandleSeries, MarketSnapshot } from "../../../src/market/quote.ts";
import type { Venue } from "../../../src/market/venue.ts";
import { shippedDefinition } from "../support/definitions.ts";
import { NOW_MS, gap, snapshot } from "../support/snapshots.ts";
import { evaluateFeed, numberOf, reasonsOf } from "./support/context.ts";

const definition = shippedDefinition("BTC-USD.realised-vol-7d", "realised-vol");
const STEP_MS = 300_000;
const DAY_MS = 86_400_000;
const BARS = (7 * DAY_MS) / STEP_MS;
const END_MS = Math.floor(NOW_MS / STEP_MS) * STEP_MS;

/** Bars that go up and down by the same step: √(annual bars)·|r| is their realised volatility, whatever the window. */
function zigzag(venue: Venue, quote: string, r: number, over: Partial<CandleSeries> = {}): CandleSeries {
  const closes: Candle[] = [];
  for (let i = 0; i <= BARS; i++) {
    const close = 90_000 * (i % 2 === 0 ? 1 : Math.exp(r));
    closes.push({ openMs: END_MS - (BARS - i + 1) * STEP_MS, open: close, high: close, low: close, close });
  }
  const timeMs = END_MS;
  return {
    venue,
    base: "BTC",
    quote,
    timeMs,
    timeSource: "venue",
    receivedAtMs: timeMs,
    intervalMs: STEP_MS,
    closes,
    ...over,
  };
}

const rForVol = (vol: number): number => vol / Math.sqrt((365 * DAY_MS) / STEP_MS);
const market = (candles: readonly CandleSeries[], parts: Partial<MarketSnapshot> = {}) =>
  snapshot({ candles, ...parts });
const VENUES = definition.method.candles;
const series = (vols: readonly number[]) =>
  VENUES.map(({ venue, quote }, i) => zigzag(venue, quote, rForVol(vols[i]!)));
const feed = { definition, spot: null };

test("three venues each give their own volatility and the middle one counts", () => {
  const evaluation = evaluateFeed(feed, market(series([0.5, 0.62, 0.55])));
  expect(numberOf(evaluation)).toBeCloseTo(0.55, 8);
  expect(evaluation.inputs.map(({ value }) => value)).toEqual([0.5, 0.62, 0.55].map((vol) => expect.closeTo(vol, 8)));
  expect(evaluation.kind === "value" && evaluation.sources).toEqual(evaluation.inputs.map(({ source }) => source));
});

test("one venue that lies, however much, moves the result no further than another venue's volatility", () => {
  fc.assert(
    fc.property(fc.nat(2), fc.double({ min: 1e-6, max: 100, noNaN: true }), (liar, told) => {
      const honest = [0.5, 0.52, 0.51];
      const value = numberOf(evaluateFeed(feed, market(series(honest.map((vol, i) => (i === liar ? told : vol))))));
      expect(value).toBeGreaterThanOrEqual(0.5 - 1e-6);
      expect(value).toBeLessThanOrEqual(0.52 + 1e-6);
    }),
    { numRuns: 8 },
  );
});

test("holes, old bars, standstill, a price of zero, no bars and another interval each have their reason", () => {
  const [first, second, third] = series([0.5, 0.5, 0.5]) as [CandleSeries, CandleSeries, CandleSeries];
  const cases = [
    [{ closes: first.closes.filter((_, i) => i % 10 !== 0) }, "low-coverage"],
    [{ closes: [] }, "low-coverage"],
    [{ timeMs: NOW_MS - 1_800_001 }, "stale"],
    [{ closes: first.closes.map((bar) => ({ ...bar, close: 90_000 })) }, "frozen"],
    [{ closes: first.closes.map((bar, i) => (i === 9 ? { ...bar, close: 0 } : bar)) }, "inconsistent"],
    [{ closes: first.closes.map((bar, i) => (i === 9 ? { ...bar, close: Number.NaN } : bar)) }, "inconsistent"],
    [{ intervalMs: 60_000 }, "no-quote"],
    [{ quote: "EUR" }, "no-quote"],
  ] as const;
  const source = `${first.venue}:BTC-${first.quote}.candles`;
  for (const [over, reason] of cases) {
    const evaluation = evaluateFeed(feed, market([{ ...first, ...over }, second, third]));
    expect(evaluation).toMatchObject({ kind: "missing", reason: "too-few-sources" });
    expect(reasonsOf(evaluation)).toEqual({ [source]: reason });
  }
  const failing = market([second, third], { gaps: [gap(first.venue, source)] });
  expect(reasonsOf(evaluateFeed(feed, failing))).toEqual({ [source]: "source-gap" });
  expect(evaluateFeed(feed, market([]))).toMatchObject({ kind: "missing", reason: "no-candles" });
});

test("a hole within the allowed coverage keeps its own variance: nothing is invented and nothing is lost", () => {
  const holed = series([0.5, 0.5, 0.5]).map((one) => ({ ...one, closes: one.closes.filter((_, i) => i % 50 !== 1) }));
  const evaluation = evaluateFeed(feed, market(holed));
  // Where a bar is missing the return over both steps is zero: 2 of 50 squares are gone.
  expect(numberOf(evaluation)).toBeCloseTo(0.5 * Math.sqrt(48 / 50), 3);
});

test("a series is read once until its next bar ends, and the memory never changes the result", () => {
  const memory = new MethodMemory();
  const all = series([0.5, 0.6, 0.7]);
  const first = evaluateFeed(feed, market(all), { memory });
  expect(memory.candles.get(all[0]!)?.size).toBe(1);
  expect(evaluateFeed(feed, market(all, { takenAtMs: NOW_MS + 1_000 }), { memory })).toEqual(first);
  const later = market(all, { takenAtMs: NOW_MS + STEP_MS });
  expect(evaluateFeed(feed, later, { memory })).toEqual(evaluateFeed(feed, later));
  expect(memory.candles.get(all[0]!)?.size).toBe(1);
});
