/**
 * From total variance at the 17 nodes of a grid to one arbitrage-free SVI slice, the same bits at every node: a fixed
 * lattice over place and smoothing, fixed zooms around the best slice so far, an exact inner step for the other three
 * parameters (grid-fit-inner.ts), and admission of a candidate only after it has been rounded to the integers that are
 * published. Sources: S. De Marco and C. Martini (Zeliade 2009) for the split; J. Gatheral and A. Jacquier (2014) for
 * the conditions.
 *
 * Domain: θ of surface-grid.ts, 17 total variances in 1 … WORD_MAX, all in units of 1e-18. Total: where nothing better
 * is admissible the answer is the flat slice through the money, whose error says so.
 * Accuracy: slices that are SVI come back within 1e-6 of their total variance; see test/quant/grid-fit.test.ts.
 * Only + - * / √ and comparisons of doubles, each exactly specified, and integers.
 */
import { absBig, ceilDiv } from "../base/fixed.ts";
import type { SviParams } from "./grid-admission.ts";
import { gridVariance, isAdmitted, looksAdmissible, roundSvi } from "./grid-admission.ts";
import type { ScaledSlice } from "./grid-fit-inner.ts";
import { InnerFit } from "./grid-fit-inner.ts";
import { GRID_SIZE, gridLogMoneyness, isTheta, MONEY_NODE, rootTheta, WORD_MAX } from "./surface-grid.ts";
import type { SviRaw } from "./svi.ts";
import { WING_SLOPE_MAX } from "./svi.ts";

/** Why there is no fit. */
export type NoGridFit =
  /** θ outside THETA_MIN … THETA_MAX. */
  | "theta-outside"
  /** Not 17 values. */
  | "wrong-size"
  /** A total variance that is not in 1 … WORD_MAX. */
  | "variance-outside";

export type GridFit =
  | {
      readonly ok: true;
      readonly params: SviParams;
      /** Total variance of the fitted slice at the nodes, 1e-18. */
      readonly fitted: readonly bigint[];
      /** Largest |fitted - given| over given, in basis points of total variance, rounded up. */
      readonly maxErrorBps: number;
    }
  | { readonly ok: false; readonly why: NoGridFit };

/** The wing bound of the inner step, below Lee's 2 by what ADMITTED_G needs in the limit: (4 - s²)/16 ≥ 0.001. */
const WING_REACH = WING_SLOPE_MAX - 0.005;

/** σ of the lattice in standard deviations: 0.02, and then half as much again, fifteen times, up to 8.8. */
const LATTICE_SIGMAS: readonly number[] = (() => {
  const sigmas: number[] = [];
  for (let sigma = 0.02; sigmas.length < 16; sigma *= 1.5) sigmas.push(sigma);
  return sigmas;
})();
/** m of the lattice: -3 to 3 standard deviations by quarters. */
const LATTICE_PLACES: readonly number[] = Array.from({ length: 25 }, (_, i) => (i - 12) / 4);
const SIGMA_MIN = 0.02;
const ZOOMS = 18;
const ZOOM_HALF = 2;
/** How often a zoom may move on before it shrinks: the error is a curved valley. */
const TURNS = 10;

type Place = { readonly m: number; readonly sigma: number };

const LATTICE: readonly Place[] = LATTICE_SIGMAS.flatMap((sigma) => LATTICE_PLACES.map((m) => ({ m, sigma })));

/** 5 by 5 places around a slice, up to `reach`/2 of a standard deviation and 2/3 of `reach` times its σ away. */
function around(centre: Place, reach: number): Place[] {
  const places: Place[] = [];
  for (let i = -ZOOM_HALF; i <= ZOOM_HALF; i++) {
    const sigma = centre.sigma * (1 + (reach * i) / (ZOOM_HALF + 1));
    if (sigma < SIGMA_MIN) continue;
    for (let j = -ZOOM_HALF; j <= ZOOM_HALF; j++) {
      places.push({ m: centre.m + (reach * j) / (ZOOM_HALF * 2), sigma });
    }
  }
  return places;
}

