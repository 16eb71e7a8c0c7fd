/** What the API tells of surfaces and settlements. Floats are for people and pictures; the signed integers are in the report. */
import type { Amount, FeedStatus } from "./amount.ts";

/** Raw SVI, w(k) = a + b·(ρ(k − m) + √((k − m)² + σ²)), as numbers. */
export type SviView = {
  readonly a: number;
  readonly b: number;
  readonly rho: number;
  readonly m: number;
  readonly sigma: number;
};

/** What a reader of the chain prices an expiry with until the next publication. */
export type PublishedSliceView = {
  readonly round: number;
  /** When the slice was agreed on, unix ms: from then its total variance shrinks with the time left. */
  readonly fitTimeMs: number;
  /** From `fitTimeMs` to the expiry, ACT/365: the years of `params`. */
  readonly years: number;
  /** USD per coin: the published ratio times the published spot; null while no spot is published. */
  readonly forward: number | null;
  readonly params: SviView;
};

/** One expiry as it was agreed. Implied volatility at k = ln(K/forward) is √(w(k)/years). */
export type SurfaceSliceView = {
  /** Unix ms. */
  readonly expiryMs: number;
  /** From the surface's `timeMs` to the expiry, ACT/365. */
  readonly years: number;
  /** USD per coin. */
  readonly forward: number;
  readonly params: SviView;
  /** At-the-money total variance. */
  readonly theta: number;
  /** √(theta/years), decimal. */
  readonly atmVol: number;
  /** Furthest the curve is from what the nodes agreed, hundredths of a vol point: within one standard deviation, and beyond. */
  readonly centreErrorVolBps: number;
  readonly wingErrorVolBps: number;
  readonly published: PublishedSliceView | null;
};

/** One out-of-the-money option of the market. Volatilities are decimal; null where there is no quote, or none that has one. */
export type SmilePointView = {
  readonly k: number;
  readonly strike: number;
  readonly bidVol: number | null;
  readonly askVol: number | null;
  readonly markVol: number | null;
  /** Whether the curve was fitted to it. */
  readonly used: boolean;
};

/** One expiry as this node sees it. */
export type SmileView = {
  readonly expiryMs: number;
  readonly years: number;
  readonly forward: number;
  /** Ascending by strike. */
  readonly points: readonly SmilePointView[];
  /** Null: no curve, and `refusal` says why. */
  readonly fitted: SviView | null;
  readonly rmseVol: number | null;
  readonly refusal: string | null;
};

export type SurfaceView = {
  readonly name: string;
  /** Of the newest signed report; null before the first. */
  readonly round: number | null;
  readonly status: FeedStatus;
  /** The round in which `slices` were agreed on; 0 when never. */
  readonly gridRound: number;
  /** Slot time of that round: `params`, `years` and `theta` are of this instant; null when never. */
  readonly timeMs: number | null;
  /** The feed's own number: at-the-money volatility `headlineDays` ahead. */
  readonly headline: Amount | null;
  readonly headlineDays: number;
  /** Ascending by expiry; empty while nothing was agreed. */
  readonly slices: readonly SurfaceSliceView[];
  /** This node's own, ascending by expiry. */
  readonly smiles: readonly SmileView[];
  /** Why this node has no smiles, in words; null while it has. */
  readonly refusal: string | null;
};

/** As in the signed leaf. `averaging`: the window runs. `pending`: over, not agreed on. `agreed`, then `final`: the price. */
export type SettlementPhase = "averaging" | "pending" | "agreed" | "final";

/** A price that was fixed and published. */
export type FixedPrice = {
  readonly expiryMs: number;
  readonly value: Amount;
  readonly round: number;
  readonly timeMs: number;
};

export type SettlementView = {
  /** Expiries are at offsetMs + k · periodMs, and the average of each runs over the `windowMs` before it. */
  readonly periodMs: number;
  readonly offsetMs: number;
  readonly windowMs: number;
  readonly minCoveragePpm: number;
  /** What the newest report says; null before it says anything. */
  readonly agreed: {
    readonly expiryMs: number;
    readonly phase: SettlementPhase;
    /** What the window so far contributes, and what spot contributes for the rest; their sum is the estimate. */
    readonly fixed: Amount;
    readonly variable: Amount;
    /** Part of the window's passed time that the nodes saw, lower middle. */
    readonly coveragePpm: number;
  } | null;
  /** What this node saw of the same or the coming window; null when it sampled none. */
  readonly own: {
    readonly expiryMs: number;
    readonly coveredMs: number;
    readonly elapsedMs: number;
    /** USD; null while nothing was seen. */
    readonly mean: number | null;
  } | null;
  /** Newest first, at most 8; this node's memory of them begins with its start. */
  readonly past: readonly FixedPrice[];
};

/** What a leaf says beyond one number, as signed: units of report/detail.ts, big integers as decimal text. */
export type LeafDetailView =
  | {
      readonly kind: "surface";
      readonly gridRound: number;
      readonly spot: string;
      readonly slices: readonly {
        readonly expiryMs: number;
        readonly forward: string;
        readonly params: SviText;
        readonly theta: string;
        readonly centreErrorVolBps: number;
        readonly wingErrorVolBps: number;
      }[];
      readonly published: readonly {
        readonly expiryMs: number;
        readonly round: number;
        readonly fitTimeMs: number;
        readonly forwardRatio: string;
        readonly params: SviText;
      }[];
    }
  | {
      readonly kind: "settlement";
      readonly expiryMs: number;
      readonly phase: SettlementPhase;
      readonly fixed: string;
      readonly variable: string;
      readonly coveragePpm: number;
      readonly pubExpiryMs: number;
    };

/** Raw SVI in units of 1e-18, decimal text. */
export type SviText = {
  readonly a: string;
  readonly b: string;
  readonly rho: string;
  readonly m: string;
  readonly sigma: string;
};
