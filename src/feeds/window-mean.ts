/**
 * One node's own time-weighted mean over a settlement window, from samples that come when they come. A price speaks from
 * its sample to the next one, for `maxHoldMs` at most; what nobody spoke for is a hole and lowers the coverage. No sample
 * at any exact instant is ever needed: a cumulative sum of price times time is all there is.
 */
import type { WindowSamples } from "./context.ts";
import type { SettlementShape } from "./rule.ts";
import { windowAt } from "./settlement-schedule.ts";

/** Plain data, so that it survives a restart. Prices in USD, sums in USD · ms. */
export type WindowMean = {
  readonly expiryMs: number;
  readonly windowMs: number;
  readonly priceTime: number;
  readonly coveredMs: number;
  /** The newest sample; null before the first. */
  readonly last: { readonly timeMs: number; readonly price: number } | null;
  /** Up to here the window is accounted for. */
  readonly doneMs: number;
};

export function openWindow(expiryMs: number, windowMs: number): WindowMean {
  return { expiryMs, windowMs, priceTime: 0, coveredMs: 0, last: null, doneMs: expiryMs - windowMs };
}

/** Accounts for the time up to `timeMs` with the newest sample before it. Time never runs backwards: earlier is ignored. */
export function advanceWindow(mean: WindowMean, timeMs: number, maxHoldMs: number): WindowMean {
  const untilMs = Math.min(timeMs, mean.expiryMs);
  if (untilMs <= mean.doneMs) return mean;
  const { last } = mean;
  if (last === null) return { ...mean, doneMs: untilMs };
  const fromMs = Math.max(mean.doneMs, last.timeMs);
  const spokenMs = Math.max(0, Math.min(untilMs, last.timeMs + maxHoldMs) - fromMs);
  return {
    ...mean,
    priceTime: mean.priceTime + last.price * spokenMs,
    coveredMs: mean.coveredMs + spokenMs,
    doneMs: untilMs,
  };
}

/** @param price null: there is no price now, and the last one stops speaking */
export function addSample(mean: WindowMean, timeMs: number, price: number | null, maxHoldMs: number): WindowMean {
  const advanced = advanceWindow(mean, timeMs, maxHoldMs);
  if (price === null) return { ...advanced, last: null };
  if (!(price > 0) || price === Infinity || (advanced.last !== null && timeMs < advanced.last.timeMs)) return advanced;
  return { ...advanced, last: { timeMs, price } };
}

/** The mean over what was spoken for; null while nothing was. */
export function meanOf({ priceTime, coveredMs }: WindowMean): number | null {
  return coveredMs > 0 ? priceTime / coveredMs : null;
}

/**
 * What was seen of the window that matters at a time; another window's samples are none of it.
 * @param window the newest one that was sampled
 */
export function samplesAt(
  window: WindowMean | null,
  shape: SettlementShape,
  timeMs: number,
  maxHoldMs: number,
): WindowSamples {
  const { expiryMs } = windowAt(shape, timeMs);
  const elapsedMs = Math.max(0, Math.min(timeMs, expiryMs) - (expiryMs - shape.windowMs));
  if (window?.expiryMs !== expiryMs) return { expiryMs, mean: null, coveredMs: 0, elapsedMs };
  const seen = advanceWindow(window, timeMs, maxHoldMs);
  return { expiryMs, mean: meanOf(seen), coveredMs: Math.min(seen.coveredMs, elapsedMs), elapsedMs };
}