class Search {
  readonly #inner: InnerFit;
  readonly #theta: number;
  readonly #root: number;
  #best: ScaledSlice;
  #params: SviParams;

  constructor(theta1e18: bigint, variances: readonly bigint[]) {
    const theta = Number(theta1e18);
    this.#theta = theta / 1e18;
    const root1e18 = rootTheta(theta1e18);
    this.#root = Number(root1e18) / 1e18;
    const values = variances.map((variance) => Number(variance) / theta);
    this.#inner = new InnerFit(values, WING_REACH / this.#root);
    // The flat slice through the money is admissible for any variance, g = 1: there is always an answer.
    this.#best = this.#inner.flat(values[MONEY_NODE]!);
    this.#params = { a: variances[MONEY_NODE]!, b: 0n, rho: 0n, m: 0n, sigma: root1e18 };
  }

  run(): SviParams {
    this.#improve(LATTICE);
    let reach = 0.5;
    for (let zoom = 0; zoom < ZOOMS; zoom++) {
      for (let turn = 0; turn < TURNS; turn++) {
        const centre = this.#best;
        this.#improve(around(centre, reach));
        if (this.#best === centre) break;
      }
      reach *= 0.5;
    }
    return this.#params;
  }

  /** Takes the best admissible place where it is better than the best so far; of equals, the first. */
  #improve(places: readonly Place[]): void {
    const rivals: ScaledSlice[] = [];
    for (const { m, sigma } of places) {
      const slice = this.#inner.fit(m, sigma);
      if (slice.error < this.#best.error) rivals.push(slice);
    }
    for (let left = rivals.length; left > 0; left--) {
      let leader = 0;
      for (let i = 1; i < rivals.length; i++) if (rivals[i]!.error < rivals[leader]!.error) leader = i;
      const slice = rivals[leader]!;
      rivals.splice(leader, 1);
      const svi = this.#unscale(slice);
      if (!looksAdmissible(svi, this.#root)) continue;
      const params = roundSvi(svi);
      if (!isAdmitted(params)) continue;
      this.#best = slice;
      this.#params = params;
      return;
    }
  }

  #unscale({ a, b, rho, m, sigma }: ScaledSlice): SviRaw {
    return { a: a * this.#theta, b: b * this.#root, rho, m: m * this.#root, sigma: sigma * this.#root };
  }
}

/** Largest |fitted - given|/given in basis points, rounded up. */
function worstBps(given: readonly bigint[], fitted: readonly bigint[]): number {
  let worst = 0n;
  for (let i = 0; i < given.length; i++) {
    const bps = ceilDiv(absBig(fitted[i]! - given[i]!) * 10_000n, given[i]!);
    if (bps > worst) worst = bps;
  }
  return Number(worst);
}

/**
 * The admissible slice with the least weighted squared error of total variance.
 * @param theta1e18 at-the-money total variance that placed the nodes, 1e-18
 * @param medians   total variance at gridLogMoneyness(theta1e18), 17 values, 1e-18
 * @returns integers that satisfy Lee's and Durrleman's conditions as they stand, or why the input is outside its domain
 */
export function fitGrid(theta1e18: bigint, medians: readonly bigint[]): GridFit {
  if (!isTheta(theta1e18)) return { ok: false, why: "theta-outside" };
  if (medians.length !== GRID_SIZE) return { ok: false, why: "wrong-size" };
  if (medians.some((w) => w < 1n || w > WORD_MAX)) return { ok: false, why: "variance-outside" };
  const params = new Search(theta1e18, medians).run();
  const fitted = gridLogMoneyness(theta1e18).map((k) => gridVariance(params, k));
  return { ok: true, params, fitted, maxErrorBps: worstBps(medians, fitted) };
}
