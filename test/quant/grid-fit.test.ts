import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAdmitted, roundSvi, toSvi } from "../../src/quant/grid-admission.ts";
import { fitGrid } from "../../src/quant/grid-fit.ts";
import {
  GRID_NODES,
  GRID_SIZE,
  gridLogMoneyness,
  MONEY_NODE,
  THETA_MAX,
  THETA_MIN,
  WORD_MAX,
} from "../../src/quant/surface-grid.ts";
import type { SviRaw } from "../../src/quant/svi.ts";
import { durrleman, minDurrleman, minVariance, sviViolations, totalVariance } from "../../src/quant/svi.ts";
import { fittedParams, REAL_SLICES, to1e18 } from "./support/surface-attack.ts";

const VOGT: SviRaw = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 };
/** Gatheral & Jacquier, example 5.1: an admissible slice near Vogt's. */
const PAPER_OPTIMUM: SviRaw = {
  a: -0.030519911,
  b: 0.1027167818,
  rho: 0.1007176132,
  m: 0.2723441929,
  sigma: 0.4123981469,
};

function sample(svi: SviRaw, theta1e18: bigint): bigint[] {
  return gridLogMoneyness(theta1e18).map((k) => to1e18(totalVariance(svi, Number(k) / 1e18)));
}

function thetaOf(svi: SviRaw, factor = 1): bigint {
  return to1e18(totalVariance(svi, 0) * factor);
}

/** Largest relative error of volatility at the nodes. */
function relativeVolError(seen: SviRaw, wanted: SviRaw, theta1e18: bigint): number {
  const errors = gridLogMoneyness(theta1e18).map((k1e18) => {
    const k = Number(k1e18) / 1e18;
    return Math.abs(Math.sqrt(totalVariance(seen, k) / totalVariance(wanted, k)) - 1);
  });
  return Math.max(...errors);
}

/** The norm that the fit minimises, in units of θ. */
function distance(one: readonly number[], other: readonly number[]): number {
  return Math.sqrt(GRID_NODES.reduce((sum, x, i) => sum + (one[i]! - other[i]!) ** 2 / (1 + x * x), 0));
}

function scaled(w: readonly bigint[], theta1e18: bigint): number[] {
  return w.map((variance) => Number(variance) / Number(theta1e18));
}

const someSlice = fc.record({
  slice: fc.integer({ min: 0, max: REAL_SLICES.length - 1 }),
  stretch: fc.double({ min: 0.8, max: 1.2, noNaN: true }),
  rho: fc.double({ min: -0.7, max: 0.7, noNaN: true }),
  grid: fc.double({ min: 0.7, max: 1.4, noNaN: true }),
});

function sliceOf({ slice, stretch, rho }: { slice: number; stretch: number; rho: number }): SviRaw {
  const { a, b, m, sigma } = REAL_SLICES[slice]!;
  return { a: a * stretch, b: b * stretch, rho, m, sigma };
}

describe("fitGrid on slices that are SVI", () => {
  for (const factor of [0.6, 1, 1.5]) {
    it(`finds the six real slices within 0.0005 % of volatility on a grid for ${factor} of their variance`, () => {
      for (const slice of REAL_SLICES) {
        const theta = thetaOf(slice, factor);
        const fit = fitGrid(theta, sample(slice, theta));
        expect(fit.ok).toBe(true);
        if (!fit.ok) continue;
        expect(relativeVolError(toSvi(fit.params), slice, theta)).toBeLessThan(5e-6);
        expect(fit.maxErrorBps).toBeLessThanOrEqual(1);
      }
    });
  }

  it("recovers the parameters themselves", () => {
    const slice = { a: 0.02, b: 0.12, rho: -0.35, m: 0.03, sigma: 0.18 };
    const theta = thetaOf(slice);
    const seen = toSvi(fittedParams(theta, sample(slice, theta)));
    for (const name of ["a", "b", "rho", "m", "sigma"] as const) expect(seen[name]).toBeCloseTo(slice[name], 5);
  });

  it("works from a minute to years from expiry", () => {
    for (const variance of [1e-9, 1e-8, 1e-6, 1e-4, 0.04, 1]) {
      const root = Math.sqrt(variance);
      const slice = { a: 0.4 * variance, b: 0.4 * root, rho: -0.3, m: 0.1 * root, sigma: 1.2 * root };
      if (sviViolations(slice).length > 0) throw new Error("the example holds an arbitrage");
      const theta = to1e18(variance);
      expect(relativeVolError(toSvi(fittedParams(theta, sample(slice, theta))), slice, theta)).toBeLessThan(1e-5);
    }
  });
});

