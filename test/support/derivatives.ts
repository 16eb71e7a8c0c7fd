/** A surface and a settlement to agree on: their rules, and what honest nodes see of them. */
import { roundHalfEven } from "../../src/base/fixed.ts";
import type { ParentGrid } from "../../src/feeds/agree-surface.ts";
import type { ObservedSlice, SettlementObservation, SurfaceObservation } from "../../src/feeds/observed.ts";
import type { FeedRule, SettlementShape, SurfaceShape } from "../../src/feeds/rule.ts";
import { gridTheta } from "../../src/feeds/surface-schedule.ts";
import { yearsBetween } from "../../src/quant/day-count.ts";
import { gridLogMoneyness } from "../../src/quant/surface-grid.ts";
import type { SviRaw } from "../../src/quant/svi.ts";
import { totalVariance } from "../../src/quant/svi.ts";
import { feedRule, T0 } from "./protocol.ts";

export const UNIT = 10n ** 18n;
export const DAY_MS = 86_400_000;
/** Three listed expiries: a week, a month, a quarter. */
export const EXPIRIES = [T0 + 7 * DAY_MS, T0 + 35 * DAY_MS, T0 + 91 * DAY_MS] as const;
export const SPOT = 9_500_000_000_000n;
export const NO_GRID: ParentGrid = { gridRound: 0, thetas: new Map() };

export const surfaceShape: SurfaceShape = {
  type: "surface",
  everyRounds: 10,
  phase: 0,
  minTenorMs: 3_600_000,
  maxTenorMs: 400 * DAY_MS,
  minExpiries: 2,
  maxExpiries: 12,
  startVariance: (UNIT * 36n) / 100n,
  agreementVol: (UNIT * 3n) / 100n,
  fitTolerance: { centre: (UNIT * 3n) / 100n, wing: (UNIT * 15n) / 100n },
  headlineMs: 30 * DAY_MS,
  book: {
    spotPosition: 0,
    lambda: 4n * UNIT,
    rest: 2n * UNIT,
    spotTolerance: 3n * 10n ** 14n,
    premiumTolerance: UNIT / 8n,
    floor: 5n * 10n ** 12n,
    settlementWindowMs: 1_800_000,
    gas: { spot: 7_150, slice: 12_000 },
  },
};

export function surfaceRule(index: number, over: Partial<SurfaceShape> = {}): FeedRule {
  return feedRule(index, {
    shape: { ...surfaceShape, ...over },
    heartbeatMs: 14_400_000,
    heartbeatMarginMs: 60_000,
    deviation: { type: "absolute", amount: 1_000_000n },
    agreement: { type: "absolute", amount: 3_000_000n },
    statusGraceMs: 30_000,
  });
}

/** Every minute, averaged over its last ten seconds. The first expiry after T0 is 40 seconds away. */
export const settlementShape: SettlementShape = {
  type: "settlement",
  periodMs: 60_000,
  offsetMs: T0 + 40_000,
  windowMs: 10_000,
  minCoveragePpm: 950_000,
};

export function settlementRule(index: number): FeedRule {
  return feedRule(index, { shape: settlementShape, heartbeatMs: 120_000, deviation: { type: "relative", bps: 1 } });
}

/** A skewed smile whose total variance grows with time: about `vol` at the money. */
export function smile(expiryMs: number, timeMs: number, vol = 0.5): SviRaw {
  const years = yearsBetween(timeMs, expiryMs);
  const root = Math.sqrt(years);
  return { a: 0.5 * vol * vol * years, b: vol * vol * root, rho: -0.3, m: 0.02 * root, sigma: 0.5 * root };
}

export type SliceView = {
  readonly vol?: number;
  readonly forward?: bigint;
  readonly grid?: ParentGrid;
  readonly timeMs?: number;
  readonly shape?: SurfaceShape;
};

export function sliceSeen(expiryMs: number, view: SliceView = {}): ObservedSlice {
  const { vol = 0.5, forward = (SPOT * 1_004n) / 1_000n, grid = NO_GRID, timeMs = T0, shape = surfaceShape } = view;
  const svi = smile(expiryMs, timeMs, vol);
  const theta = gridTheta(shape, grid.thetas, expiryMs, timeMs);
  return {
    expiryMs,
    forward,
    variances: gridLogMoneyness(theta).map((k) => roundHalfEven(totalVariance(svi, Number(k) / 1e18), 18)),
  };
}

export function surfaceSeen(view: SliceView = {}, expiries: readonly number[] = EXPIRIES): SurfaceObservation {
  const slices = expiries.map((expiryMs) => sliceSeen(expiryMs, view));
  return { type: "surface", gridRound: (view.grid ?? NO_GRID).gridRound, slices };
}

export function settlementSeen(
  expiryMs: number,
  fixed: bigint,
  over: Partial<SettlementObservation> = {},
): SettlementObservation {
  return { type: "settlement", expiryMs, fixed, variable: 0n, coveragePpm: 1_000_000, ...over };
}
