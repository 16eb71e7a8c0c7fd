/**
 * A surface under attack: 13 nodes, 4 of them liars. The medians of the grid hold where medians of parameters do not, since
 * SVI parameters are not identifiable: slices that look alike may differ in every parameter.
 */
import { describe, expect, it } from "vitest";
import { roundSvi, toSvi } from "../../src/quant/grid-admission.ts";
import type { AgreedSlice, SliceAgreement } from "../../src/quant/grid-agreement.ts";
import { agreeSlices } from "../../src/quant/grid-agreement.ts";
import type { SurfaceSlice } from "../../src/quant/grid-surface.ts";
import { fitSurface } from "../../src/quant/grid-surface.ts";
import { gridLogMoneyness } from "../../src/quant/surface-grid.ts";
import type { SviRaw } from "../../src/quant/svi.ts";
import { durrleman, minDurrleman, totalVariance } from "../../src/quant/svi.ts";
import {
  attackTrial,
  fittedParams,
  LIARS,
  medianOf,
  medianParams,
  NODES,
  STRATEGIES,
  to1e18,
  worstVolPoints,
} from "./support/surface-attack.ts";

const MS_PER_YEAR = 365 * 86_400_000;
const QUORUM = 2 * LIARS + 1;
/** Quotes as noisy as these need a wide agreement; the claim is about the median, not about the rule. */
const AGREEMENT = { atMs: 0, quorum: QUORUM, agreementVolBps: 1_000 };
const SURFACE = { atMs: 0, fitToleranceVolBps: { centre: 500, wing: 1_500 } };

function isOk(slice: SliceAgreement): slice is AgreedSlice {
  return slice.status === "ok";
}

/** The smallest g on a scan of 8001 points, ten standard deviations to either side. */
function leastG(svi: SviRaw, root: number): number {
  let least = Infinity;
  for (let i = -4_000; i <= 4_000; i++) least = Math.min(least, durrleman(svi, (i / 400) * root));
  return least;
}

describe("60 seeded trials of four liars among thirteen nodes", () => {
  const trials = Array.from({ length: 60 }, (_, i) => attackTrial(i + 1));
  const outcomes = trials.flatMap((trial) =>
    trial.lies.map((liars) => {
      const observations = [...trial.honest, ...liars].map((w) => ({ forward: 60_000n, w }));
      const expiryMs = Math.round(trial.years * MS_PER_YEAR);
      const [agreement] = agreeSlices([{ expiryMs, theta1e18: trial.theta1e18, observations }], AGREEMENT);
      return { trial, agreement: agreement! };
    }),
  );

  it("play every strategy, each upwards and downwards", () => {
    expect(outcomes).toHaveLength(120);
    expect(new Set(trials.map(({ strategy }) => strategy))).toEqual(new Set(STRATEGIES));
    expect(trials.every(({ honest, lies }) => honest.length + lies[0]!.length === NODES)).toBe(true);
  });

  it("never move the published slice by more than 4 vol points on the grid, and all are published", () => {
    const errors = outcomes.map(({ trial, agreement }) => {
      expect(agreement.status).toBe("ok");
      const { slices } = fitSurface([agreement].filter(isOk), SURFACE);
      expect(slices).toHaveLength(1);
      return worstVolPoints(trial, slices[0]!.params);
    });
    expect(Math.max(...errors)).toBeLessThanOrEqual(4);
    expect(Math.max(...errors)).toBeGreaterThan(1);
  });

  it("never publish a slice with a negative density", () => {
    for (const { trial, agreement } of outcomes) {
      for (const { params } of fitSurface([agreement].filter(isOk), SURFACE).slices) {
        expect(leastG(toSvi(params), Math.sqrt(Number(trial.theta1e18) / 1e18))).toBeGreaterThan(0);
      }
    }
  });

  it("move the median of parameters by more than 20 vol points", () => {
    const errors = trials.map((trial) =>
      worstVolPoints(trial, medianParams([...trial.honestParams, ...trial.liarParams])),
    );
    expect(Math.max(...errors)).toBeGreaterThan(20);
  });
});

