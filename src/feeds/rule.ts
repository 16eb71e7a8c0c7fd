/** What consensus needs to know of a feed: integers only, so that every node decides alike. */
import type { Hex } from "../base/bytes.ts";

/** A distance in the feed's own terms. `relative` is basis points of the reference, `absolute` is in the feed's decimals. */
export type Distance =
  | { readonly type: "relative"; readonly bps: number }
  | { readonly type: "absolute"; readonly amount: bigint };

/** The option-book trigger (QUANT §6) as integers. */
export type BookRule = {
  /** Position of the spot feed among the rules. */
  readonly spotPosition: number;
  /** Worst error over tolerance at which the book fires, 1e-18. */
  readonly lambda: bigint;
  /** What a publication leaves behind at most, in the same measure. */
  readonly rest: bigint;
  /** Tolerance: max(floor · S, min(spotTolerance · S, premiumTolerance · premium)); all parts in 1e-18. */
  readonly spotTolerance: bigint;
  readonly premiumTolerance: bigint;
  readonly floor: bigint;
  /** An expiry this near has left the book. */
  readonly settlementWindowMs: number;
  readonly gas: { readonly spot: number; readonly slice: number };
};

export type SurfaceShape = {
  readonly type: "surface";
  /** Agreed on in rounds r with r mod everyRounds = phase. */
  readonly everyRounds: number;
  readonly phase: number;
  readonly minTenorMs: number;
  readonly maxTenorMs: number;
  readonly minExpiries: number;
  readonly maxExpiries: number;
  /** Squared start volatility per year, 1e-18: the grid of an expiry that the parent does not know. */
  readonly startVariance: bigint;
  /** Volatility distances, 1e-18. */
  readonly agreementVol: bigint;
  readonly fitTolerance: { readonly centre: bigint; readonly wing: bigint };
  /** The feed's number is the at-the-money volatility this far ahead. */
  readonly headlineMs: number;
  readonly book: BookRule | null;
};

export type SettlementShape = {
  readonly type: "settlement";
  /** Expiries at offsetMs + k · periodMs, unix ms. */
  readonly periodMs: number;
  readonly offsetMs: number;
  readonly windowMs: number;
  readonly minCoveragePpm: number;
};

/** What a feed's observations look like, and how they become one. */
export type FeedShape = { readonly type: "scalar" } | SurfaceShape | SettlementShape;

export type FeedRule = {
  /** Position in the hub's append-only feed list. */
  readonly index: number;
  readonly name: string;
  readonly feedId: Hex;
  readonly definitionDigest: Hex;
  readonly decimals: number;
  readonly shape: FeedShape;
  /** Published at the latest this long after the last publication, less the margin. */
  readonly heartbeatMs: number;
  readonly heartbeatMarginMs: number;
  /** Published when the agreed value is further than this from the published one. */
  readonly deviation: Distance;
  /** g: at least 2f+1 observations must lie this close to their median. */
  readonly agreement: Distance;
  /** A feed without an agreed value for longer than this is published as missing or disputed. */
  readonly statusGraceMs: number;
};
