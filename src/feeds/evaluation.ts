/** What one node's methods say of one feed at one instant: fixed point, or a reason. Floats end here. */

/** Why a source did not count: a closed set, for metrics and the page. */
export type ExclusionReason =
  | "stale"
  | "future-dated"
  | "no-quote"
  | "crossed"
  | "wide-spread"
  | "outlier"
  | "no-conversion"
  | "frozen"
  | "inconsistent"
  | "source-gap";

export type Exclusion = { readonly source: string; readonly reason: ExclusionReason; readonly detail: string };

/** What a method noticed without letting it decide: a closed set, for metrics and the page. */
export type NoteKind =
  /** A venue's own index lies further away than the definition expects. */
  | "cross-check-apart"
  /** It has nothing fresh to compare with. */
  | "cross-check-absent"
  /** An expiry nearer to the tenor than the one used could not be used. */
  | "expiry-passed-over";

export type EvaluationNote = { readonly kind: NoteKind; readonly source: string; readonly detail: string };

export type MissingReason =
  | "too-few-sources"
  | "cross-check-failed"
  | "no-chain"
  | "no-bracketing-expiries"
  | "calendar-arbitrage"
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
      readonly notes: readonly EvaluationNote[];
    }
  | {
      readonly kind: "missing";
      readonly reason: MissingReason;
      readonly detail: string;
      readonly excluded: readonly Exclusion[];
    };
