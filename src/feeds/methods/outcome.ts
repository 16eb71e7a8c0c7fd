/** The two ends of every method: a value with all that led to it, or the reason why there is none. */
import { roundHalfEven } from "../../base/fixed.ts";
import type { Evaluation, EvaluationNote, Exclusion, InputLine, MissingReason } from "../evaluation.ts";

/** Every kind counts units of 1e-8. */
export const FEED_DECIMALS = 8;

export type Missing = Extract<Evaluation, { readonly kind: "missing" }>;

/** What a method gathers on its way, whatever the end. */
export type Gathered = {
  readonly sources: readonly string[];
  readonly inputs: readonly InputLine[];
  readonly excluded: readonly Exclusion[];
  readonly notes: readonly EvaluationNote[];
};

export function missing(
  reason: MissingReason,
  detail: string,
  gathered: Partial<Pick<Gathered, "inputs" | "excluded">> = {},
): Missing {
  return { kind: "missing", reason, detail, inputs: gathered.inputs ?? [], excluded: gathered.excluded ?? [] };
}

/** One number, rounded half-even to the feed's decimals: here floats end. A number that is not finite is out of range. */
export function scalarValue(value: number, gathered: Gathered): Evaluation {
  if (!Number.isFinite(value)) return missing("out-of-range", `the result is ${value}`, gathered);
  const fixed = roundHalfEven(value, FEED_DECIMALS);
  return { kind: "value", value: fixed, observed: fixed, ...gathered };
}
