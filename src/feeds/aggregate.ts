/** From at least 2f+1 signed values of one feed to one number, in integers, the same at every node. */
import { absBig, ceilDiv, compareBig } from "../base/fixed.ts";
import { unreachable } from "../base/errors.ts";
import type { Distance, FeedRule } from "./rule.ts";

export type Aggregate =
  | { readonly status: "ok"; readonly value: bigint; readonly confidencePpb: number }
  | { readonly status: "missing"; readonly present: number; readonly wanted: number }
  | { readonly status: "disputed"; readonly agreeing: number; readonly wanted: number };

export const PPB = 1_000_000_000n;
export const CONFIDENCE_MAX = 0xffff_ffffn;

/** Whether two values lie further apart than `distance` allows; `reference` is what basis points are taken of. */
export function isFurther(distance: Distance, reference: bigint, value: bigint): boolean {
  const gap = absBig(value - reference);
  switch (distance.type) {
    case "relative":
      return gap * 10_000n > BigInt(distance.bps) * absBig(reference);
    case "absolute":
      return gap > distance.amount;
    default:
      return unreachable(distance);
  }
}

/** sorted[floor(m/2)]: with m ≥ 2f+1 values and at most f liars it lies between two honest values (PROTOCOL, median bound). */
export function upperMedian(values: readonly bigint[]): bigint | undefined {
  return [...values].sort(compareBig)[Math.floor(values.length / 2)];
}

function confidencePpb(values: readonly bigint[], median: bigint): number {
  const deviation = upperMedian(values.map((value) => absBig(value - median))) ?? 0n;
  if (deviation === 0n) return 0;
  if (median === 0n) return Number(CONFIDENCE_MAX);
  const ppb = ceilDiv(deviation * PPB, absBig(median));
  return Number(ppb > CONFIDENCE_MAX ? CONFIDENCE_MAX : ppb);
}

/**
 * Publishes only if at least `quorum` values are present and at least `quorum` of them lie within g of the median.
 * A feed that fails is missing or disputed, never clamped and never guessed.
 * @param values the values present, in the feed's decimals
 * @param quorum 2f+1
 */
export function aggregate(rule: FeedRule, values: readonly bigint[], quorum: number): Aggregate {
  const median = upperMedian(values);
  if (median === undefined || values.length < quorum) {
    return { status: "missing", present: values.length, wanted: quorum };
  }
  const agreeing = values.filter((value) => !isFurther(rule.agreement, median, value)).length;
  if (agreeing < quorum) return { status: "disputed", agreeing, wanted: quorum };
  return { status: "ok", value: median, confidencePpb: confidencePpb(values, median) };
}
