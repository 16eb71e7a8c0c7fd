/**
 * The outer problem of the quasi-explicit SVI calibration: m and σ, by a lattice and a Nelder-Mead descent from each of
 * its lowest hollows (J. A. Nelder and R. Mead, "A simplex method for function minimization", 1965, with the usual
 * coefficients 1, 2, 1/2, 1/2). Deterministic, a bounded number of evaluations. σ is searched on a logarithmic scale
 * above its bound, which keeps it off the degenerate V-shaped smiles of σ → 0.
 */
import type { InnerFit, InnerProblem } from "./svi-fit-inner.ts";
import type { SviRaw } from "./svi.ts";

export type SearchBox = {
  readonly mMin: number;
  readonly mMax: number;
  readonly sigmaMin: number;
  readonly sigmaMax: number;
  /** The least total variance of a slice, anywhere, > 0. */
  readonly varianceMin: number;
};

const M_STEPS = 16;
const SIGMA_STEPS = 12;
const STARTS = 3;
const SIMPLEX_STEPS = 90;
/** The descent stops when the costs at the corners agree to this part. */
const FLAT = 1e-13;

function free(): number {
  return 0;
}

type Corner = { x: number; y: number; cost: number };

/** Nelder-Mead in two dimensions from one corner and two edges. */
function descend(f: (x: number, y: number) => number, start: Corner, dx: number, dy: number): Corner {
  const corner = (x: number, y: number): Corner => ({ x, y, cost: f(x, y) });
  let corners = [start, corner(start.x + dx, start.y), corner(start.x, start.y + dy)];
  for (let step = 0; step < SIMPLEX_STEPS; step++) {
    corners.sort((one, other) => one.cost - other.cost);
    const [best, middle, worst] = [corners[0]!, corners[1]!, corners[2]!];
    if (worst.cost - best.cost <= FLAT * best.cost) break;
    const x = 0.5 * (best.x + middle.x);
    const y = 0.5 * (best.y + middle.y);
    const along = (t: number): Corner => corner(x + t * (worst.x - x), y + t * (worst.y - y));
    const reflected = along(-1);
    let next = reflected;
    if (reflected.cost < best.cost) {
      const expanded = along(-2);
      if (expanded.cost < reflected.cost) next = expanded;
    } else if (reflected.cost >= middle.cost) {
      next = along(reflected.cost < worst.cost ? -0.5 : 0.5);
      if (next.cost >= Math.min(reflected.cost, worst.cost)) {
        corners = [
          best,
          corner(0.5 * (best.x + middle.x), 0.5 * (best.y + middle.y)),
          corner(0.5 * (best.x + worst.x), 0.5 * (best.y + worst.y)),
        ];
        continue;
      }
    }
    corners[2] = next;
  }
  corners.sort((one, other) => one.cost - other.cost);
  return corners[0]!;
}

/**
 * The best slice found over the box.
 * @param box  mMin < mMax, 0 < sigmaMin < sigmaMax
 * @param toll what a slice costs on top of its errors, ≥ 0; as steep as one likes, no derivative is taken
 */
export function searchSlice(problem: InnerProblem, box: SearchBox, toll: (svi: SviRaw) => number = free): InnerFit {
  const low = Math.log(box.sigmaMin);
  const high = Math.log(box.sigmaMax);
  const solveAt = (m: number, logSigma: number): InnerFit =>
    problem.solve(Math.min(box.mMax, Math.max(box.mMin, m)), Math.exp(Math.min(high, Math.max(low, logSigma))));
  const cost = (m: number, logSigma: number): number => {
    const fit = solveAt(m, logSigma);
    return fit.cost + toll(fit.svi);
  };

  const mStep = (box.mMax - box.mMin) / M_STEPS;
  const sigmaStep = (high - low) / SIGMA_STEPS;
  const lattice: Corner[] = [];
  for (let i = 0; i <= M_STEPS; i++) {
    for (let j = 0; j <= SIGMA_STEPS; j++) {
      const x = box.mMin + i * mStep;
      const y = low + j * sigmaStep;
      lattice.push({ x, y, cost: cost(x, y) });
    }
  }
  const at = (i: number, j: number): number =>
    i < 0 || j < 0 || i > M_STEPS || j > SIGMA_STEPS ? Infinity : lattice[i * (SIGMA_STEPS + 1) + j]!.cost;
  const hollows = lattice.filter((here, index) => {
    const i = Math.trunc(index / (SIGMA_STEPS + 1));
    const j = index % (SIGMA_STEPS + 1);
    return here.cost <= Math.min(at(i - 1, j), at(i + 1, j), at(i, j - 1), at(i, j + 1));
  });
  hollows.sort((one, other) => one.cost - other.cost);

  let best = hollows[0]!;
  for (const start of hollows.slice(0, STARTS)) {
    const end = descend(cost, start, 0.5 * mStep, 0.5 * sigmaStep);
    if (end.cost < best.cost) best = end;
  }
  return solveAt(best.x, best.y);
}
