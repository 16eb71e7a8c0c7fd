/**
 * From at least 2f+1 signed grids to one surface, the same bits at every node: per expiry the coordinate-wise median
 * (quant/grid-agreement.ts), the deterministic fit and its checks (quant/grid-surface.ts), and the headline. [R37]
 */
import { absBig, ceilDiv } from "../base/fixed.ts";
import { MS_PER_YEAR } from "../quant/day-count.ts";
import type { AgreedSlice as AgreedGrid, SliceAgreement } from "../quant/grid-agreement.ts";
import { agreeSlices } from "../quant/grid-agreement.ts";
import { fitSurface } from "../quant/grid-surface.ts";
import { isqrt } from "../quant/integer-sqrt.ts";
import { isCentral } from "../quant/surface-grid.ts";
import { CONFIDENCE_MAX, isFurther, PPB, upperMedian } from "./aggregate.ts";
import type { ObservedSlice, SurfaceObservation } from "./observed.ts";
import type { SurfaceShape } from "./rule.ts";
import { gridTheta, isInTenor } from "./surface-schedule.ts";

/** The grid that the parent fixes. */
export type ParentGrid = {
  /** The round in which its slices were agreed on; 0 when never. */
  readonly gridRound: number;
  /** Of its slices, 1e-18, by expiry. */
  readonly thetas: ReadonlyMap<number, bigint>;
};

/** One expiry that was agreed on; units of report/detail.ts. */
export type SurfaceSliceAgreed = {
  readonly expiryMs: number;
  readonly forward: bigint;
  readonly params: {
    readonly a: bigint;
    readonly b: bigint;
    readonly rho: bigint;
    readonly m: bigint;
    readonly sigma: bigint;
  };
  readonly theta: bigint;
  readonly centreErrorVolBps: number;
  readonly wingErrorVolBps: number;
};

export type SurfaceAgreement =
  | {
      readonly status: "ok";
      /** The headline, in the feed's decimals. */
      readonly value: bigint;
      readonly confidencePpb: number;
      readonly slices: readonly SurfaceSliceAgreed[];
    }
  | { readonly status: "missing" | "disputed" };

/** Forwards carry spot's honest spread and the basis's; the volatility distances of the rule do not fit them. */
const FORWARD_AGREEMENT = { type: "relative", bps: 100 } as const;
/** A hundredth of a vol point in units of 1e-18. */
const VOL_BPS = 100_000_000_000_000n;

/** Each expiry that a quorum names on the parent's grid, within the tenor limits, the nearest first. */
function candidates(
  shape: SurfaceShape,
  onGrid: readonly SurfaceObservation[],
  quorum: number,
  timeMs: number,
): Map<number, ObservedSlice[]> {
  const byExpiry = new Map<number, ObservedSlice[]>();
  for (const { slices } of onGrid) {
    for (const slice of slices) {
      if (!isInTenor(shape, slice.expiryMs, timeMs)) continue;
      byExpiry.set(slice.expiryMs, [...(byExpiry.get(slice.expiryMs) ?? []), slice]);
    }
  }
  const named = [...byExpiry].filter(([, slices]) => slices.length >= quorum).sort(([a], [b]) => a - b);
  return new Map(named.slice(0, shape.maxExpiries));
}

function forwardsAgree(agreed: AgreedGrid, slices: readonly ObservedSlice[], quorum: number): boolean {
  return slices.filter(({ forward }) => !isFurther(FORWARD_AGREEMENT, agreed.forward, forward)).length >= quorum;
}

/** The square root of w/T, in `decimals`; T is ACT/365. */
function volAt(variance1e18: bigint, tenorMs: number, decimals: number): bigint {
  const scale = BigInt(`1${"0".repeat(2 * decimals)}`);
  return isqrt((variance1e18 * BigInt(MS_PER_YEAR) * scale) / (BigInt(tenorMs) * 10n ** 18n));
}

/**
 * At-the-money volatility `tenorMs` ahead: total variance is linear in time between two expiries. Before the first and
 * behind the last the volatility is that of the nearest expiry: a surface without a bracket is no reason to be missing.
 * @param slices at least one, ascending
 */
