/**
 * The inner step of the quasi-explicit SVI fit (S. De Marco and C. Martini, "Quasi-explicit calibration of Gatheral's
 * SVI model", Zeliade 2009): for a given place m and smoothing σ the slice is linear in three numbers,
 *
 *   v(x) = a + d·y + c·√(y² + 1),   y = (x - m)/σ,   b = c/σ,   ρ = d/c,
 *
 * and its best weighted least squares under |ρ| ≤ RHO_MAX and the wing bound b(1 + |ρ|) ≤ slopeMax is found exactly: `a`
 * is free and drops out, what is left is a convex quadratic on a kite in (d, c), which is smallest either at its
 * unconstrained minimum or on one of four edges.
 *
 * Domain: 17 finite values over GRID_NODES. Accuracy: normal equations in doubles, so about the square root of what the
 * nodes determine; only + - * / and √, in a fixed order, so every engine finds the same bits.
 */
import { GRID_NODES, GRID_SIZE } from "./surface-grid.ts";

/** A slice in the scale of the grid: x = k/√θ, v = w/θ. */
export type ScaledSlice = {
  readonly a: number;
  readonly b: number;
  readonly rho: number;
  readonly m: number;
  readonly sigma: number;
  /** Sum of weight times squared residual. */
  readonly error: number;
};

/** Short of ±1, where one wing would be flat and the smallest variance is lost to rounding. */
const RHO_MAX = 0.999;

/**
 * Weight of a squared residual, 1/(1 + x²): between vega (which falls like exp(-x²/2) and would leave the wings to
 * chance) and even weights (which would let four far strikes bend the money).
 */
const WEIGHTS: readonly number[] = GRID_NODES.map((x) => 1 / (1 + x * x));
const WEIGHT_SUM = WEIGHTS.reduce((sum, weight) => sum + weight, 0);

/** Below this share of the diagonal's product the two columns are the same line: the edges decide. */
const DETERMINANT_MIN = 1e-13;

/** Centred weighted moments of the columns y, r = √(y² + 1) and the values. */
type Moments = {
  readonly yy: number;
  readonly yr: number;
  readonly rr: number;
  readonly yv: number;
  readonly rv: number;
};

type Point = { readonly d: number; readonly c: number };

function bestOnEdge(q: Moments, from: Point, until: Point): Point {
  const d = until.d - from.d;
  const c = until.c - from.c;
  const fall = d * (q.yv - q.yy * from.d - q.yr * from.c) + c * (q.rv - q.yr * from.d - q.rr * from.c);
  const bend = q.yy * d * d + 2 * q.yr * d * c + q.rr * c * c;
  const free = bend > 0 ? fall / bend : 0;
  const t = free > 0 ? (free < 1 ? free : 1) : 0;
  return { d: from.d + t * d, c: from.c + t * c };
}

/** Squared error as far as it depends on the point. */
function quadratic(q: Moments, { d, c }: Point): number {
  return q.yy * d * d + 2 * q.yr * d * c + q.rr * c * c - 2 * (q.yv * d + q.rv * c);
}

function bestOnKite(q: Moments, reach: number): Point {
  const determinant = q.yy * q.rr - q.yr * q.yr;
  if (determinant > DETERMINANT_MIN * q.yy * q.rr) {
    const d = (q.yv * q.rr - q.rv * q.yr) / determinant;
    const c = (q.rv * q.yy - q.yv * q.yr) / determinant;
    const size = d < 0 ? -d : d;
    if (size <= RHO_MAX * c && c + size <= reach) return { d, c };
  }
  const apex = { d: 0, c: 0 };
  const top = { d: 0, c: reach };
  const side = reach / (1 + RHO_MAX);
  const left = { d: -RHO_MAX * side, c: side };
  const right = { d: RHO_MAX * side, c: side };
  let best = bestOnEdge(q, apex, left);
  let least = quadratic(q, best);
  for (const [from, until] of [[apex, right] as const, [left, top] as const, [right, top] as const]) {
    const point = bestOnEdge(q, from, until);
    const value = quadratic(q, point);
    if (value < least) {
      best = point;
      least = value;
    }
  }
  return best;
}

/** The inner step for one set of values. */
export class InnerFit {
  readonly #values: readonly number[];
  readonly #slopeMax: number;
  readonly #meanV: number;
  readonly #ys = new Float64Array(GRID_SIZE);
  readonly #rs = new Float64Array(GRID_SIZE);

  /**
   * @param values   v at GRID_NODES
   * @param slopeMax bound of b(1 + |ρ|) in this scale, > 0
   */
  constructor(values: readonly number[], slopeMax: number) {
    this.#values = values;
    this.#slopeMax = slopeMax;
    let sum = 0;
    for (let i = 0; i < GRID_SIZE; i++) sum += WEIGHTS[i]! * values[i]!;
    this.#meanV = sum / WEIGHT_SUM;
  }

  /**
   * The best slice with its place at m and a smoothing of sigma.
   * @param m     in x
   * @param sigma in x, > 0
   */
  fit(m: number, sigma: number): ScaledSlice {
    const ys = this.#ys;
    const rs = this.#rs;
    let meanY = 0;
    let meanR = 0;
    for (let i = 0; i < GRID_SIZE; i++) {
      const y = (GRID_NODES[i]! - m) / sigma;
      const r = Math.sqrt(y * y + 1);
      ys[i] = y;
      rs[i] = r;
      meanY += WEIGHTS[i]! * y;
      meanR += WEIGHTS[i]! * r;
    }
    meanY /= WEIGHT_SUM;
    meanR /= WEIGHT_SUM;
    const { d, c } = bestOnKite(this.#moments(meanY, meanR), this.#slopeMax * sigma);
    const a = this.#meanV - d * meanY - c * meanR;
    let error = 0;
    for (let i = 0; i < GRID_SIZE; i++) {
      const residual = this.#values[i]! - a - d * ys[i]! - c * rs[i]!;
      error += WEIGHTS[i]! * residual * residual;
    }
    return { a, b: c / sigma, rho: c > 0 ? d / c : 0, m, sigma, error };
  }

  /** The slice that is the same everywhere. */
  flat(level: number): ScaledSlice {
    let error = 0;
    for (let i = 0; i < GRID_SIZE; i++) {
      const residual = this.#values[i]! - level;
      error += WEIGHTS[i]! * residual * residual;
    }
    return { a: level, b: 0, rho: 0, m: 0, sigma: 1, error };
  }

  #moments(meanY: number, meanR: number): Moments {
    let yy = 0;
    let yr = 0;
    let rr = 0;
    let yv = 0;
    let rv = 0;
    for (let i = 0; i < GRID_SIZE; i++) {
      const y = this.#ys[i]! - meanY;
      const r = this.#rs[i]! - meanR;
      const v = this.#values[i]! - this.#meanV;
      const weightedY = WEIGHTS[i]! * y;
      const weightedR = WEIGHTS[i]! * r;
      yy += weightedY * y;
      yr += weightedY * r;
      rr += weightedR * r;
      yv += weightedY * v;
      rv += weightedR * v;
    }
    return { yy, yr, rr, yv, rv };
  }
}
