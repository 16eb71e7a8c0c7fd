/** Round numbers for axes. Pure. */

/** The largest of 1, 2, 2.5, 5 times a power of ten that is at most `step`, or the next one up when `up`. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const fraction = step / power;
  return (fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 2.5 ? 2.5 : fraction <= 5 ? 5 : 10) * power;
}

/**
 * Evenly spaced round numbers inside [low, high].
 * @param count about so many, never more than twice
 */
export function niceTicks(low: number, high: number, count: number): number[] {
  if (!(high > low) || !Number.isFinite(high - low)) return Number.isFinite(low) ? [low] : [];
  const step = roundStep((high - low) / count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Adding zero turns the negative zero into the one that reads well.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)) + 0);
}

/** The range widened to round numbers, so that it does not tremble with its data. */
export function niceRange(low: number, high: number, count: number): readonly [number, number] {
  if (!(high > low)) {
    const pad = Math.abs(low) * 0.01 || 1;
    return niceRange(low - pad, high + pad, count);
  }
  const step = roundStep((high - low) / count);
  return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
}

const DAYS = [1, 7, 30, 90, 180, 365, 730];

/** Tenors people know, inside [0, days]. */
export function dayTicks(days: number): number[] {
  return DAYS.filter((tick) => tick <= days * 1.02);
}