export function headline(
  slices: readonly Pick<SurfaceSliceAgreed, "expiryMs" | "theta">[],
  timeMs: number,
  tenorMs: number,
  decimals: number,
): bigint {
  const targetMs = timeMs + tenorMs;
  const far = slices.find(({ expiryMs }) => expiryMs >= targetMs);
  const near = slices.findLast(({ expiryMs }) => expiryMs <= targetMs);
  if (near === undefined || far === undefined || near.expiryMs === far.expiryMs) {
    const only = near ?? far!;
    return volAt(only.theta, only.expiryMs - timeMs, decimals);
  }
  const rise = ((far.theta - near.theta) * BigInt(targetMs - near.expiryMs)) / BigInt(far.expiryMs - near.expiryMs);
  return volAt(near.theta + rise, tenorMs, decimals);
}

/**
 * How far apart the nodes are: of all expiries and central nodes of the grid the largest median absolute deviation of
 * total variance, over twice its median, which is the deviation of volatility to first order; ppb, rounded up.
 */
function confidencePpb(grids: readonly AgreedGrid[], observed: ReadonlyMap<number, readonly ObservedSlice[]>): number {
  let worst = 0n;
  for (const { expiryMs, medians } of grids) {
    const slices = observed.get(expiryMs) ?? [];
    for (const [node, median] of medians.entries()) {
      if (!isCentral(node)) continue;
      const deviation = upperMedian(slices.map(({ variances }) => absBig(variances[node]! - median))) ?? 0n;
      const ppb = ceilDiv(deviation * PPB, 2n * median);
      if (ppb > worst) worst = ppb;
    }
  }
  return Number(worst > CONFIDENCE_MAX ? CONFIDENCE_MAX : worst);
}

/** An observation on another grid than the parent's is as good as none. */
export function isOnGrid(observation: SurfaceObservation, grid: ParentGrid): boolean {
  return observation.gridRound === grid.gridRound;
}

/**
 * @param observations of one surface in a round in which it is agreed on
 * @param quorum       2f+1
 * @param timeMs       T_r
 */
export function agreeSurface(
  shape: SurfaceShape,
  decimals: number,
  grid: ParentGrid,
  observations: readonly SurfaceObservation[],
  quorum: number,
  timeMs: number,
): SurfaceAgreement {
  const onGrid = observations.filter((observation) => isOnGrid(observation, grid));
  const observed = candidates(shape, onGrid, quorum, timeMs);
  if (observed.size < shape.minExpiries) return { status: "missing" };
  const asked = [...observed].map(([expiryMs, slices]) => ({
    expiryMs,
    theta1e18: gridTheta(shape, grid.thetas, expiryMs, timeMs),
    observations: slices.map(({ forward, variances }) => ({ forward, w: variances })),
  }));
  const agreementVolBps = Number(shape.agreementVol / VOL_BPS);
  const isAgreed = (one: SliceAgreement): one is AgreedGrid =>
    one.status === "ok" && forwardsAgree(one, observed.get(one.expiryMs) ?? [], quorum);
  const grids = agreeSlices(asked, { atMs: timeMs, quorum, agreementVolBps }).filter(isAgreed);
  const { slices } = fitSurface(grids, {
    atMs: timeMs,
    fitToleranceVolBps: {
      centre: Number(shape.fitTolerance.centre / VOL_BPS),
      wing: Number(shape.fitTolerance.wing / VOL_BPS),
    },
  });
  // The expiries were there; what they said did not agree, or does not fit an arbitrage-free surface.
  if (slices.length < shape.minExpiries) return { status: "disputed" };
  const agreed = slices.map(({ expiryMs, forward, params, theta1e18, centreErrorVolBps, wingErrorVolBps }) => ({
    expiryMs,
    forward,
    params,
    theta: theta1e18,
    centreErrorVolBps,
    wingErrorVolBps,
  }));
  const kept = grids.filter(({ expiryMs }) => slices.some((slice) => slice.expiryMs === expiryMs));
  return {
    status: "ok",
    value: headline(agreed, timeMs, shape.headlineMs, decimals),
    confidencePpb: confidencePpb(kept, observed),
    slices: agreed,
  };
}
