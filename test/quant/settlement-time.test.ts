import { expect, test } from "vitest";
import { effectiveYears, samplingErrorSd } from "../../src/quant/settlement-time.ts";

const SECONDS_PER_YEAR = 31_536_000;
const WINDOW_YEARS = 1_800 / SECONDS_PER_YEAR;
const minutes = (count: number): number => (60 * count) / SECONDS_PER_YEAR;

test("a 30-minute average takes 20 minutes off the time: the premium ratios from a day to ten minutes", () => {
  for (const [left, ratio] of [
    [1_440, 0.993],
    [120, 0.913],
    [60, 0.816],
    [45, 0.745],
    [30, 0.577],
    [10, 0.192],
  ] as const) {
    const effective = effectiveYears(minutes(left), WINDOW_YEARS);
    expect(Math.abs(Math.sqrt(effective / minutes(left)) - ratio), `${left} min`).toBeLessThan(5e-4);
    if (left >= 30) expect(Math.abs(effective / minutes(left - 20) - 1)).toBeLessThan(1e-14);
  }
});

/** Cov(W(s), W(t)) = min(s, t), summed over n points in the middle of n steps. */
function varianceOfMean(points: readonly number[]): number {
  let sum = 0;
  for (const a of points) for (const b of points) sum += Math.min(a, b);
  return sum / (points.length * points.length);
}

test("the variance of a finely sampled average, summed over all pairs of times, is the effective time", () => {
  const count = 600;
  for (const [years, averagingYears] of [
    [1, 0.3],
    [0.5, 0.5],
    [0.2, 0.5],
  ] as const) {
    const points = Array.from(
      { length: count },
      (_, i) => years - averagingYears + (averagingYears * (i + 0.5)) / count,
    );
    const open = points.map((time) => Math.max(0, time));
    const wanted = varianceOfMean(open);
    expect(Math.abs(effectiveYears(years, averagingYears) / wanted - 1)).toBeLessThan(1e-4);
  }
});

test("the effective time is continuous at the window's start, rises with time, and is plain time without a window", () => {
  const inside = effectiveYears(WINDOW_YEARS * (1 - 1e-12), WINDOW_YEARS);
  expect(Math.abs(inside / effectiveYears(WINDOW_YEARS, WINDOW_YEARS) - 1)).toBeLessThan(1e-11);
  expect(effectiveYears(0, WINDOW_YEARS)).toBe(0);
  expect(effectiveYears(0, 0)).toBe(0);
  expect(effectiveYears(0.3, 0)).toBe(0.3);
  let previous = -1;
  for (let left = 0; left <= 120; left++) {
    const effective = effectiveYears(minutes(left), WINDOW_YEARS);
    expect(effective).toBeGreaterThan(previous);
    previous = effective;
  }
});

test("the sampling error is the exact variance of sampled minus continuous average", () => {
  for (const [steps, placed] of [
    [300, 0],
    [300, 1],
    [30, 1],
    [7, 0],
  ] as const) {
    const step = 1 / steps;
    const points = Array.from({ length: steps }, (_, i) => (i + placed) * step);
    // Var(mean) - 2·Cov(mean, ∫W) + Var(∫W) over a window of one year, with Cov(W(t), ∫W) = t - t²/2.
    const covariance = points.reduce((sum, t) => sum + t - 0.5 * t * t, 0) / steps;
    const exact = varianceOfMean(points) - 2 * covariance + 1 / 3;
    expect(Math.abs(samplingErrorSd(1, step, 1) / Math.sqrt(exact) - 1), `${steps}`).toBeLessThan(1e-6);
  }
});

test("30 minutes at 50 %: 0.012 bp of error at 1 s, 0.048 at 4 s, 0.73 at a minute", () => {
  for (const [stepSec, bps] of [
    [1, 0.0121],
    [4, 0.0485],
    [6, 0.0727],
    [60, 0.727],
  ] as const) {
    const error = 10_000 * samplingErrorSd(0.5, stepSec / SECONDS_PER_YEAR, WINDOW_YEARS);
    expect(Math.abs(error / bps - 1), `${stepSec} s`).toBeLessThan(5e-3);
  }
  expect(samplingErrorSd(0, 1e-6, 1e-5)).toBe(0);
});

test("times and volatilities that are none are a caller's bug", () => {
  for (const bad of [-1, Number.NaN, Infinity]) {
    expect(() => effectiveYears(bad, 0.1)).toThrow(/time to expiry/);
    expect(() => effectiveYears(1, bad)).toThrow(/averaging window/);
    expect(() => samplingErrorSd(bad, 0.1, 1)).toThrow(/volatility/);
    expect(() => samplingErrorSd(0.5, bad, 1)).toThrow(/sampling step/);
  }
  expect(() => samplingErrorSd(0.5, 2, 1)).toThrow(/within the window/);
  expect(() => samplingErrorSd(0.5, 0, 0)).toThrow(/within the window/);
});
