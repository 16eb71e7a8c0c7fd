/**
 * Last steps of an SVI calibration, in all five parameters: Levenberg-Marquardt (D. W. Marquardt, "An algorithm for
 * least-squares estimation of nonlinear parameters", 1963) from the searched slice, to full precision; and for a slice
 * with a butterfly arbitrage the same with a penalty on g below its least value, whose weight rises until none is left.
 * What still fails then is mixed with a flat slice, which has g = 1, as little as the condition allows. Every step
 * stays inside the domain and Lee's bound.
 */
import { type FitData, InnerProblem } from "./svi-fit-inner.ts";
import { type SearchBox, searchSlice } from "./svi-fit-search.ts";
import type { SviRaw } from "./svi.ts";
import { durrleman, minDurrleman, minVariance, sviViolations, totalVariance, WING_SLOPE_MAX } from "./svi.ts";

const SIZE = 5;
const POLISH_STEPS = 12;
const REPAIR_STEPS = 15;
const REPAIR_ROUNDS = 5;
const WATCHED = 20;
const FLOOR_MARGIN = 5e-4;
const MIX_STEPS = 30;
const CONVERGED = 1e-9;
const REFUSALS_MAX = 5;
const RHO_MAX = 0.9999;

type Vector = readonly number[];

function sliceOf(p: Vector): SviRaw {
  return { a: p[0]!, b: p[1]!, rho: p[2]!, m: p[3]!, sigma: p[4]! };
}

function vectorOf(svi: SviRaw): number[] {
  return [svi.a, svi.b, svi.rho, svi.m, svi.sigma];
}

function inDomain(svi: SviRaw, box: SearchBox): boolean {
  return (
    svi.b >= 0 &&
    Math.abs(svi.rho) <= RHO_MAX &&
    svi.sigma >= box.sigmaMin &&
    svi.b * (1 + Math.abs(svi.rho)) <= WING_SLOPE_MAX &&
    minVariance(svi) >= 0.5 * box.varianceMin
  );
}

/** One row of a least-squares problem: what is left over, and its derivatives by the five parameters, read at once. */
type Row = (residual: number, gradient: Float64Array) => void;

/** Gaussian elimination of a symmetric positive 5 × 5 system; null where it is singular. */
function solveFive(matrix: readonly (readonly number[])[], right: Vector): number[] | null {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (let i = 0; i < SIZE; i++) {
    const pivot = rows[i]!;
    if (!(pivot[i]! > 0)) return null;
    for (let j = i + 1; j < SIZE; j++) {
      const row = rows[j]!;
      const factor = row[i]! / pivot[i]!;
      for (let c = i; c <= SIZE; c++) row[c]! -= factor * pivot[c]!;
    }
  }
  const solution = [0, 0, 0, 0, 0];
  for (let i = SIZE - 1; i >= 0; i--) {
    const row = rows[i]!;
    let sum = row[SIZE]!;
    for (let j = i + 1; j < SIZE; j++) sum -= row[j]! * solution[j]!;
    solution[i] = sum / row[i]!;
  }
  return solution;
}

type LeastSquares = {
  readonly cost: (svi: SviRaw) => number;
  readonly rows: (svi: SviRaw, row: Row) => void;
};

function descend(problem: LeastSquares, start: SviRaw, box: SearchBox, steps: number): SviRaw {
  let svi = start;
  let cost = problem.cost(svi);
  let damping = 1e-3;
  let refusals = 0;
  for (let step = 0; step < steps; step++) {
    const sums = new Float64Array(SIZE * SIZE);
    const right = [0, 0, 0, 0, 0];
    problem.rows(svi, (residual, gradient) => {
      for (let i = 0; i < SIZE; i++) {
        const slope = gradient[i]!;
        right[i]! -= residual * slope;
        for (let j = 0; j <= i; j++) sums[i * SIZE + j]! += slope * gradient[j]!;
      }
    });
    const normal = right.map((_, i) => right.map((__, j) => sums[i > j ? i * SIZE + j : j * SIZE + i]!));
    const scale = normal.map((row, i) => 1 / Math.sqrt(Math.max(row[i]!, 1e-300)));
    const scaled = normal.map((row, i) =>
      row.map((entry, j) => entry * scale[i]! * scale[j]! + (i === j ? damping : 0)),
    );
    const move = solveFive(
      scaled,
      right.map((entry, i) => entry * scale[i]!),
    );
    const next = sliceOf(vectorOf(svi).map((entry, i) => entry + (move === null ? Number.NaN : move[i]! * scale[i]!)));
    const nextCost = inDomain(next, box) ? problem.cost(next) : Infinity;
    if (nextCost < cost) {
      const isLast = cost - nextCost <= CONVERGED * cost;
      svi = next;
      cost = nextCost;
      if (isLast) break;
      refusals = 0;
      damping = Math.max(1e-14, damping * 0.01);
    } else {
      refusals++;
      if (refusals === REFUSALS_MAX) break;
      damping = Math.max(1e-10, damping * 20);
    }
  }
  return svi;
}

function quoteProblem(data: FitData): LeastSquares {
  return {
    cost: (svi) => costOf(data, svi),
    rows: (svi, row) => {
      const gradient = new Float64Array(SIZE);
      for (let i = 0; i < data.k.length; i++) {
        const u = Math.sqrt(data.weight[i]!);
        const x = data.k[i]! - svi.m;
        const root = Math.sqrt(x * x + svi.sigma * svi.sigma);
        const error = svi.a + svi.b * (svi.rho * x + root) - data.w[i]!;
        gradient[0] = u;
        gradient[1] = u * (svi.rho * x + root);
        gradient[2] = u * svi.b * x;
        gradient[3] = -u * svi.b * (svi.rho + x / root);
        gradient[4] = (u * svi.b * svi.sigma) / root;
        row(u * error, gradient);
      }
    },
  };
}

