import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MS_PER_YEAR } from "../../src/quant/day-count.ts";
import {
  bootstrapTheta,
  GRID_NODES,
  GRID_SIZE,
  gridLogMoneyness,
  isCentral,
  isTheta,
  MONEY_NODE,
  THETA_MAX,
  THETA_MIN,
  UNIT_1E18,
} from "../../src/quant/surface-grid.ts";

describe("the nodes of a slice", () => {
  it("are 17, ascending, symmetric, with the money in the middle and four standard deviations at the ends", () => {
    expect(GRID_NODES).toHaveLength(17);
    expect(GRID_SIZE).toBe(17);
    expect(GRID_NODES[MONEY_NODE]).toBe(0);
    expect([GRID_NODES[0], GRID_NODES[16]]).toEqual([-4, 4]);
    for (let i = 1; i < GRID_SIZE; i++) {
      expect(GRID_NODES[i]!).toBeGreaterThan(GRID_NODES[i - 1]!);
      expect(GRID_NODES[i]!).toBe(GRID_NODES[GRID_SIZE - 1 - i] === 0 ? 0 : -GRID_NODES[GRID_SIZE - 1 - i]!);
    }
  });

  it("are nowhere denser than at the money, and nine of them are central", () => {
    const gaps = GRID_NODES.slice(1).map((x, i) => x - GRID_NODES[i]!);
    expect(Math.min(...gaps)).toBe(gaps[MONEY_NODE]);
    for (let i = MONEY_NODE + 1; i < gaps.length; i++) expect(gaps[i]!).toBeGreaterThanOrEqual(gaps[i - 1]!);
    expect(GRID_NODES.filter((_, i) => isCentral(i))).toEqual([-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1]);
    expect(isCentral(-1) || isCentral(GRID_SIZE)).toBe(false);
  });
});

describe("gridLogMoneyness", () => {
  it("spreads the nodes by the root of theta", () => {
    const ks = gridLogMoneyness(UNIT_1E18 / 100n);
    expect(ks[16]).toBe((4n * UNIT_1E18) / 10n);
    expect(ks[9]).toBe(UNIT_1E18 / 40n);
    expect(ks[MONEY_NODE]).toBe(0n);
  });

  it("is symmetric and strictly ascending for every theta in the domain", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: THETA_MIN, max: THETA_MAX }), (theta) => {
        const ks = gridLogMoneyness(theta);
        for (let i = 0; i < GRID_SIZE; i++) {
          expect(ks[i]).toBe(-ks[GRID_SIZE - 1 - i]!);
          if (i > 0) expect(ks[i]! > ks[i - 1]!).toBe(true);
        }
      }),
    );
  });

  it("refuses a theta outside the domain", () => {
    for (const theta of [-1n, 0n, THETA_MIN - 1n, THETA_MAX + 1n]) {
      expect(isTheta(theta)).toBe(false);
      expect(() => gridLogMoneyness(theta)).toThrow(/no grid for a total variance/);
    }
  });
});

describe("bootstrapTheta", () => {
  it("is the square of the volatility times ACT/365 years", () => {
    expect(bootstrapTheta((UNIT_1E18 * 6n) / 10n, MS_PER_YEAR)).toBe((UNIT_1E18 * 36n) / 100n);
    expect(bootstrapTheta(UNIT_1E18 / 2n, MS_PER_YEAR / 365)).toBe(UNIT_1E18 / 4n / 365n);
  });

  it("stays inside the domain of a grid", () => {
    expect(bootstrapTheta(UNIT_1E18 / 1000n, 1)).toBe(THETA_MIN);
    expect(bootstrapTheta(UNIT_1E18 * 99n, MS_PER_YEAR)).toBe(THETA_MAX);
  });

  it("refuses what is not positive", () => {
    expect(() => bootstrapTheta(0n, 1)).toThrow(/no grid for a volatility/);
    expect(() => bootstrapTheta(UNIT_1E18, 0)).toThrow(/no grid for a volatility/);
    expect(() => bootstrapTheta(UNIT_1E18, 1.5)).toThrow(/no grid for a volatility/);
  });
});
