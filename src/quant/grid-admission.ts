/**
 * Published SVI parameters as integers, and what makes them fit to be published: words of 64 bits, and Lee's and
 * Durrleman's conditions (J. Gatheral and A. Jacquier 2014) judged on the very integers, with some room.
 *
 * Domain: parameters in 1e-18, each within ±WORD_MAX. Accuracy: that of svi.ts. Only + - * / √ on doubles made from
 * the integers, each step exactly specified, so every engine judges alike.
 */
import { absBig, roundHalfEven } from "../base/fixed.ts";
import { WORD_MAX } from "./surface-grid.ts";
import type { SviRaw } from "./svi.ts";
import { durrleman, minVariance, sviViolations, totalVariance } from "./svi.ts";

/** Raw SVI parameters in units of 1e-18; each fits a signed 64-bit word. */
export type SviParams = {
  readonly a: bigint;
  readonly b: bigint;
  readonly rho: bigint;
  readonly m: bigint;
  readonly sigma: bigint;
};

/** The least Durrleman value of an admitted slice: room for rounding and for a dip between two points of a scan. */
const ADMITTED_G = 0.001;
/** Where a first look is taken at g, in standard deviations: 2u/(1 - u²), dense at the money and out to 32. */
const LOOKS: readonly number[] = Array.from({ length: 63 }, (_, i) => {
  const u = (i - 31) / 32;
  return (2 * u) / ((1 - u) * (1 + u));
});

/** Each shrinks the step to a quarter, so the last stands within a few 1e-5 of the dip. */
const PARABOLAS = 4;

/** The published integers as doubles. */
export function toSvi(params: SviParams): SviRaw {
  return {
    a: Number(params.a) / 1e18,
    b: Number(params.b) / 1e18,
    rho: Number(params.rho) / 1e18,
    m: Number(params.m) / 1e18,
    sigma: Number(params.sigma) / 1e18,
  };
}

/** Each parameter to 1e-18, ties to even. @throws OracleError `not-finite` */
export function roundSvi(svi: SviRaw): SviParams {
  return {
    a: roundHalfEven(svi.a, 18),
    b: roundHalfEven(svi.b, 18),
    rho: roundHalfEven(svi.rho, 18),
    m: roundHalfEven(svi.m, 18),
    sigma: roundHalfEven(svi.sigma, 18),
  };
}

/** Total variance in 1e-18 at a log-moneyness in 1e-18, of the published integers. */
export function gridVariance(params: SviParams, k1e18: bigint): bigint {
  return roundHalfEven(totalVariance(toSvi(params), Number(k1e18) / 1e18), 18);
}

/** Whether published integers hold no butterfly or wing arbitrage, with the stated room, and fit their words. */
export function isAdmitted(params: SviParams): boolean {
  for (const word of [params.a, params.m, params.sigma]) if (absBig(word) > WORD_MAX) return false;
  return sviViolations(toSvi(params), { range: null, minG: ADMITTED_G }).length === 0;
}

/** The vertex of the parabola through a middle point and two others `step` away on either side, or the middle itself. */
function vertex(middle: number, step: number, before: number, at: number, after: number): number {
  const bend = before - 2 * at + after;
  if (!(bend > 0)) return middle;
  const move = (0.5 * (before - after)) / bend;
  return middle + step * (move > 1 ? 1 : move < -1 ? -1 : move);
}

/**
 * A coarse scan, with a few parabolas towards its lowest point, that spares the fine scan for most of what it would
 * refuse; never the last word.
 * @param root √θ, the scale of the scan
 */
export function looksAdmissible(svi: SviRaw, root: number): boolean {
  if (!(minVariance(svi) > 0)) return false;
  let lowest = 0;
  let least = Infinity;
  for (let i = 0; i < LOOKS.length; i++) {
    const g = durrleman(svi, LOOKS[i]! * root);
    if (!(g >= ADMITTED_G)) return false;
    if (g < least) {
      lowest = i;
      least = g;
    }
  }
  let k = LOOKS[lowest]! * root;
  let step = ((LOOKS[lowest + 1] ?? LOOKS[lowest]!) - (LOOKS[lowest - 1] ?? LOOKS[lowest]!)) * 0.25 * root;
  for (let turn = 0; turn < PARABOLAS; turn++) {
    k = vertex(k, step, durrleman(svi, k - step), durrleman(svi, k), durrleman(svi, k + step));
    if (!(durrleman(svi, k) >= ADMITTED_G)) return false;
    step *= 0.25;
  }
  return true;
}
