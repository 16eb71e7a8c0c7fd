/** What one node says of one feed in one round: integers only. */

/** Total variances of an expiry: one at each node of the grid (quant/surface-grid.ts). */
export const SURFACE_NODES = 17;
/** Expiries of a surface. Lower: listed ones are left out. Higher: more room for a liar in every OBSERVE. */
export const SURFACE_EXPIRIES_MAX = 16;

/** One expiry of a surface as one node sees it. */
export type ObservedSlice = {
  /** Unix ms, 08:00 UTC. */
  readonly expiryMs: number;
  /** USD per coin, 8 decimals, > 0, below 2^64. */
  readonly forward: bigint;
  /** Total variance at the grid's nodes in order, units of 1e-18, each > 0. */
  readonly variances: readonly bigint[];
};

export type SurfaceObservation = {
  readonly type: "surface";
  /** The round whose signed slices fix the grid; 0 while there are none. */
  readonly gridRound: number;
  /** Ascending by expiry. */
  readonly slices: readonly ObservedSlice[];
};

export type SettlementObservation = {
  readonly type: "settlement";
  readonly expiryMs: number;
  /** The average so far, weighed by the part of the window that has passed: after the expiry, the settlement price. 8 decimals. */
  readonly fixed: bigint;
  /** Spot now, weighed by the part of the window to come; 0 after the expiry. 8 decimals. */
  readonly variable: bigint;
  /** Part of the window's passed time that this node saw, parts per million. */
  readonly coveragePpm: number;
};

/** null: this node has no value. A plain integer is in the feed's decimals. */
export type Observed = bigint | SurfaceObservation | SettlementObservation | null;