/** The weighted sum of squared errors in total variance. */
export function costOf(data: FitData, svi: SviRaw): number {
  let cost = 0;
  for (let i = 0; i < data.k.length; i++) {
    const x = data.k[i]! - svi.m;
    const error = svi.a + svi.b * (svi.rho * x + Math.sqrt(x * x + svi.sigma * svi.sigma)) - data.w[i]!;
    cost += data.weight[i]! * error * error;
  }
  return cost;
}

/** The nearest local optimum without a view to butterflies. @param start inside the domain */
export function polishSlice(data: FitData, start: SviRaw, box: SearchBox): SviRaw {
  return descend(quoteProblem(data), start, box, POLISH_STEPS);
}

/** The quotes' rows and, at each of `ks`, √weight·max(0, floor - g) with its derivatives by differences. */
function penalised(data: FitData, ks: readonly number[], floor: number, weight: number): LeastSquares {
  const quotes = quoteProblem(data);
  const root = Math.sqrt(weight / ks.length);
  const lack = (svi: SviRaw, k: number): number => root * Math.min(4, Math.max(0, floor - durrleman(svi, k)));
  return {
    cost: (svi) => {
      let cost = quotes.cost(svi);
      for (const k of ks) {
        const here = lack(svi, k);
        cost += here * here;
      }
      return cost;
    },
    rows: (svi, row) => {
      quotes.rows(svi, row);
      const base = vectorOf(svi);
      const level = 1e-6 * Math.max(minVariance(svi), 1e-3 * svi.b * svi.sigma);
      const steps = [level, 1e-6 * svi.b, 1e-6, 1e-6 * svi.sigma, 1e-6 * svi.sigma];
      const moved = steps.map((step, i) => sliceOf(base.map((entry, j) => (i === j ? entry + step : entry))));
      const gradient = new Float64Array(SIZE);
      for (const k of ks) {
        const here = lack(svi, k);
        if (here === 0) continue;
        for (let i = 0; i < SIZE; i++) gradient[i] = (lack(moved[i]!, k) - here) / steps[i]!;
        row(here, gradient);
      }
    },
  };
}

/** The slice with b times `share` and the level that keeps the weighted mean of its variance at the quotes. */
function mixedWithFlat(data: FitData, svi: SviRaw, share: number): SviRaw {
  let sum = 0;
  let sumW = 0;
  let sumBend = 0;
  for (let i = 0; i < data.k.length; i++) {
    const x = data.k[i]! - svi.m;
    sum += data.weight[i]!;
    sumW += data.weight[i]! * data.w[i]!;
    sumBend += data.weight[i]! * svi.b * (svi.rho * x + Math.sqrt(x * x + svi.sigma * svi.sigma));
  }
  return { ...svi, a: (sumW - share * sumBend) / sum, b: share * svi.b };
}

/** Where g is watched during a repair: so many σ from m, and so many √w from the money. */
const SPREADS = Float64Array.from({ length: 2 * WATCHED - 1 }, (_, i) => {
  const u = (i + 1 - WATCHED) / WATCHED;
  return u / ((1 - u) * (1 + u));
});

function deviationOf(svi: SviRaw): number {
  return Math.sqrt(Math.max(totalVariance(svi, 0), 0));
}

function watchedPoints(svi: SviRaw): number[] {
  const deviation = deviationOf(svi);
  return [...SPREADS].flatMap((spread) => [svi.m + svi.sigma * spread, deviation * spread]);
}

/** How far g falls below `floor` at the watched points, in volatility squared: far more than any error of a fit. */
function butterflyToll(svi: SviRaw, floor: number): number {
  const deviation = deviationOf(svi);
  let least = floor;
  for (let i = 0; i < SPREADS.length; i++) {
    const spread = SPREADS[i]!;
    least = Math.min(least, durrleman(svi, svi.m + svi.sigma * spread), durrleman(svi, deviation * spread));
  }
  return Math.min(10, floor - least);
}

/**
 * A slice near the quotes with g ≥ minG on the whole line.
 * @param minG 0 ≤ minG < 1
 * @param toll what a slice costs on top of its errors for another reason, ≥ 0
 */
export function withoutButterfly(data: FitData, box: SearchBox, minG: number, toll: (svi: SviRaw) => number): SviRaw {
  const floor = minG + FLOOR_MARGIN;
  const conditions = { range: null, minG };
  const costWithToll = (slice: SviRaw): number => costOf(data, slice) + toll(slice);
  let svi = searchSlice(
    new InnerProblem(data, box.varianceMin),
    box,
    (slice) => butterflyToll(slice, floor) + toll(slice),
  ).svi;
  const ks = watchedPoints(svi);
  for (let round = 0, weight = 1e-2; round < REPAIR_ROUNDS; round++, weight *= 10) {
    const next = descend(penalised(data, ks, floor, weight), svi, box, REPAIR_STEPS);
    const { k, g } = minDurrleman(next);
    if (g >= minG && costWithToll(next) < costWithToll(svi)) svi = next;
    else if (k - k === 0) ks.push(k);
  }
  if (sviViolations(svi, conditions).length === 0) return svi;
  let admissible = 0;
  let excluded = 1;
  for (let step = 0; step < MIX_STEPS; step++) {
    const share = 0.5 * (admissible + excluded);
    if (sviViolations(mixedWithFlat(data, svi, share), conditions).length === 0) admissible = share;
    else excluded = share;
  }
  return mixedWithFlat(data, svi, admissible);
}
