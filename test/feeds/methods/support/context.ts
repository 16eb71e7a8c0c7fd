/** Evaluating one feed on one snapshot, with nothing remembered unless a test says so. */
import { type EvaluationContext, type LinkedFeed, MethodMemory } from "../../../../src/feeds/context.ts";
import { evaluate } from "../../../../src/feeds/evaluate.ts";
import type { Evaluation, Exclusion } from "../../../../src/feeds/evaluation.ts";
import type { MarketSnapshot } from "../../../../src/market/quote.ts";

export function contextOf(snapshot: MarketSnapshot, over: Partial<EvaluationContext> = {}): EvaluationContext {
  return {
    snapshot,
    memory: new MethodMemory(),
    slotTimeMs: snapshot.takenAtMs,
    grid: () => ({ gridRound: 0, thetas: new Map() }),
    window: () => null,
    ...over,
  };
}

export function evaluateFeed(
  feed: LinkedFeed,
  snapshot: MarketSnapshot,
  over: Partial<EvaluationContext> = {},
): Evaluation {
  return evaluate(feed, contextOf(snapshot, over));
}

/** In the feed's unit. @throws where the feed is missing */
export function numberOf(evaluation: Evaluation): number {
  if (evaluation.kind !== "value") throw new Error(`missing: ${evaluation.reason}: ${evaluation.detail}`);
  return Number(evaluation.value) / 1e8;
}

export function reasonsOf(evaluation: Evaluation): Record<string, Exclusion["reason"]> {
  return Object.fromEntries(evaluation.excluded.map(({ source, reason }) => [source, reason]));
}
