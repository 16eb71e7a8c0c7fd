/**
 * From agreed slices to a surface that is free of static arbitrage: a fit per expiry (grid-fit.ts), then the calendar
 * check at common log-moneyness over the grids of both slices, repaired by lifting `a` of the later one, then the
 * distance from the agreed values. A check node by node would compare different strikes, since grids scale with √θ.
 * Source of the conditions: J. Gatheral and A. Jacquier, "Arbitrage-free SVI volatility surfaces" (2014).
 *
 * Domain: AgreedSlice. Accuracy: a published slice has g ≥ 0.001 on the whole line, Lee's wings, and nowhere on both
 * grids less variance than an earlier one, on the published integers as svi.ts evaluates them. Same bits everywhere.
 */
import { absBig, roundHalfEven } from "../base/fixed.ts";
import { OracleError } from "../base/errors.ts";
import type { SviParams } from "./grid-admission.ts";
import { gridVariance, isAdmitted, toSvi } from "./grid-admission.ts";
import type { AgreedSlice } from "./grid-agreement.ts";
import { gridVol, VOL_BPS } from "./grid-agreement.ts";
import { fitGrid } from "./grid-fit.ts";
import { GRID_NODES, gridLogMoneyness, isCentral, isTheta, rootTheta } from "./surface-grid.ts";
import { calendarMargin } from "./svi.ts";

export type SurfaceRule = {
  /** The slot's time, unix ms, from which years to expiry count. */
  readonly atMs: number;
  /** How far the published slice may be from the agreed values, hundredths of a vol point: within |x| ≤ 1, and beyond. */
  readonly fitToleranceVolBps: { readonly centre: number; readonly wing: number };
};

export type SurfaceSlice = {
  readonly expiryMs: number;
  /** Agreed forward, in the feed's decimals. */
  readonly forward: bigint;
  /** Total variance at the money of the published slice, 1e-18: it places the next grid. */
  readonly theta1e18: bigint;
  readonly params: SviParams;
  /** By how much `a` was lifted over the best fit, 1e-18. */
  readonly lift1e18: bigint;
  /** Largest distance from the agreed values, hundredths of a vol point, rounded up: within |x| ≤ 1, and beyond. */
  readonly centreErrorVolBps: number;
  readonly wingErrorVolBps: number;
};

/** Why an agreed slice is not published. */
export type LeftOut =
  /** The expiry has come, or the grid or the fitted variance at the money is outside the domain. */
  | "outside"
  /** The best admissible slice is further from the agreed values than the tolerance. */
  | "far-fit"
  /** It crosses another expiry by more than a lift within the tolerance repairs. */
  | "calendar";

export type Surface = {
  /** By expiry. */
  readonly slices: readonly SurfaceSlice[];
  /** By expiry. */
  readonly leftOut: readonly { readonly expiryMs: number; readonly why: LeftOut }[];
};

type Fitted = { readonly agreed: AgreedSlice; readonly params: SviParams; readonly slice: SurfaceSlice };

function errorVolBps(distance: bigint): number {
  return Number((distance + VOL_BPS - 1n) / VOL_BPS);
}

/** The slice with `a` lifted, measured against the agreed values; null where it may not be published like that. */
function lifted(agreed: AgreedSlice, params: SviParams, lift1e18: bigint, rule: SurfaceRule): SurfaceSlice | null {
  const raised = { ...params, a: params.a + lift1e18 };
  const msToExpiry = agreed.expiryMs - rule.atMs;
  let centre = 0n;
  let wing = 0n;
  for (const [i, k] of gridLogMoneyness(agreed.theta1e18).entries()) {
    const variance = gridVariance(raised, k);
    if (variance < 1n) return null;
    const distance = absBig(gridVol(variance, msToExpiry) - gridVol(agreed.medians[i]!, msToExpiry));
    if (isCentral(i)) centre = distance > centre ? distance : centre;
    else wing = distance > wing ? distance : wing;
  }
  const { centre: centreBps, wing: wingBps } = rule.fitToleranceVolBps;
  if (centre > BigInt(centreBps) * VOL_BPS || wing > BigInt(wingBps) * VOL_BPS || !isAdmitted(raised)) return null;
  return {
    expiryMs: agreed.expiryMs,
    forward: agreed.forward,
    theta1e18: gridVariance(raised, 0n),
    params: raised,
    lift1e18,
    centreErrorVolBps: errorVolBps(centre),
    wingErrorVolBps: errorVolBps(wing),
  };
}