describe("a whole surface of noisy and lying nodes", () => {
  /** Each trial is one expiry's smile; six of one seed family, with the truths of their own years, make a board. */
  it("is free of butterfly and calendar arbitrage in what it publishes, and names what it leaves out", () => {
    for (let seed = 1; seed <= 6; seed++) {
      const byExpiry = new Map<number, ReturnType<typeof attackTrial>>();
      for (let i = 0; i < 12; i++) {
        const trial = attackTrial(seed * 1_000 + i);
        byExpiry.set(Math.round(trial.years * MS_PER_YEAR), trial);
      }
      const observed = [...byExpiry].map(([expiryMs, { theta1e18, honest, lies }]) => ({
        expiryMs,
        theta1e18,
        observations: [...honest, ...lies[seed % 2]!].map((w) => ({ forward: 60_000n, w })),
      }));
      const agreed = agreeSlices(observed, AGREEMENT).filter(isOk);
      const { slices, leftOut } = fitSurface(agreed, SURFACE);
      expect(slices.length + leftOut.length).toBe(agreed.length);
      expect(slices.length).toBeGreaterThanOrEqual(3);
      expectArbitrageFree(slices, new Map(agreed.map(({ expiryMs, theta1e18 }) => [expiryMs, theta1e18])));
    }
  });

  function expectArbitrageFree(slices: readonly SurfaceSlice[], thetas: ReadonlyMap<number, bigint>): void {
    for (const [j, far] of slices.entries()) {
      const farRoot = Math.sqrt(Number(thetas.get(far.expiryMs)!) / 1e18);
      expect(leastG(toSvi(far.params), farRoot)).toBeGreaterThan(0);
      for (const near of slices.slice(0, j)) {
        const nearRoot = Math.sqrt(Number(thetas.get(near.expiryMs)!) / 1e18);
        for (const root of [nearRoot, farRoot]) {
          const margins = Array.from({ length: 1_601 }, (_, i) => {
            const k = ((i - 800) / 200) * root;
            return totalVariance(toSvi(far.params), k) - totalVariance(toSvi(near.params), k);
          });
          expect(Math.min(...margins)).toBeGreaterThanOrEqual(0);
        }
      }
    }
  }
});

describe("three honest slices whose parameter median is no slice", () => {
  const years = 0.25;
  const honest: readonly SviRaw[] = [
    { a: -0.070984, b: 0.229979, rho: 0.495735, m: -0.062168, sigma: 0.4826 },
    { a: -0.081377, b: 0.190067, rho: 0.560722, m: -0.088007, sigma: 0.656076 },
    { a: -0.02605, b: 0.166625, rho: 0.470185, m: -0.144896, sigma: 0.369813 },
  ];
  const centre = Array.from({ length: 61 }, (_, i) => (i - 30) / 100);
  const vol = (svi: SviRaw, k: number): number => 100 * Math.sqrt(totalVariance(svi, k) / years);
  const apart = (one: SviRaw, other: SviRaw): number =>
    Math.max(...centre.map((k) => Math.abs(vol(one, k) - vol(other, k))));
  const nearest = (svi: SviRaw): number => Math.min(...honest.map((one) => apart(one, svi)));

  it("are within 3.06 vol points of each other and free of arbitrage", () => {
    const least = honest.map((svi) => minDurrleman(svi).g);
    for (const [i, wanted] of [0.0739, 0.0465, 0.1388].entries()) expect(least[i]).toBeCloseTo(wanted, 4);
    expect(Math.max(...honest.flatMap((one) => honest.map((other) => apart(one, other))))).toBeCloseTo(3.06, 2);
  });

  it("have a parameter median with g of -0.01162, 12.8 vol points from the nearest", () => {
    const median = toSvi(medianParams(honest.map(roundSvi)));
    expect(median).toEqual({ a: -0.070984, b: 0.190067, rho: 0.495735, m: -0.088007, sigma: 0.4826 });
    expect(minDurrleman(median).g).toBeCloseTo(-0.01162, 5);
    expect(nearest(median)).toBeCloseTo(12.8, 1);
  });

  it("have a grid median whose fit is a slice among them", () => {
    const theta = medianOf(honest.map((svi) => to1e18(totalVariance(svi, 0))));
    const ks = gridLogMoneyness(theta).map((k) => Number(k) / 1e18);
    const medians = ks.map((k) => medianOf(honest.map((svi) => to1e18(totalVariance(svi, k)))));
    const fitted = toSvi(fittedParams(theta, medians));
    expect(minDurrleman(fitted).g).toBeGreaterThan(0.001);
    expect(nearest(fitted)).toBeLessThan(1.5);
  });
});