describe("fitGrid on slices that hold an arbitrage", () => {
  it("makes Vogt's slice free of it within 2 % of volatility on its own grid", () => {
    const theta = thetaOf(VOGT);
    const params = fittedParams(theta, sample(VOGT, theta));
    expect(minDurrleman(VOGT).g).toBeCloseTo(-0.0328636, 6);
    expect(minDurrleman(toSvi(params)).g).toBeGreaterThanOrEqual(0.001);
    expect(relativeVolError(toSvi(params), VOGT, theta)).toBeLessThan(0.02);
  });

  it("comes nearer to Vogt's slice, in its own norm, than the optimum of the paper", () => {
    for (const factor of [0.6, 1, 1.5]) {
      const theta = thetaOf(VOGT, factor);
      const wanted = scaled(sample(VOGT, theta), theta);
      const ours = scaled(sample(toSvi(fittedParams(theta, sample(VOGT, theta))), theta), theta);
      expect(distance(ours, wanted)).toBeLessThan(distance(scaled(sample(PAPER_OPTIMUM, theta), theta), wanted));
    }
  });

  it("answers with an admissible slice no worse than a flat one, for any variance at all", () => {
    const variance = fc.oneof(
      fc.bigInt({ min: 1n, max: WORD_MAX }),
      fc.bigInt({ min: 10n ** 15n, max: 10n ** 17n }),
      fc.constantFrom(1n, WORD_MAX),
    );
    fc.assert(
      fc.property(
        fc.bigInt({ min: THETA_MIN, max: THETA_MAX }),
        fc.array(variance, { minLength: GRID_SIZE, maxLength: GRID_SIZE }),
        (theta, w) => {
          const params = fittedParams(theta, w);
          const svi = toSvi(params);
          expect(isAdmitted(params)).toBe(true);
          const given = scaled(w, theta);
          const flat = given.map(() => given[MONEY_NODE]!);
          expect(distance(scaled(sample(svi, theta), theta), given)).toBeLessThanOrEqual(distance(flat, given) * 1.001);
          expect(minVariance(svi)).toBeGreaterThan(0);
          const root = Math.sqrt(Number(theta) / 1e18);
          const gs = Array.from({ length: 801 }, (_, i) => durrleman(svi, ((i - 400) / 40) * root));
          expect(Math.min(...gs)).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("the bound of the fit", () => {
  it("holds for an admissible truth: twice the error of the medians", () => {
    const noise = fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), {
      minLength: GRID_SIZE,
      maxLength: GRID_SIZE,
    });
    fc.assert(
      fc.property(someSlice, noise, (choice, errors) => {
        const truth = sliceOf(choice);
        fc.pre(sviViolations(truth, { range: null, minG: 0.001 }).length === 0);
        const theta = thetaOf(truth, choice.grid);
        const w = sample(truth, theta);
        const medians = w.map((variance, i) => (variance * to1e18(1 + errors[i]!)) / 10n ** 18n);
        const fitted = sample(toSvi(fittedParams(theta, medians)), theta);
        const allowed = 2 * distance(scaled(medians, theta), scaled(w, theta));
        expect(distance(scaled(fitted, theta), scaled(w, theta))).toBeLessThanOrEqual(1.01 * allowed + 1e-6);
      }),
      { numRuns: 60 },
    );
  });

  it("holds for any truth and any admissible slice beside it: their distance comes on top", () => {
    const noise = fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), {
      minLength: GRID_SIZE,
      maxLength: GRID_SIZE,
    });
    fc.assert(
      fc.property(noise, fc.constantFrom(0.7, 1, 1.3), (errors, factor) => {
        const theta = thetaOf(VOGT, factor);
        const w = sample(VOGT, theta);
        const medians = w.map((variance, i) => (variance * to1e18(1 + errors[i]!)) / 10n ** 18n);
        const truth = scaled(w, theta);
        const beside = toSvi(fittedParams(theta, w));
        const fitted = sample(toSvi(fittedParams(theta, medians)), theta);
        const allowed =
          2 * distance(scaled(medians, theta), truth) + distance(scaled(sample(beside, theta), theta), truth);
        expect(distance(scaled(fitted, theta), truth)).toBeLessThanOrEqual(1.01 * allowed + 1e-6);
      }),
      { numRuns: 40 },
    );
  });
});

describe("the domain of fitGrid", () => {
  const flat = Array.from({ length: GRID_SIZE }, () => 10n ** 16n);

  it("fits a flat smile flat", () => {
    const fit = fitGrid(10n ** 16n, flat);
    expect(fit.ok && fit.maxErrorBps).toBe(0);
    expect(fit.ok && fit.params.b).toBe(0n);
    expect(fit.ok && fit.fitted).toEqual(flat);
  });

  it("names what is outside", () => {
    expect(fitGrid(THETA_MIN - 1n, flat)).toEqual({ ok: false, why: "theta-outside" });
    expect(fitGrid(THETA_MAX + 1n, flat)).toEqual({ ok: false, why: "theta-outside" });
    expect(fitGrid(10n ** 16n, flat.slice(1))).toEqual({ ok: false, why: "wrong-size" });
    for (const bad of [0n, -1n, WORD_MAX + 1n]) {
      expect(fitGrid(10n ** 16n, flat.with(3, bad))).toEqual({ ok: false, why: "variance-outside" });
    }
  });

  it("never admits words that do not fit, or a slice that is not one", () => {
    const good = roundSvi({ a: 0.02, b: 0.12, rho: -0.35, m: 0.03, sigma: 0.18 });
    expect(isAdmitted(good)).toBe(true);
    expect(isAdmitted({ ...good, a: WORD_MAX + 1n })).toBe(false);
    expect(isAdmitted({ ...good, m: -WORD_MAX - 1n })).toBe(false);
    expect(isAdmitted({ ...good, b: -1n })).toBe(false);
    expect(isAdmitted({ ...good, sigma: 0n })).toBe(false);
    expect(isAdmitted(roundSvi(VOGT))).toBe(false);
  });
});
