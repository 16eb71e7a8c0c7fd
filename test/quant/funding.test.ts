import fc from "fast-check";
import { expect, test } from "vitest";
import {
  deribitFundingRate,
  FUNDING_PERIOD_MS,
  fundingOverWindow,
  perpetualPremium,
  timeWeightedMean,
} from "../../src/quant/funding.ts";

const BPS = 1e-4;

test("the premium is the mark's distance from the index, and there is none without two prices", () => {
  expect(perpetualPremium(10_010, 10_000)).toBeCloseTo(0.001, 15);
  expect(perpetualPremium(9_990, 10_000)).toBeCloseTo(-0.001, 15);
  for (const bad of [0, -1, Number.NaN, Infinity]) {
    expect(perpetualPremium(bad, 10_000)).toBeNull();
    expect(perpetualPremium(10_000, bad)).toBeNull();
  }
});

test("within ±0.025 % nothing is paid, outside it the excess, and never more than the cap", () => {
  for (const [premiumBps, rateBps] of [
    [0, 0],
    [2.5, 0],
    [-2.5, 0],
    [10, 7.5],
    [-10, -7.5],
    [80, 77.5],
  ] as const) {
    expect(deribitFundingRate(premiumBps * BPS, null)).toBeCloseTo(rateBps * BPS, 15);
  }
  expect(deribitFundingRate(80 * BPS, 50 * BPS)).toBe(50 * BPS);
  expect(deribitFundingRate(-80 * BPS, 50 * BPS)).toBe(-50 * BPS);
});

test("the rate is odd and continuous in the premium and never larger than it", () => {
  const premium = fc.double({ min: -0.1, max: 0.1, noNaN: true });
  fc.assert(
    fc.property(premium, premium, (a, b) => {
      const [rateA, rateB] = [deribitFundingRate(a, 0.005), deribitFundingRate(b, 0.005)];
      expect(Math.abs(rateA + deribitFundingRate(-a, 0.005))).toBe(0);
      expect(Math.abs(rateA)).toBeLessThanOrEqual(Math.abs(a) + 1e-18);
      expect(Math.abs(rateA - rateB)).toBeLessThanOrEqual(Math.abs(a - b) + 1e-16);
    }),
  );
});

test("a value weighs the time it held, from before the window to its end", () => {
  const steps = [
    { timeMs: 0, value: 1 },
    { timeMs: 400, value: 2 },
    { timeMs: 700, value: 5 },
    { timeMs: 2_000, value: 100 },
  ];
  const mean = timeWeightedMean(steps, 100, 1_100, 10_000);
  expect(mean).toEqual({ ok: true, mean: (300 * 1 + 300 * 2 + 400 * 5) / 1_000, coverage: 1 });
});

test("a value that is held too long ends, and the gap lowers the coverage, not the mean", () => {
  const steps = [
    { timeMs: 0, value: 1 },
    { timeMs: 600, value: 3 },
  ];
  expect(timeWeightedMean(steps, 0, 1_000, 200)).toEqual({ ok: true, mean: 2, coverage: 0.4 });
  expect(timeWeightedMean(steps, 0, 1_000, Infinity)).toEqual({ ok: true, mean: 1.8, coverage: 1 });
  expect(timeWeightedMean(steps, -500, 500, 1_000)).toEqual({ ok: true, mean: 1, coverage: 0.5 });
});

test("the mean lies between the values and two halves make the whole", () => {
  const tape = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 500 }), fc.double({ min: -1, max: 1, noNaN: true })), {
      minLength: 1,
      maxLength: 20,
    })
    .map((moves) => {
      let timeMs = 0;
      return moves.map(([afterMs, value]) => ({ timeMs: (timeMs += afterMs), value }));
    });
  fc.assert(
    fc.property(tape, fc.integer({ min: 1, max: 999 }), (steps, middleMs) => {
      const [whole, left, right] = [
        timeWeightedMean(steps, 0, 10_000, 300),
        timeWeightedMean(steps, 0, middleMs, 300),
        timeWeightedMean(steps, middleMs, 10_000, 300),
      ];
      const area = (part: typeof whole, windowMs: number) => (part.ok ? part.mean * part.coverage * windowMs : 0);
      expect(area(left, middleMs) + area(right, 10_000 - middleMs)).toBeCloseTo(area(whole, 10_000), 8);
      if (!whole.ok) return;
      const values = steps.map(({ value }) => value);
      expect(whole.mean).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12);
      expect(whole.mean).toBeLessThanOrEqual(Math.max(...values) + 1e-12);
      expect(whole.coverage).toBeLessThanOrEqual(1);
    }),
  );
});

test("a tape without a mean is refused by name", () => {
  const one = [{ timeMs: 500, value: 1 }];
  const no = (why: string) => ({ ok: false, why });
  expect(timeWeightedMean([], 0, 1_000, 100)).toEqual(no("no-value"));
  expect(timeWeightedMean(one, 600, 1_000, 100)).toEqual(no("no-value"));
  expect(timeWeightedMean(one, 0, 500, 100)).toEqual(no("no-value"));
  expect(timeWeightedMean([...one, ...one], 0, 1_000, 100)).toEqual(no("unordered"));
  expect(timeWeightedMean([{ timeMs: 1, value: Number.NaN }], 0, 1_000, 100)).toEqual(no("bad-value"));
  expect(timeWeightedMean([{ timeMs: Number.NaN, value: 1 }], 0, 1_000, 100)).toEqual(no("bad-value"));
  expect(timeWeightedMean(one, 1_000, 1_000, 100)).toEqual(no("bad-window"));
  expect(timeWeightedMean(one, 0, Infinity, 100)).toEqual(no("bad-window"));
  expect(timeWeightedMean(one, 0, 1_000, 0)).toEqual(no("bad-window"));
});

test("a day at 1 bp for eight hours pays three of them", () => {
  expect(fundingOverWindow(BPS, 3 * FUNDING_PERIOD_MS)).toBeCloseTo(3 * BPS, 15);
});
