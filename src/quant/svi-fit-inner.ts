/**
 * The inner problem of the quasi-explicit SVI calibration of Zeliade (S. De Marco and C. Martini, "Quasi-explicit
 * calibration of Gatheral's SVI model", 2009): with m and σ given and y = (k - m)/σ, total variance is linear in
 * three numbers,
 *
 *   w = α + δy + γ√(y² + 1),   γ = bσ,   δ = ρbσ,   α = a,
 *
 * and a weighted least squares over a convex set finds them. Their set is changed in two points: Lee's bound for total
 * variance, b(1 + |ρ|) ≤ 2, in place of their 4/T, and a smallest variance ≥ 0, α + √(γ² - δ²) ≥ w₀ > 0, in
 * place of α ≥ 0, which real slices violate.
 *
 * The set without the second condition is a kite in (γ, δ): the optimum is inside, on one of four edges or at one
 * of four vertices, and all are tried. The second condition says that w ≥ w₀ at every y; where the optimum breaks it, w is
 * set to w₀ at the worst y and the two numbers left are solved again, a few times, and α is lifted by what then lacks.
 * Accuracy: normal equations, so the square root of the working precision where m is far outside the quotes.
 */
import type { SviRaw } from "./svi.ts";

export type FitData = {
  readonly k: Float64Array;
  readonly w: Float64Array;
  /** Least-squares weights of the squared errors in total variance, > 0. */
  readonly weight: Float64Array;
};

export type InnerFit = { readonly svi: SviRaw; readonly cost: number };

/** Keeps ρ off ±1 and the wings off 2, so that rounding breaks neither. */
const RHO_MAX = 0.9999;
const WING_MAX = 2 * (1 - 1e-12);
const FLOOR_PASSES = 4;

type Pair = { c: number; d: number };

/** Minimises q(c, d) = (cc·c² + 2cd·cd + dd·d²)/2 - (c·pc + d·pd). */
type Quadratic = { cc: number; cd: number; dd: number; pc: number; pd: number };

function value(q: Quadratic, { c, d }: Pair): number {
  return 0.5 * (q.cc * c * c + 2 * q.cd * c * d + q.dd * d * d) - c * q.pc - d * q.pd;
}

/** The best point of the segment from one point to another. */
function onEdge(q: Quadratic, from: Pair, until: Pair): Pair {
  const c = until.c - from.c;
  const d = until.d - from.d;
  const curvature = q.cc * c * c + 2 * q.cd * c * d + q.dd * d * d;
  const slope = c * (q.cc * from.c + q.cd * from.d - q.pc) + d * (q.cd * from.c + q.dd * from.d - q.pd);
  let t = slope > 0 ? 0 : 1;
  if (curvature > 0) t = Math.min(1, Math.max(0, -slope / curvature));
  return { c: from.c + t * c, d: from.d + t * d };
}

/** The best point of the kite |δ| ≤ ρ_max·γ, γ + |δ| ≤ 2σ. */
function inKite(q: Quadratic, sigma: number): Pair {
  const steepest = WING_MAX * sigma;
  const determinant = q.cc * q.dd - q.cd * q.cd;
  if (determinant > 1e-14 * q.cc * q.dd) {
    const c = (q.dd * q.pc - q.cd * q.pd) / determinant;
    const d = (q.cc * q.pd - q.cd * q.pc) / determinant;
    if (Math.abs(d) <= RHO_MAX * c && c + Math.abs(d) <= steepest) return { c, d };
  }
  const corner = steepest / (1 + RHO_MAX);
  const flat = { c: 0, d: 0 };
  const right = { c: corner, d: RHO_MAX * corner };
  const top = { c: steepest, d: 0 };
  const left = { c: corner, d: -RHO_MAX * corner };
  let best = onEdge(q, flat, right);
  for (const candidate of [onEdge(q, right, top), onEdge(q, top, left), onEdge(q, left, flat)]) {
    if (value(q, candidate) < value(q, best)) best = candidate;
  }
  return best;
}

/** Scratch for y and √(y² + 1), grown once per fit. */
export class InnerProblem {
  readonly #data: FitData;
  readonly #y: Float64Array;
  readonly #z: Float64Array;
  readonly #sumWeight: number;
  readonly #meanW: number;
  readonly #varianceMin: number;

  /** @param varianceMin w₀, total variance > 0 */
  constructor(data: FitData, varianceMin: number) {
    this.#data = data;
    this.#varianceMin = varianceMin;
    this.#y = new Float64Array(data.k.length);
    this.#z = new Float64Array(data.k.length);
    let sum = 0;
    let sumW = 0;
    for (let i = 0; i < data.k.length; i++) {
      sum += data.weight[i]!;
      sumW += data.weight[i]! * data.w[i]!;
    }
    this.#sumWeight = sum;
    this.#meanW = sumW / sum;
  }

  /** Best α, γ, δ for this m and σ > 0, as a raw slice, with the weighted sum of squares it leaves. */
  solve(m: number, sigma: number): InnerFit {
    const { k, w, weight } = this.#data;
    const y = this.#y;
    const z = this.#z;
    const n = k.length;
    let meanY = 0;
    let meanZ = 0;
    for (let i = 0; i < n; i++) {
      const at = (k[i]! - m) / sigma;
      y[i] = at;
      z[i] = Math.sqrt(at * at + 1);
      meanY += weight[i]! * at;
      meanZ += weight[i]! * z[i]!;
    }
    meanY /= this.#sumWeight;
    meanZ /= this.#sumWeight;
    const free = this.#quadratic(meanZ, meanY, this.#meanW);
    let { c, d } = inKite(free, sigma);
    let alpha = this.#meanW - c * meanZ - d * meanY;
    const floor = this.#varianceMin;
    if (alpha < floor - Math.sqrt((c - d) * (c + d))) {
      for (let pass = 0; pass < FLOOR_PASSES; pass++) {
        const depth = Math.sqrt((c - d) * (c + d));
        const lowY = depth > 0 ? -d / depth : 0;
        const lowZ = Math.sqrt(lowY * lowY + 1);
        ({ c, d } = inKite(this.#quadratic(lowZ, lowY, floor), sigma));
        alpha = floor - (c * lowZ + d * lowY);
      }
      alpha = Math.max(alpha, floor - Math.sqrt((c - d) * (c + d)));
    }
    let cost = 0;
    for (let i = 0; i < n; i++) {
      const error = alpha + c * z[i]! + d * y[i]! - w[i]!;
      cost += weight[i]! * error * error;
    }
    return { svi: { a: alpha, b: c / sigma, rho: c > 0 ? d / c : 0, m, sigma }, cost };
  }

  /** The quadratic in γ and δ once α is eliminated by w(baseY) = baseW. */
  #quadratic(baseZ: number, baseY: number, baseW: number): Quadratic {
    const { w, weight } = this.#data;
    const q = { cc: 0, cd: 0, dd: 0, pc: 0, pd: 0 };
    for (let i = 0; i < w.length; i++) {
      const u = weight[i]!;
      const z = this.#z[i]! - baseZ;
      const y = this.#y[i]! - baseY;
      const v = w[i]! - baseW;
      q.cc += u * z * z;
      q.cd += u * z * y;
      q.dd += u * y * y;
      q.pc += u * z * v;
      q.pd += u * y * v;
    }
    return q;
  }
}
