/** What a leaf says beyond one number: the slices of a surface, the parts of a settlement. */

/** Raw SVI, in units of 1e-18; each fits a signed 64-bit word. */
export type SviWords = {
  readonly a: bigint;
  readonly b: bigint;
  readonly rho: bigint;
  readonly m: bigint;
  readonly sigma: bigint;
};

/** One expiry as it was agreed. */
export type AgreedSlice = {
  /** Unix ms. */
  readonly expiryMs: number;
  /** USD per coin, 8 decimals, > 0; fits 64 bits. */
  readonly forward: bigint;
  readonly params: SviWords;
  /** At-the-money total variance of the fit, 1e-18: it places the grid of the next agreement. */
  readonly theta: bigint;
  /** Furthest the curve is from what was agreed: within one standard deviation, and beyond; hundredths of a vol point, rounded up. */
  readonly centreErrorVolBps: number;
  readonly wingErrorVolBps: number;
};

/** One expiry as it was last published: what a reader of the chain prices with until the next publication. */
export type PublishedSlice = {
  readonly expiryMs: number;
  /** Of the publication. */
  readonly round: number;
  /** When the slice was agreed on: from then its variance shrinks with the time left. */
  readonly fitTimeMs: number;
  /** Forward over spot, 1e-18: the forward moves with the published spot. */
  readonly forwardRatio: bigint;
  readonly params: SviWords;
};

export type SurfaceDetail = {
  readonly kind: "surface";
  /** The round in which `slices` were agreed on, which names the grid of the next agreement; 0 when never. */
  readonly gridRound: number;
  /** The book's spot index in that round, 8 decimals; 0 without a book or an agreed spot. */
  readonly spot: bigint;
  /** Ascending by expiry, at most SLICES_MAX. */
  readonly slices: readonly AgreedSlice[];
  /** Ascending by expiry, at most SLICES_MAX; empty without a book. */
  readonly published: readonly PublishedSlice[];
};

/**
 * `averaging`: the window runs and the value is an estimate. `pending`: it has ended and too few could say its mean.
 * `agreed`: the price, which every report built on this one carries. `final`: the report before this one, in the round
 * before, already had it: fixed, once and for all.
 */
export type SettlementPhase = "averaging" | "pending" | "agreed" | "final";

export type SettlementDetail = {
  readonly kind: "settlement";
  readonly expiryMs: number;
  readonly phase: SettlementPhase;
  /** Middle of what the window so far contributes, and of what spot contributes for the rest; 8 decimals. */
  readonly fixed: bigint;
  readonly variable: bigint;
  /** Lower middle of the part of the window's passed time that the nodes saw, parts per million. */
  readonly coveragePpm: number;
  /** The expiry whose price was last published; 0 when none was. */
  readonly pubExpiryMs: number;
};

export type FeedDetail = SurfaceDetail | SettlementDetail;

/** Lower: listed expiries are left out. Higher: more room for a liar in every message. */
export const SLICES_MAX = 16;
