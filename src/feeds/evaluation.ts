/** What one node's methods say of one feed at one instant: fixed point, or a reason. Floats end here. */

/** Why a source did not count: a closed set, for metrics and the page. */
export type ExclusionReason =
  | "stale"
  | "future-dated"
  | "no-quote"
  | "crossed"
  | "outlier"
  | "no-conversion"
  | "frozen"
  | "inconsistent"
  | "source-gap";

export type Exclusion = { readonly source: string; readonly reason: ExclusionReason; readonly detail: string };

export type MissingReason =
  | "too-few-sources"
  | "cross-check-failed"
  | "no-chain"
  | "no-bracketing-expiries"
  | "no-spot"
  | "out-of-range";

export type Evaluation =
  | {
      readonly kind: "value";
      /** In the feed's decimals. */
      readonly value: bigint;
      /** Sources that counted. */
      readonly sources: readonly string[];
      readonly excluded: readonly Exclusion[];
    }
  | {
      readonly kind: "missing";
      readonly reason: MissingReason;
      readonly detail: string;
      readonly excluded: readonly Exclusion[];
    };
