import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SviParams } from "../../src/quant/grid-admission.ts";
import { gridVariance, isAdmitted, toSvi } from "../../src/quant/grid-admission.ts";
import type { AgreedSlice } from "../../src/quant/grid-agreement.ts";
import { gridVol } from "../../src/quant/grid-agreement.ts";
import { fitSurface } from "../../src/quant/grid-surface.ts";
import { GRID_NODES, gridLogMoneyness } from "../../src/quant/surface-grid.ts";
import type { SviRaw } from "../../src/quant/svi.ts";
import { calendarMargin, totalVariance } from "../../src/quant/svi.ts";
import { fittedParams, REAL_SLICES, to1e18 } from "./support/surface-attack.ts";

const DAY_MS = 86_400_000;
const WIDE = { atMs: 0, fitToleranceVolBps: { centre: 2_000, wing: 2_000 } };
const NARROW = { atMs: 0, fitToleranceVolBps: { centre: 50, wing: 150 } };

function agreed(expiryMs: number, theta: number, w: (k: number) => number): AgreedSlice {
  const theta1e18 = to1e18(theta);
  const medians = gridLogMoneyness(theta1e18).map((k) => to1e18(w(Number(k) / 1e18)));
  return { status: "ok", expiryMs, theta1e18, forward: 60_000n, medians };
}

function fromSvi(expiryMs: number, svi: SviRaw): AgreedSlice {
  return agreed(expiryMs, totalVariance(svi, 0), (k) => totalVariance(svi, k));
}

const board = REAL_SLICES.map((slice) => fromSvi(Math.round(slice.years * 365 * DAY_MS), slice));

/** Least spare variance of the later slice on both grids, scanned 4001 times. */
function spare(near: SviParams, far: SviParams, reach: number): number {
  const margins = Array.from({ length: 4_001 }, (_, i) => {
    const k = ((i - 2_000) / 2_000) * reach;
    return totalVariance(toSvi(far), k) - totalVariance(toSvi(near), k);
  });
  return Math.min(...margins);
}

describe("fitSurface on slices that agree", () => {
  const surface = fitSurface(board, NARROW);

  it("publishes the six real slices by expiry, with what they were fitted to", () => {
    expect(surface.leftOut).toEqual([]);
    expect(surface.slices.map(({ expiryMs }) => expiryMs)).toEqual(board.map(({ expiryMs }) => expiryMs));
    for (const [i, slice] of surface.slices.entries()) {
      expect(slice.forward).toBe(60_000n);
      expect(slice.centreErrorVolBps).toBeLessThanOrEqual(1);
      expect(slice.wingErrorVolBps).toBeLessThanOrEqual(1);
      expect(slice.lift1e18).toBe(0n);
      expect(slice.theta1e18).toBe(gridVariance(slice.params, 0n));
      expect(Number(slice.theta1e18) / Number(board[i]!.theta1e18)).toBeCloseTo(1, 5);
    }
  });

  it("gives the same surface in whatever order the slices come", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(board, { minLength: board.length }), (shuffled) => {
        expect(fitSurface(shuffled, NARROW)).toEqual(surface);
      }),
      { numRuns: 8 },
    );
  });

  it("is empty without slices", () => {
    expect(fitSurface([], NARROW)).toEqual({ slices: [], leftOut: [] });
  });

  it("refuses two slices of one expiry", () => {
    expect(() => fitSurface([board[1]!, board[0]!, board[1]!], NARROW)).toThrow(/two slices expire/);
  });
});

