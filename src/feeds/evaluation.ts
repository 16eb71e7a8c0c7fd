/** What one node's methods say of one feed at one instant: fixed point, or a reason. Floats end here. */
import type { Observed } from "./observed.ts";

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
  /** Too many holes in the time that it should speak of. */
  | "low-coverage"
  /** A method met what nobody foresaw: a bug, and loudly told. */
  | "method-failed"
  | "source-gap";

export type Exclusion = { readonly source: string; readonly reason: ExclusionReason; readonly detail: string };

/** What a method noticed without letting it decide: a closed set, for metrics and the page. */
export type NoteKind =
  /** A venue's own index lies further away than the definition expects. */
  | "cross-check-apart"
  /** It has nothing fresh to compare with. */
  | "cross-check-absent"
  /** An expiry nearer to the tenor than the one used could not be used. */
  | "expiry-passed-over"
  /** A source's price was moved to the cap around the median. */
  | "capped"
  /** A step of the contingency ladder is taken. */
  | "few-sources"
  /** Where the strikes of a volatility index ended, and what lies beyond. */
  | "wing-cut";

export type EvaluationNote = { readonly kind: NoteKind; readonly source: string; readonly detail: string };

/** One number that entered the value, for people: `source` is a market, an expiry or another feed. */
export type InputLine = {
  readonly source: string;
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  /** Part of the whole, 0 … 1; null where inputs are not weighed. */
  readonly weight: number | null;
};

/** What one book of a spot index costs to move 1 %, in USD; null: nobody knows. */
export type BookCost = {
  readonly source: string;
  /** In the definition's parts. */
  readonly weight: number;
  readonly downUsd: number | null;
  readonly upUsd: number | null;
  /** False: it costs at least this, because not all levels were seen. */
  readonly isWhole: boolean;
};

/** What it costs to move a spot index 1 % each way, at least where `isLowerBound`. */
export type IndexDepth = {
  readonly downUsd: number;
  readonly upUsd: number;
  readonly isLowerBound: boolean;
  /** Those that count for the value, in its order. */
  readonly books: readonly BookCost[];
};

export type MissingReason =
  | "too-few-sources"
  | "cross-check-failed"
  | "no-chain"
  | "no-bracketing-expiries"
  | "calendar-arbitrage"
  | "no-spot"
  | "no-perpetual"
  | "no-candles"
  | "too-few-strikes"
  | "wing-cut"
  | "no-fit"
  | "not-in-window"
  | "low-coverage"
  /** A method met what nobody foresaw: a bug, and loudly told. */
  | "method-failed"
  | "out-of-range";

export type Evaluation =
  | {
      readonly kind: "value";
      /** The feed's own number, in its decimals. */
      readonly value: bigint;
      /** What is said to the others: the number itself, a surface or a settlement. */
      readonly observed: Exclude<Observed, null>;
      /** Sources that counted. */
      readonly sources: readonly string[];
      readonly inputs: readonly InputLine[];
      readonly excluded: readonly Exclusion[];
      readonly notes: readonly EvaluationNote[];
      /** Of a spot index: null while too few depths are known. It decides nothing. Absent for every other kind. */
      readonly depth?: IndexDepth | null;
      /** Of a spot index: half the spread of its books, by their weights. Absent for every other kind. */
      readonly halfSpreadBps?: number;
    }
  | {
      readonly kind: "missing";
      readonly reason: MissingReason;
      readonly detail: string;
      readonly inputs: readonly InputLine[];
      readonly excluded: readonly Exclusion[];
    };
