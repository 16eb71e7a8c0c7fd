/**
 * From what the nodes signed about each expiry to one forward and 17 total variances: the coordinate-wise median, in
 * integers. With at least 2f+1 reports of which at most f lie, sorted[⌊m/2⌋] of every coordinate lies between two honest
 * values; order statistics are monotone, so slices that every reporter orders in time stay ordered.
 *
 * Domain: forwards > 0, total variances in 1 … WORD_MAX, 1e-18. An observation outside is as good as absent.
 * Accuracy: exact; volatilities in 1e-9, cut. Sources: PROTOCOL's agreement rule; ACT/365 of day-count.ts.
 */
import { absBig, compareBig } from "../base/fixed.ts";
import { MS_PER_YEAR } from "./day-count.ts";
import { isqrt } from "./integer-sqrt.ts";
import { GRID_SIZE, isCentral, isTheta, WORD_MAX } from "./surface-grid.ts";

/** One node's view of one expiry. */
export type SliceObservation = {
  /** In the feed's decimals, > 0. */
  readonly forward: bigint;
  /** Total variance at the nodes of the grid, 1e-18. */
  readonly w: readonly bigint[];
};

export type ObservedSlice = {
  readonly expiryMs: number;
  /** At-the-money total variance that placed the grid, from a signed report, 1e-18. */
  readonly theta1e18: bigint;
  readonly observations: readonly SliceObservation[];
};

export type AgreedSlice = {
  readonly status: "ok";
  readonly expiryMs: number;
  readonly theta1e18: bigint;
  readonly forward: bigint;
  /** Total variance at the nodes of the grid, 1e-18. */
  readonly medians: readonly bigint[];
};

/** One expiry's outcome. */
export type SliceAgreement =
  | AgreedSlice
  /** The expiry has come, or θ is outside the grid's domain. */
  | { readonly status: "outside"; readonly expiryMs: number }
  /** Fewer valid observations than the quorum. */
  | { readonly status: "missing"; readonly expiryMs: number; readonly present: number; readonly wanted: number }
  /** Fewer than the quorum are close to the median. */
  | { readonly status: "disputed"; readonly expiryMs: number; readonly agreeing: number; readonly wanted: number };

export type AgreementRule = {
  /** The slot's time, unix ms, from which years to expiry count. */
  readonly atMs: number;
  /** 2f+1. */
  readonly quorum: number;
  /** How far from the median a node may be at every central node of the grid, hundredths of a vol point. */
  readonly agreementVolBps: number;
};

/** A hundredth of a vol point in the unit of `gridVol`. */
export const VOL_BPS = 100_000n;

/** σ = √(w/T) in 1e-9, cut, for a total variance in 1e-18 and ACT/365 time. @param msToExpiry > 0, safe integer */
export function gridVol(variance1e18: bigint, msToExpiry: number): bigint {
  return isqrt((variance1e18 * BigInt(MS_PER_YEAR)) / BigInt(msToExpiry));
}

/** Whether an observation lies in its domain. */
function isValid({ forward, w }: SliceObservation): boolean {
  return forward > 0n && w.length === GRID_SIZE && w.every((variance) => variance >= 1n && variance <= WORD_MAX);
}

/** sorted[⌊m/2⌋]. Equal bigints are the same value, so the order of the sort does not matter. */
function median(values: readonly bigint[]): bigint {
  return values.toSorted(compareBig)[Math.floor(values.length / 2)]!;
}

function agrees(w: readonly bigint[], middleVols: readonly bigint[], msToExpiry: number, volBps: number): boolean {
  const reach = BigInt(volBps) * VOL_BPS;
  return w.every((variance, i) => !isCentral(i) || absBig(gridVol(variance, msToExpiry) - middleVols[i]!) <= reach);
}

function agreeSlice({ expiryMs, theta1e18, observations }: ObservedSlice, rule: AgreementRule): SliceAgreement {
  const msToExpiry = expiryMs - rule.atMs;
  if (!Number.isSafeInteger(msToExpiry) || msToExpiry <= 0 || !isTheta(theta1e18)) {
    return { status: "outside", expiryMs };
  }
  const valid = observations.filter(isValid);
  if (valid.length === 0 || valid.length < rule.quorum) {
    return { status: "missing", expiryMs, present: valid.length, wanted: rule.quorum };
  }
  const medians = Array.from({ length: GRID_SIZE }, (_, i) => median(valid.map(({ w }) => w[i]!)));
  const middleVols = medians.map((variance) => gridVol(variance, msToExpiry));
  const agreeing = valid.filter(({ w }) => agrees(w, middleVols, msToExpiry, rule.agreementVolBps)).length;
  if (agreeing < rule.quorum) return { status: "disputed", expiryMs, agreeing, wanted: rule.quorum };
  return { status: "ok", expiryMs, theta1e18, forward: median(valid.map(({ forward }) => forward)), medians };
}

/**
 * Each expiry on its own; the order of observations makes no difference.
 * @param slices every observation of a slice must be on the grid of its `theta1e18`
 * @returns one outcome per slice, in the given order
 */
export function agreeSlices(slices: readonly ObservedSlice[], rule: AgreementRule): SliceAgreement[] {
  return slices.map((slice) => agreeSlice(slice, rule));
}
