import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addSample, advanceWindow, meanOf, openWindow, type WindowMean } from "../../src/feeds/window-mean.ts";

const EXPIRY = 1_800_000;
const WINDOW = 1_800_000;
const HOLD = 5_000;

function sampled(samples: readonly (readonly [number, number | null])[], hold = HOLD): WindowMean {
  let mean = openWindow(EXPIRY, WINDOW);
  for (const [timeMs, price] of samples) mean = addSample(mean, timeMs, price, hold);
  return mean;
}

function everySecond(fromMs: number, untilMs: number, price: (ms: number) => number): [number, number][] {
  const samples: [number, number][] = [];
  for (let ms = fromMs; ms < untilMs; ms += 1_000) samples.push([ms, price(ms)]);
  return samples;
}

describe("the mean over a settlement window", () => {
  it("is the price where the price stands still, with nothing missing", () => {
    const mean = advanceWindow(sampled(everySecond(-3_000, EXPIRY, () => 100)), EXPIRY, HOLD);
    expect(meanOf(mean)).toBe(100);
    expect(mean.coveredMs).toBe(WINDOW);
  });

  it("weighs each price by the time for which it spoke", () => {
    const mean = advanceWindow(
      sampled(
        [
          [0, 100],
          [450_000, 200],
        ],
        WINDOW,
      ),
      EXPIRY,
      WINDOW,
    );
    expect(meanOf(mean)).toBe(175);
  });

  it("needs no sample at the expiry itself: what comes later changes nothing", () => {
    const before = advanceWindow(sampled(everySecond(0, EXPIRY, (ms) => 100 + ms / 1e6)), EXPIRY, HOLD);
    const after = addSample(addSample(before, EXPIRY + 1, 1e6, HOLD), EXPIRY + 10_000, 1e6, HOLD);
    expect(meanOf(after)).toBe(meanOf(before));
    expect(after.coveredMs).toBe(before.coveredMs);
  });

  it("counts half the window as half when the node was away for it, and forgets nothing that it saw", () => {
    const seen = everySecond(0, WINDOW / 2, () => 100);
    const mean = advanceWindow(sampled(seen), EXPIRY, HOLD);
    // The last sample speaks for five seconds instead of one.
    expect(mean.coveredMs).toBe(WINDOW / 2 - 1_000 + HOLD);
    expect(meanOf(mean)).toBe(100);
  });

  it("lets a price speak no longer than it may, and not at all after the source said that there is none", () => {
    expect(advanceWindow(sampled([[0, 100]]), EXPIRY, HOLD).coveredMs).toBe(HOLD);
    expect(
      advanceWindow(
        sampled([
          [0, 100],
          [1_000, null],
        ]),
        EXPIRY,
        HOLD,
      ).coveredMs,
    ).toBe(1_000);
  });

  it.each([0, -1, NaN, Infinity])("does not believe a price of %s", (price) => {
    expect(
      sampled([
        [0, 100],
        [1_000, price],
      ]).last,
    ).toEqual({ timeMs: 0, price: 100 });
  });

  it("takes samples before the window only as the price at its start", () => {
    const mean = advanceWindow(sampled([[-2_000, 100]]), EXPIRY, HOLD);
    expect(mean.coveredMs).toBe(3_000);
  });

  it("never lies outside the prices sampled and never covers more than has passed", () => {
    const sample = fc.tuple(
      fc.integer({ min: -10_000, max: WINDOW + 10_000 }),
      fc.double({ min: 1, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 60 }), (samples) => {
        const mean = advanceWindow(sampled(samples), EXPIRY, HOLD);
        expect(mean.coveredMs).toBeLessThanOrEqual(WINDOW);
        const value = meanOf(mean);
        if (value === null) return;
        const prices = samples.map(([, price]) => price);
        expect(value).toBeGreaterThanOrEqual(Math.min(...prices) * (1 - 1e-12));
        expect(value).toBeLessThanOrEqual(Math.max(...prices) * (1 + 1e-12));
      }),
    );
  });

  it("says the same whether it is asked often or seldom", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: WINDOW }), { maxLength: 30 }), (looks) => {
        const samples = everySecond(0, 120_000, (ms) => 100 + (ms % 7_000) / 1_000);
        let mean = openWindow(EXPIRY, WINDOW);
        const ordered = [...looks].sort((a, b) => a - b);
        for (const [timeMs, price] of samples) {
          while (ordered.length > 0 && ordered[0]! <= timeMs) mean = advanceWindow(mean, ordered.shift()!, HOLD);
          mean = addSample(mean, timeMs, price, HOLD);
        }
        const often = advanceWindow(mean, EXPIRY, HOLD);
        const seldom = advanceWindow(sampled(samples), EXPIRY, HOLD);
        expect(often.coveredMs).toBe(seldom.coveredMs);
        expect(meanOf(often)).toBeCloseTo(meanOf(seldom)!, 9);
      }),
    );
  });
});
