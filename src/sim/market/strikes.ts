/** Which strikes an expiry lists: close together around the forward, wider outside, as many as a day's trader needs. */

/** Strikes on each side of the centre that are one gap apart and always quoted. */
export const DENSE_STRIKES = 4;
/**
 * The forward may leave the anchor's centre by this many gaps before the ladder is laid anew: one dense strike is left
 * beyond it. Venues never take a listed strike away, so a ladder that moves with every jump would be a market of no venue.
 */
const CENTRE_TOLERANCE_GAPS = 3;
/** Centres lie this many gaps apart. */
const CENTRE_GAPS = 2;
/** Gaps of the wings in units of the dense gap, from the inside out; all of them double until the wing is wide enough. */
const WING_GAPS = [2, 2, 4, 4, 8, 8, 16, 16];
const WING_GAPS_SUM = 60;
/** So far a wing reaches: what lies beyond is worth nothing to a variance strip. A dense list has it all the same. */
const WING_DEVIATIONS = 4;
const DENSE_WING_DEVIATIONS = 8;
const WING_SCALE_MAX = 8;
/** Strikes each wing has even minutes before expiry. */
const WING_STRIKES_MIN = 3;

/** Largest dense gap over the forward: the target times the worst rounding to 1, 2 or 5 and a decimal power, √(5/2). */
export const GAP_ROUNDING_MAX = 1.59;

/** Wanted dense gap over the forward. */
export function gapTarget(years: number): number {
  const days = years * 365;
  return days < 21 ? 0.004 : days < 75 ? 0.008 : 0.025;
}

/** The nearest of 1, 2, 5 × 10ⁿ, measured as a ratio. */
function roundGap(wanted: number): number {
  let unit = 1;
  while (unit * 10 <= wanted) unit *= 10;
  while (unit > wanted) unit /= 10;
  const mantissa = wanted / unit;
  return unit * (mantissa < Math.SQRT2 ? 1 : mantissa < Math.sqrt(10) ? 2 : mantissa < Math.sqrt(50) ? 5 : 10);
}

export type StrikeLadder = {
  readonly gap: number;
  readonly centre: number;
  /** Up to this distance from the centre strikes are one gap apart. */
  readonly denseReach: number;
  readonly strikes: readonly number[];
};

/**
 * @param anchorForward the forward some minutes ago: strikes hang on it, so that they do not flicker with every tick
 * @param forward now; when it has run away from the anchor, the ladder follows
 * @param deviation σ√T, for the width of the wings
 * @param density that many strikes for one, closer together over the same width; a whole number ≥ 1
 */
export function strikeLadder(
  anchorForward: number,
  forward: number,
  years: number,
  deviation: number,
  density = 1,
): StrikeLadder {
  const gap = roundGap((anchorForward * gapTarget(years)) / density);
  const step = CENTRE_GAPS * gap;
  const anchored = Math.round(anchorForward / step) * step;
  const stray = Math.abs(forward - anchored) > CENTRE_TOLERANCE_GAPS * gap;
  const centre = stray ? Math.round(forward / step) * step : anchored;
  const strikes: number[] = [];
  const dense = DENSE_STRIKES * density;
  for (let i = -dense; i <= dense; i++) strikes.push(centre + i * gap);
  const reach = (density === 1 ? WING_DEVIATIONS : DENSE_WING_DEVIATIONS) * deviation;
  const highest = centre * Math.exp(reach);
  const lowest = Math.max(centre * Math.exp(-reach), 0.15 * centre);
  let distance = dense * gap;
  let scale = 1;
  while (scale * WING_GAPS_SUM * density * gap < WING_DEVIATIONS * deviation * centre && scale < WING_SCALE_MAX)
    scale *= 2;
  const wings = WING_GAPS.flatMap((wing) => Array.from({ length: density }, () => wing));
  for (const [i, wing] of wings.entries()) {
    distance += scale * wing * gap;
    if (i < WING_STRIKES_MIN * density || centre + distance <= highest) strikes.push(centre + distance);
    if (i < WING_STRIKES_MIN * density || centre - distance >= lowest) strikes.unshift(centre - distance);
  }
  return { gap, centre, denseReach: dense * gap, strikes };
}
