/** What a method hands to evaluate.ts: still a float, or a reason. */
import type { EvaluationNote, Exclusion, MissingReason } from "../evaluation.ts";

export type MethodOutcome =
  | {
      readonly kind: "value";
      /** In the feed's unit. */
      readonly value: number;
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
