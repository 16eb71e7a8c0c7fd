/**
 * Thirteen nodes look at one smile through noisy quotes and four of them lie: what each signs on the grid, and what each
 * would sign if parameters were agreed on instead. Everything follows from the seed.
 */
import { unreachable } from "../../../src/base/errors.ts";
import { roundHalfEven } from "../../../src/base/fixed.ts";
import type { SviParams } from "../../../src/quant/grid-admission.ts";
import { toSvi } from "../../../src/quant/grid-admission.ts";
import { fitGrid } from "../../../src/quant/grid-fit.ts";
import { GRID_NODES, GRID_SIZE, gridLogMoneyness, WORD_MAX } from "../../../src/quant/surface-grid.ts";
import type { SviRaw } from "../../../src/quant/svi.ts";
import { sviViolations, totalVariance } from "../../../src/quant/svi.ts";
import type { SeededRng } from "../../../src/sim/random.ts";
import { seededRng } from "../../../src/sim/random.ts";

export const NODES = 13;
export const LIARS = 4;
export const STRATEGIES = ["shifted smile", "tilted wings", "extreme", "random", "honest edge", "zigzag edge"] as const;
type Strategy = (typeof STRATEGIES)[number];

type Smile = { readonly years: number; readonly theta1e18: bigint; readonly truth: SviRaw };

export type AttackTrial = Smile & {
  readonly strategy: Strategy;
  /** Total variance on the grid, 1e-18. */
  readonly honest: readonly (readonly bigint[])[];
  /** The same of the four liars: once upwards, once downwards. */
  readonly lies: readonly (readonly (readonly bigint[])[])[];
  /** What they would sign as parameters. */
  readonly honestParams: readonly SviParams[];
  readonly liarParams: readonly SviParams[];
};

/** Slices fitted to a real board of 21 May 2020, with their years to expiry. */
export const REAL_SLICES: readonly (SviRaw & { readonly years: number })[] = [
  { years: 0.00372, a: 0.00093994, b: 0.0339852, rho: -0.506333, m: -0.005383, sigma: 0.035282 },
  { years: 0.02017, a: 0.00171323, b: 0.09370033, rho: -0.117513, m: 0.042018, sigma: 0.08493 },
  { years: 0.03934, a: 0, b: 0.1382806, rho: -0.107907, m: 0.051747, sigma: 0.161929 },
  { years: 0.09688, a: 0.0343626, b: 0.17711599, rho: -0.051961, m: 0.120099, sigma: 0.154738 },
  { years: 0.34619, a: 0.0998292, b: 0.281864, rho: -0.136461, m: 0.111108, sigma: 0.541427 },
  { years: 0.59551, a: 0, b: 0.44084546, rho: -0.188347, m: 0.014214, sigma: 1.044518 },
];

const PARAMETERS = ["a", "b", "rho", "m", "sigma"] as const;

export function to1e18(value: number): bigint {
  return roundHalfEven(value, 18);
}

function gauss(rng: SeededRng): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += rng.next();
  return sum;
}

function someTruth(rng: SeededRng): SviRaw & { readonly years: number } {
  const base = REAL_SLICES[Math.floor(rng.next() * REAL_SLICES.length)]!;
  const about = (value: number): number => value * (0.85 + 0.3 * rng.next());
  const truth = {
    years: base.years,
    a: about(base.a),
    b: about(base.b),
    rho: base.rho,
    m: base.m,
    sigma: about(base.sigma),
  };
  return sviViolations(truth).length === 0 ? truth : base;
}

/** Noise of a node in vol points: a level, a tilt, and each strike on its own, worse in the wings. */
function noisyVols(rng: SeededRng, trueVols: readonly number[]): number[] {
  const level = 0.4 * gauss(rng);
  const tilt = 0.2 * gauss(rng);
  return trueVols.map((vol, i) => {
    const x = GRID_NODES[i]!;
    return vol + (level + tilt * x + (1 + 0.3 * Math.abs(x)) * gauss(rng)) / 100;
  });
}

function toVariances(vols: readonly number[], years: number): bigint[] {
  return vols.map((vol) => to1e18(Math.max(vol, 0.01) * Math.max(vol, 0.01) * years));
}

export function fittedParams(theta1e18: bigint, w: readonly bigint[]): SviParams {
  const fit = fitGrid(theta1e18, w);
  if (!fit.ok) throw new Error(`no fit: ${fit.why}`);
  return fit.params;
}

function edge(values: readonly bigint[], high: boolean): bigint {
  return values.reduce((best, value) => ((high ? value > best : value < best) ? value : best));
}

