/**
 * One slice of a volatility surface in the raw SVI form of J. Gatheral, and the conditions under which it holds no
 * static arbitrage: J. Gatheral and A. Jacquier, "Arbitrage-free SVI volatility surfaces", Quant. Finance 14 (2014).
 *
 *   w(k) = a + b·(ρ(k - m) + √((k - m)² + σ²)),   k = ln(K/F),   w = implied variance times years.
 *
 * Domain: b ≥ 0, |ρ| < 1, σ > 0 and a smallest variance a + bσ√(1 - ρ²) ≥ 0.
 *
 * Only + - * / and the square root appear here. IEEE 754 specifies them to the last bit and every engine follows it,
 * so nodes that recompute a slice and its conditions get the same bits; exp, ln and pow give no such promise.
 * Accuracy: a few roundings of the terms of the sum; the minima are searched, see `minDurrleman`.
 */

export type SviRaw = {
  readonly a: number;
  readonly b: number;
  readonly rho: number;
  readonly m: number;
  readonly sigma: number;
};

/** An interval of log-moneyness, min ≤ max. */
export type KRange = { readonly min: number; readonly max: number };

export type SviPoint = { readonly w: number; readonly slope: number; readonly curvature: number };

/** Lee's bound on the slope of total variance in either wing (R. Lee, "The moment formula", 2004). */
export const WING_SLOPE_MAX = 2;

/** Half the number of intervals of one scan. */
const SCAN_HALF = 128;
const GOLDEN = 0.6180339887498949;
const GOLDEN_STEPS = 44;

/** Total variance at log-moneyness k. */
export function totalVariance(svi: SviRaw, k: number): number {
  const offset = k - svi.m;
  return svi.a + svi.b * (svi.rho * offset + Math.sqrt(offset * offset + svi.sigma * svi.sigma));
}

/** w, dw/dk and d²w/dk². */
export function sviPoint(svi: SviRaw, k: number): SviPoint {
  const offset = k - svi.m;
  const square = svi.sigma * svi.sigma;
  const root = Math.sqrt(offset * offset + square);
  return {
    w: svi.a + svi.b * (svi.rho * offset + root),
    slope: svi.b * (svi.rho + offset / root),
    curvature: (svi.b * (square / (root * root))) / root,
  };
}

/** The smallest total variance of the slice, a + bσ√(1 - ρ²). */
export function minVariance(svi: SviRaw): number {
  return svi.a + svi.b * svi.sigma * Math.sqrt((1 - svi.rho) * (1 + svi.rho));
}

/**
 * Durrleman's function g(k) = (1 - kw'/2w)² - (w'²/4)(1/w + 1/4) + w''/2: the risk-neutral density is a positive
 * multiple of it, so a negative value is a butterfly arbitrage. Minus infinity where w ≤ 0, which is one as well.
 */
export function durrleman(svi: SviRaw, k: number): number {
  // As `sviPoint`, without the object: this is the innermost loop of every search.
  const offset = k - svi.m;
  const square = svi.sigma * svi.sigma;
  const root = Math.sqrt(offset * offset + square);
  const w = svi.a + svi.b * (svi.rho * offset + root);
  if (!(w > 0)) return -Infinity;
  const slope = svi.b * (svi.rho + offset / root);
  const curvature = (svi.b * (square / (root * root))) / root;
  const lead = 1 - (k * slope) / (2 * w);
  return lead * lead - 0.25 * slope * slope * (1 / w + 0.25) + 0.5 * curvature;
}

type Minimum = { readonly k: number; readonly value: number };

function lower(one: Minimum, other: Minimum): Minimum {
  return other.value < one.value ? other : one;
}

/** Golden section between two log-moneynesses, a fixed number of steps. */
function refine(f: (k: number) => number, from: number, until: number): Minimum {
  let left = from;
  let right = until;
  let first = right - GOLDEN * (right - left);
  let second = left + GOLDEN * (right - left);
  let atFirst = f(first);
  let atSecond = f(second);
  for (let step = 0; step < GOLDEN_STEPS; step++) {
    if (atFirst <= atSecond) {
      right = second;
      second = first;
      atSecond = atFirst;
      first = right - GOLDEN * (right - left);
      atFirst = f(first);
    } else {
      left = first;
      first = second;
      atFirst = atSecond;
      second = left + GOLDEN * (right - left);
      atSecond = f(second);
    }
  }
  return atFirst <= atSecond ? { k: first, value: atFirst } : { k: second, value: atSecond };
}

/**
 * Smallest value of f at k = centre + scale·u/(1 - u²), u even in (-1, 1): dense around the centre, and out to 64
 * scales on either side, or to the ends of the range. Every local minimum of the scan is refined.
 */
function scanMinimum(f: (k: number) => number, centre: number, scale: number, range: KRange | null): Minimum {
  const ks: number[] = [];
  for (let i = 1 - SCAN_HALF; i < SCAN_HALF; i++) {
    const u = i / SCAN_HALF;
    const k = centre + (scale * u) / ((1 - u) * (1 + u));
    if (range === null || (k > range.min && k < range.max)) ks.push(k);
  }
  if (range !== null) {
    ks.unshift(range.min);
    ks.push(range.max);
  }
  const values = ks.map(f);
  let best: Minimum = { k: ks[0]!, value: values[0]! };
  for (let i = 0; i < ks.length; i++) {
    const here = values[i]!;
    const before = values[i - 1] ?? Infinity;
    const after = values[i + 1] ?? Infinity;
    if (here > before || here > after) continue;
    best = lower(best, { k: ks[i]!, value: here });
    best = lower(best, refine(f, ks[i - 1] ?? ks[i]!, ks[i + 1] ?? ks[i]!));
  }
  return best;
}