describe("the calendar check at common log-moneyness", () => {
  // theta .0100 and .0121: in order node by node, yet the later slice is lower at k = 0.3.
  const near = agreed(7 * DAY_MS, 0.01, (k) => 0.01 * (1 + (2 * Math.abs(k)) / 0.1 / 3));
  const far = agreed(9 * DAY_MS, 0.0121, (k) => 0.0121 * (1 + Math.abs(k) / 0.11 / 2));
  const reach = 0.44;

  it("finds a crossing that a comparison node by node passes over", () => {
    for (const [i, x] of GRID_NODES.entries()) {
      if (Math.abs(x) <= 3) expect(far.medians[i]! > near.medians[i]!).toBe(true);
    }
    const [nearFit, farFit] = [near, far].map((slice) => fittedParams(slice.theta1e18, slice.medians));
    expect(totalVariance(toSvi(farFit!), 0.3)).toBeLessThan(totalVariance(toSvi(nearFit!), 0.3));
  });

  it("repairs it by lifting the later slice, and by no more than it takes", () => {
    const { slices, leftOut } = fitSurface([near, far], WIDE);
    expect(leftOut).toEqual([]);
    const [first, second] = slices;
    expect(first!.lift1e18).toBe(0n);
    expect(second!.lift1e18).toBeGreaterThan(0n);
    expect(spare(first!.params, second!.params, reach)).toBeGreaterThanOrEqual(0);
    expect(spare(first!.params, second!.params, reach)).toBeLessThan(1e-9);
    expect(second!.params).toEqual({
      ...fittedParams(far.theta1e18, far.medians),
      a: fittedParams(far.theta1e18, far.medians).a + second!.lift1e18,
    });
    expect(isAdmitted(second!.params)).toBe(true);
  });

  it("counts the lift as an error of the fit", () => {
    const [, second] = fitSurface([near, far], WIDE).slices;
    const distances = gridLogMoneyness(far.theta1e18).map((k, i) => {
      const apart = gridVol(gridVariance(second!.params, k), 9 * DAY_MS) - gridVol(far.medians[i]!, 9 * DAY_MS);
      return Number(apart < 0n ? -apart : apart) / 1e5;
    });
    expect(Math.max(second!.centreErrorVolBps, second!.wingErrorVolBps)).toBe(Math.ceil(Math.max(...distances)));
  });

  it("leaves the later slice out where the lift would carry it too far from what was agreed", () => {
    const rule = { atMs: 0, fitToleranceVolBps: { centre: 300, wing: 300 } };
    const { slices, leftOut } = fitSurface([near, far], rule);
    expect(slices.map(({ expiryMs }) => expiryMs)).toEqual([7 * DAY_MS]);
    expect(leftOut).toEqual([{ expiryMs: 9 * DAY_MS, why: "calendar" }]);
  });

  it("leaves out the one slice that crosses all others, not the others", () => {
    const [first, second, third, ...rest] = board;
    const tooHigh = agreed(second!.expiryMs, 0.5, () => 0.5);
    const { slices, leftOut } = fitSurface([first!, tooHigh, third!, ...rest.slice(0, 2)], WIDE);
    expect(leftOut).toEqual([{ expiryMs: second!.expiryMs, why: "calendar" }]);
    expect(slices).toHaveLength(4);
  });

  it("leaves no pair of random slices crossed on both of their grids", () => {
    const shape = fc.record({
      level: fc.double({ min: 0.6, max: 1.4, noNaN: true }),
      b: fc.double({ min: 0.2, max: 0.8, noNaN: true }),
      rho: fc.double({ min: -0.8, max: 0.8, noNaN: true }),
      sigma: fc.double({ min: 0.3, max: 2, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(shape, { minLength: 2, maxLength: 4 }), (shapes) => {
        const slices = shapes.map(({ level, b, rho, sigma }, i) => {
          const theta = 0.004 * (i + 1) * level;
          const root = Math.sqrt(theta);
          return fromSvi(7 * DAY_MS * (i + 1), { a: 0.5 * theta, b: b * root, rho, m: 0, sigma: sigma * root });
        });
        const published = fitSurface(slices, WIDE).slices;
        for (const [j, far] of published.entries()) {
          expect(isAdmitted(far.params)).toBe(true);
          for (const near of published.slice(0, j)) {
            const roots = slices
              .filter(({ expiryMs }) => expiryMs === near.expiryMs || expiryMs === far.expiryMs)
              .map(({ theta1e18 }) => Math.sqrt(Number(theta1e18) / 1e18));
            const reach = 4 * Math.max(...roots);
            expect(spare(near.params, far.params, reach)).toBeGreaterThanOrEqual(0);
            const margin = calendarMargin(toSvi(near.params), toSvi(far.params), { min: -reach, max: reach });
            expect(margin.margin).toBeGreaterThanOrEqual(0);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("slices that are not published", () => {
  it("say that the best admissible slice is too far from what was agreed", () => {
    const jagged = board[3]!;
    const medians = jagged.medians.map((w, i) => (i % 2 === 0 ? w : (w * 13n) / 10n));
    const { slices, leftOut } = fitSurface([{ ...jagged, medians }, board[4]!], NARROW);
    expect(slices.map(({ expiryMs }) => expiryMs)).toEqual([board[4]!.expiryMs]);
    expect(leftOut).toEqual([{ expiryMs: jagged.expiryMs, why: "far-fit" }]);
  });

  it("say that their expiry has come, or that their grid is outside the domain", () => {
    const [first, second] = board;
    const { leftOut } = fitSurface([first!, { ...second!, theta1e18: 1n }], { ...NARROW, atMs: first!.expiryMs });
    expect(leftOut).toEqual([
      { expiryMs: first!.expiryMs, why: "outside" },
      { expiryMs: second!.expiryMs, why: "outside" },
    ]);
  });

  it("allow the wings more than the centre", () => {
    const slice = board[3]!;
    const bump = (nodes: readonly number[]): AgreedSlice => ({
      ...slice,
      medians: slice.medians.map((w, i) => (nodes.includes(i) ? (w * 103n) / 100n : w)),
    });
    expect(fitSurface([bump([0, 15])], NARROW).slices).toHaveLength(1);
    expect(fitSurface([bump([6, 9])], NARROW).leftOut).toEqual([{ expiryMs: slice.expiryMs, why: "far-fit" }]);
  });
});