export function medianOf(values: readonly bigint[]): bigint {
  return values.toSorted((one, other) => (one < other ? -1 : one > other ? 1 : 0))[Math.floor(values.length / 2)]!;
}

/** Each parameter's median on its own. */
export function medianParams(all: readonly SviParams[]): SviParams {
  const [a, b, rho, m, sigma] = PARAMETERS.map((name) => medianOf(all.map((params) => params[name])));
  return { a: a!, b: b!, rho: rho!, m: m!, sigma: sigma! };
}

/** Each parameter at the lowest or highest honest one, by the bits of `pattern`. */
function edgeParams(honest: readonly SviParams[], pattern: number): SviParams {
  const [a, b, rho, m, sigma] = PARAMETERS.map((name, bit) =>
    edge(
      honest.map((params) => params[name]),
      ((pattern >> bit) & 1) === 1,
    ),
  );
  return { a: a!, b: b!, rho: rho!, m: m!, sigma: sigma! };
}

type Sight = {
  readonly rng: SeededRng;
  readonly years: number;
  readonly trueVols: readonly number[];
  readonly honest: readonly (readonly bigint[])[];
};

/** What one liar signs: everything up, or everything down. */
function lieOnGrid(strategy: Strategy, up: boolean, { rng, years, trueVols, honest }: Sight): bigint[] {
  const nodes = Array.from({ length: GRID_SIZE }, (_, i) => i);
  const seen = (i: number): bigint[] => honest.map((w) => w[i]!);
  switch (strategy) {
    case "shifted smile":
      return toVariances(
        trueVols.map((vol) => vol + (up ? 0.4 : -0.3)),
        years,
      );
    case "tilted wings":
      return toVariances(
        trueVols.map((vol, i) => vol * (1 + (up ? 0.15 : -0.15) * GRID_NODES[i]!)),
        years,
      );
    case "extreme":
      return nodes.map(() => (up ? WORD_MAX : 1n));
    case "random":
      return toVariances(
        trueVols.map(() => 0.05 + 3 * rng.next()),
        years,
      );
    case "honest edge":
      return nodes.map((i) => edge(seen(i), up));
    case "zigzag edge":
      return nodes.map((i) => edge(seen(i), (i % 2 === 0) === up));
    default:
      return unreachable(strategy);
  }
}

/** Four liars who know the honest parameters take, of all 32 corners of what the honest say, the one that hurts most. */
function lieInParameters(trial: Smile, honest: readonly SviParams[]): SviParams[] {
  let worst: SviParams[] = [];
  let most = -1;
  for (let pattern = 0; pattern < 32; pattern++) {
    const liars = Array.from({ length: LIARS }, () => edgeParams(honest, pattern));
    const error = worstVolPoints(trial, medianParams([...honest, ...liars]));
    if (error > most) {
      worst = liars;
      most = error;
    }
  }
  return worst;
}

export function attackTrial(seed: number): AttackTrial {
  const rng = seededRng(seed);
  const strategy = STRATEGIES[seed % STRATEGIES.length]!;
  const { years, ...truth } = someTruth(rng);
  const theta1e18 = to1e18(totalVariance(truth, 0) * (0.9 + 0.2 * rng.next()));
  const trueVols = gridLogMoneyness(theta1e18).map((k) => Math.sqrt(totalVariance(truth, Number(k) / 1e18) / years));
  const honest = Array.from({ length: NODES - LIARS }, () => toVariances(noisyVols(rng, trueVols), years));
  const honestParams = honest.map((w) => fittedParams(theta1e18, w));
  const sight = { rng, years, trueVols, honest };
  const smile = { years, theta1e18, truth };
  return {
    ...smile,
    strategy,
    honest,
    lies: [true, false].map((up) => Array.from({ length: LIARS }, () => lieOnGrid(strategy, up, sight))),
    honestParams,
    liarParams: lieInParameters(smile, honestParams),
  };
}

/** Largest error of a volatility at the nodes of the grid, in vol points; a variance below zero counts as no volatility. */
export function worstVolPoints({ truth, theta1e18, years }: Smile, params: SviParams): number {
  const svi = toSvi(params);
  const errors = gridLogMoneyness(theta1e18).map((k1e18) => {
    const k = Number(k1e18) / 1e18;
    const seen = Math.sqrt(Math.max(totalVariance(svi, k), 0) / years);
    return 100 * Math.abs(seen - Math.sqrt(totalVariance(truth, k) / years));
  });
  return Math.max(...errors);
}