function fitSlice(agreed: AgreedSlice, rule: SurfaceRule): Fitted | LeftOut {
  const msToExpiry = agreed.expiryMs - rule.atMs;
  if (!Number.isSafeInteger(msToExpiry) || msToExpiry <= 0) return "outside";
  const fit = fitGrid(agreed.theta1e18, agreed.medians);
  if (!fit.ok) return "outside";
  const slice = lifted(agreed, fit.params, 0n, rule);
  if (slice === null) return "far-fit";
  return isTheta(slice.theta1e18) ? { agreed, params: fit.params, slice } : "outside";
}

/**
 * How much higher `far` must be to be nowhere below `near` on both grids, 1e-18. What it takes is rounded up, with a
 * billionth of θ for the last bits of doubles, so that the check after the lift finds nothing.
 */
function neededLift(near: AgreedSlice, nearParams: SviParams, far: AgreedSlice, farParams: SviParams): bigint {
  const nearRoot = rootTheta(near.theta1e18);
  const farRoot = rootTheta(far.theta1e18);
  const reach = (GRID_NODES[GRID_NODES.length - 1]! * Number(nearRoot > farRoot ? nearRoot : farRoot)) / 1e18;
  const { margin } = calendarMargin(toSvi(nearParams), toSvi(farParams), { min: -reach, max: reach });
  if (margin >= 0) return 0n;
  return roundHalfEven(-margin, 18) + far.theta1e18 / 1_000_000_000n + 16n;
}

/**
 * Leaves out slices until no two cross beyond repair: always the one with the most such crossings, so that one bad
 * expiry does not take the good ones behind it along; of equals the latest.
 */
function withoutCrossings(fitted: readonly Fitted[], rule: SurfaceRule): Fitted[] {
  const kept = [...fitted];
  const crosses = fitted.map((far, j) =>
    fitted.map((near, i) => {
      if (i >= j) return false;
      const lift = neededLift(near.agreed, near.params, far.agreed, far.params);
      return lift > 0n && lifted(far.agreed, far.params, lift, rule) === null;
    }),
  );
  for (;;) {
    let worst = -1;
    let most = 1;
    for (const [i, one] of fitted.entries()) {
      if (!kept.includes(one)) continue;
      const count = fitted.filter((other, j) => kept.includes(other) && (crosses[i]![j]! || crosses[j]![i]!)).length;
      if (count >= most) {
        worst = i;
        most = count;
      }
    }
    if (worst < 0) return kept;
    kept.splice(kept.indexOf(fitted[worst]!), 1);
  }
}

/** Lifts each slice over every earlier published one, in the order of time; those that cannot be are left out. */
function liftInOrder(kept: readonly Fitted[], rule: SurfaceRule): SurfaceSlice[] {
  const published: { readonly fitted: Fitted; readonly slice: SurfaceSlice }[] = [];
  for (const far of kept) {
    const needed = (params: SviParams): bigint =>
      published
        .map((near) => neededLift(near.fitted.agreed, near.slice.params, far.agreed, params))
        .reduce((most, lift) => (lift > most ? lift : most), 0n);
    const lift = needed(far.params);
    const slice = lift === 0n ? far.slice : lifted(far.agreed, far.params, lift, rule);
    if (slice === null || !isTheta(slice.theta1e18) || needed(slice.params) > 0n) continue;
    published.push({ fitted: far, slice });
  }
  return published.map(({ slice }) => slice);
}

/**
 * The surface that every node computes alike from the same agreed slices, in whatever order they come.
 * @param agreed at most one per expiry
 * @returns the published slices, and a reason for every other
 * @throws OracleError `duplicate-expiry`
 */
export function fitSurface(agreed: readonly AgreedSlice[], rule: SurfaceRule): Surface {
  const ordered = agreed.toSorted((one, other) => one.expiryMs - other.expiryMs);
  const fitted: Fitted[] = [];
  const why = new Map<number, LeftOut>();
  for (const [i, slice] of ordered.entries()) {
    if (slice.expiryMs === ordered[i - 1]?.expiryMs) {
      throw new OracleError(`two slices expire at ${slice.expiryMs}: wanted one`, {
        code: "duplicate-expiry",
        expiryMs: slice.expiryMs,
      });
    }
    const outcome = fitSlice(slice, rule);
    if (typeof outcome === "string") why.set(slice.expiryMs, outcome);
    else fitted.push(outcome);
  }
  const slices = liftInOrder(withoutCrossings(fitted, rule), rule);
  const published = new Set(slices.map(({ expiryMs }) => expiryMs));
  const leftOut = ordered
    .filter(({ expiryMs }) => !published.has(expiryMs))
    .map(({ expiryMs }) => ({ expiryMs, why: why.get(expiryMs) ?? ("calendar" as const) }));
  return { slices, leftOut };
}
