/**
 * Perpetual futures: premium over the index, the funding rate made from it, and its average over time.
 *
 * The rule is Deribit's (support.deribit.com, "Funding Specifications"; the same on deribit.com/pages/docs/perpetual):
 *
 *   premium rate = (mark - index)/index
 *   funding rate = min(maxCap, max(minCap, max(0.025 %, premium) + min(-0.025 %, premium)))
 *   paid         = funding rate · position · (time held/8 hours)
 *
 * so a premium within ±0.025 % costs nothing, and outside it what exceeds that. The cap differs by instrument and is
 * data here. Exact but for rounding.
 */

export const FUNDING_PERIOD_MS = 8 * 3_600_000;

/** The dead band of Deribit's rule, decimal: 0.025 %. */
const DERIBIT_DAMPER = 0.00025;

/** (mark - index)/index, decimal; null unless both are positive and finite. */
export function perpetualPremium(mark: number, index: number): number | null {
  if (!(mark > 0 && index > 0 && mark < Infinity && index < Infinity)) return null;
  return (mark - index) / index;
}

/**
 * Deribit's funding rate for eight hours, decimal.
 * @param premium decimal, finite
 * @param cap     the instrument's bound on either side, ≥ 0; null where it has none
 */
export function deribitFundingRate(premium: number, cap: number | null): number {
  const damped = Math.max(DERIBIT_DAMPER, premium) + Math.min(-DERIBIT_DAMPER, premium);
  return cap === null ? damped : Math.min(cap, Math.max(-cap, damped));
}

/** A value that holds from its time until the next one. */
export type Step = { readonly timeMs: number; readonly value: number };

export type TimeWeighted =
  | {
      readonly ok: true;
      readonly mean: number;
      /** Part of the window in which a value held, 0 … 1; the mean is over that part alone. */
      readonly coverage: number;
    }
  | { readonly ok: false; readonly why: "bad-window" | "bad-value" | "unordered" | "no-value" };

/**
 * Time-weighted mean of a step function over [fromMs, untilMs).
 * @param steps     strictly rising in time, finite values; earlier than the window is welcome, the last of those holds
 *                  at its start
 * @param holdMaxMs how long a value may stand for what follows; after that the time is a gap until the next value
 * @returns the mean over the covered time, and how much of the window that is; `no-value` when none of it
 */
export function timeWeightedMean(
  steps: readonly Step[],
  fromMs: number,
  untilMs: number,
  holdMaxMs: number,
): TimeWeighted {
  if (!(Number.isFinite(fromMs) && untilMs > fromMs && untilMs < Infinity && holdMaxMs > 0)) {
    return { ok: false, why: "bad-window" };
  }
  let coveredMs = 0;
  let area = 0;
  for (const [i, { timeMs, value }] of steps.entries()) {
    if (!Number.isFinite(value) || !Number.isFinite(timeMs)) return { ok: false, why: "bad-value" };
    const nextMs = steps[i + 1]?.timeMs ?? Infinity;
    if (!(nextMs > timeMs)) return { ok: false, why: "unordered" };
    const heldMs = Math.min(nextMs, timeMs + holdMaxMs, untilMs) - Math.max(timeMs, fromMs);
    if (heldMs <= 0) continue;
    coveredMs += heldMs;
    area += heldMs * value;
  }
  if (coveredMs === 0) return { ok: false, why: "no-value" };
  return { ok: true, mean: area / coveredMs, coverage: coveredMs / (untilMs - fromMs) };
}

/**
 * Funding of a window as a share of the position, longs paying shorts where positive: the mean rate of eight hours
 * times the eight-hour periods in the window.
 */
export function fundingOverWindow(meanRate8h: number, windowMs: number): number {
  return meanRate8h * (windowMs / FUNDING_PERIOD_MS);
}
