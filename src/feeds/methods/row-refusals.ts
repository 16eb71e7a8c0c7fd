/** Refused rows by reason: how many, and one of them as an example. */
import type { ExclusionReason } from "../evaluation.ts";
import type { RowRefusal } from "./option-row.ts";

export type RefusalCounts = ReadonlyMap<ExclusionReason, { readonly count: number; readonly example: string }>;

export function countRefusals(refusals: Iterable<RowRefusal>): RefusalCounts {
  const counts = new Map<ExclusionReason, { count: number; example: string }>();
  for (const { reason, detail } of refusals) {
    const known = counts.get(reason);
    if (known === undefined) counts.set(reason, { count: 1, example: detail });
    else known.count += 1;
  }
  return counts;
}

/** The commonest reason; rows that are not there at all are a missing quote. */
export function commonestReason(counts: RefusalCounts): ExclusionReason {
  let best: ExclusionReason = "no-quote";
  for (const [reason, { count }] of counts) if (count > (counts.get(best)?.count ?? 0)) best = reason;
  return best;
}

/** `what`, and the commonest refusal behind it. */
export function withExample(
  what: string,
  counts: RefusalCounts,
): { readonly reason: ExclusionReason; readonly detail: string } {
  const reason = commonestReason(counts);
  const found = counts.get(reason);
  const because = found === undefined ? "" : `; ${found.count} rows refused as ${reason}, such as: ${found.example}`;
  return { reason, detail: `${what}${because}` };
}
