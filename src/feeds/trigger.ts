/**
 * Whether a feed must be published: a pure function of the parent report's published state and this round's aggregate.
 * No clock, no floats, no discretion, so that all nodes compute the same due set.
 */
import { isFurther } from "./aggregate.ts";
import type { FeedRule } from "./rule.ts";

export type PublishedState = {
  readonly status: "none" | "ok" | "missing" | "disputed";
  readonly value: bigint;
  /** Slot time of the last published value, unix ms; 0 when never. */
  readonly timeMs: number;
};

export type CandidateState = {
  readonly status: "ok" | "missing" | "disputed";
  readonly value: bigint;
  /** Slot time of the last agreed value, unix ms; 0 when never. */
  readonly timeMs: number;
};

/**
 * @param reportTimeMs T_r of the round in question
 * @returns why the feed is due, or null
 */
export function dueReason(
  rule: FeedRule,
  published: PublishedState,
  candidate: CandidateState,
  reportTimeMs: number,
): "first" | "recovered" | "deviation" | "heartbeat" | "lost" | null {
  if (candidate.status !== "ok") {
    // A feed nobody has ever read cannot be lost; a lost one is said once, after the grace that keeps one slow round silent.
    return published.status === "ok" && reportTimeMs - candidate.timeMs > rule.statusGraceMs ? "lost" : null;
  }
  if (published.status === "none") return "first";
  if (published.status !== "ok") return published.timeMs === 0 ? "first" : "recovered";
  if (isFurther(rule.deviation, published.value, candidate.value)) return "deviation";
  // Due before the heartbeat by the margin, so that readers never see a stale answer in normal operation.
  return reportTimeMs - published.timeMs >= rule.heartbeatMs - rule.heartbeatMarginMs ? "heartbeat" : null;
}