/**
 * The smallest g of one wing beyond every scan, where w = c + sx with x = |k|. There
 *
 *   g = (4 - s²)/16 + (c/2 - s²/4)/w + c²/(4w²) to leading order,
 *
 * which tends to (4 - s²)/16 and may first dip below it, at 1/w = (s²/2 - c)/c².
 * @param slope     s > 0
 * @param intercept c
 */
function wingMinimum(svi: SviRaw, sign: 1 | -1, slope: number, intercept: number): Minimum {
  const limit = { k: sign * Infinity, value: 0.0625 * (WING_SLOPE_MAX - slope) * (WING_SLOPE_MAX + slope) };
  const depth = 0.5 * slope * slope - intercept;
  const x = ((intercept * intercept) / depth - intercept) / slope;
  if (!(depth > 0 && x > 0 && x < Infinity)) return limit;
  return lower(
    limit,
    refine((k) => durrleman(svi, k), 0.5 * sign * x, 2 * sign * x),
  );
}

/**
 * The smallest Durrleman value and where it is. Without a range it is sought on the whole line: two scans, one in
 * units of σ around m and one in units of √w(0) around the money, with every local minimum refined, and both wings
 * beyond them, whose limits are given as k = ±Infinity. With a range it is sought on that alone.
 * @param svi inside its domain
 * @returns `g`, exact to rounding at `k`; a dip narrower than the scan of both could be overlooked
 */
export function minDurrleman(svi: SviRaw, range: KRange | null = null): { readonly k: number; readonly g: number } {
  const g = (k: number): number => durrleman(svi, k);
  const atMoney = totalVariance(svi, 0);
  let best = scanMinimum(g, svi.m, svi.sigma, range);
  if (atMoney > 0) best = lower(best, scanMinimum(g, 0, Math.sqrt(atMoney), range));
  if (range === null && svi.b > 0) {
    const left = svi.b * (1 - svi.rho);
    const right = svi.b * (1 + svi.rho);
    best = lower(best, wingMinimum(svi, -1, left, svi.a + left * svi.m));
    best = lower(best, wingMinimum(svi, 1, right, svi.a - right * svi.m));
  }
  return { k: best.k, g: best.value };
}

/** What can be wrong with a slice on its own. */
export type SviViolation =
  /** A parameter is not a finite number. Nothing else is looked at then. */
  | "not-finite"
  /** b < 0. */
  | "negative-slope"
  /** |ρ| ≥ 1. */
  | "correlation-outside"
  /** σ ≤ 0. */
  | "no-smoothing"
  /** a + bσ√(1 - ρ²) ≤ 0: the variance is not positive everywhere. */
  | "no-variance"
  /** b(1 + |ρ|) > 2, Lee's bound. */
  | "wing"
  /** g below the stated least value somewhere. */
  | "butterfly";

export type SviConditions = {
  /** Where g is looked at; null is the whole line. */
  readonly range: KRange | null;
  /** The least admissible g. */
  readonly minG: number;
};

/** Free of butterfly and wing arbitrage on the whole line. */
export const NO_ARBITRAGE: SviConditions = { range: null, minG: 0 };

/** Every violation of one slice, in the order of the type; empty for an admissible slice. */
export function sviViolations(svi: SviRaw, conditions: SviConditions = NO_ARBITRAGE): SviViolation[] {
  for (const parameter of [svi.a, svi.b, svi.rho, svi.m, svi.sigma]) {
    if (!(parameter - parameter === 0)) return ["not-finite"];
  }
  const found: SviViolation[] = [];
  if (svi.b < 0) found.push("negative-slope");
  const correlated = svi.rho > -1 && svi.rho < 1;
  if (!correlated) found.push("correlation-outside");
  if (!(svi.sigma > 0)) found.push("no-smoothing");
  const inDomain = found.length === 0;
  if (inDomain && !(minVariance(svi) > 0)) found.push("no-variance");
  if (svi.b * (1 + (svi.rho < 0 ? -svi.rho : svi.rho)) > WING_SLOPE_MAX) found.push("wing");
  if (inDomain && !(minDurrleman(svi, conditions.range).g >= conditions.minG)) found.push("butterfly");
  return found;
}

/**
 * Where the later slice has least to spare over the earlier one: the minimum over the range of w_far(k) - w_near(k) at
 * common log-moneyness. Negative is a calendar arbitrage. Scanned in units of both slices' σ around both their m.
 */
export function calendarMargin(
  near: SviRaw,
  far: SviRaw,
  range: KRange,
): { readonly k: number; readonly margin: number } {
  const margin = (k: number): number => totalVariance(far, k) - totalVariance(near, k);
  const best = lower(scanMinimum(margin, near.m, near.sigma, range), scanMinimum(margin, far.m, far.sigma, range));
  return { k: best.k, margin: best.value };
}

/** The deepest crossing of two slices inside the range, or null where the later one is nowhere below the earlier one. */
export function calendarCrossing(
  near: SviRaw,
  far: SviRaw,
  range: KRange,
): { readonly k: number; readonly excess: number } | null {
  const { k, margin } = calendarMargin(near, far, range);
  return margin < 0 ? { k, excess: -margin } : null;
}
