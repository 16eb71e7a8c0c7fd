/** Whether a leader may propose early: nothing that its parent agreed on would be suppressed by the OBSERVEs it has. [R10] */
import { isSettled, isSettlementReady } from "../feeds/agree-settlement.ts";
import { isOnGrid } from "../feeds/agree-surface.ts";
import { aggregate } from "../feeds/aggregate.ts";
import type { Observed } from "../feeds/observed.ts";
import type { FeedRule } from "../feeds/rule.ts";
import { windowAt } from "../feeds/settlement-schedule.ts";
import { isSurfaceRound } from "../feeds/surface-schedule.ts";
import type { FeedState, Report } from "../report/report.ts";
import type { Observe } from "./messages.ts";
import type { Slot } from "./next-leaf.ts";
import { gridOf, numbersOf, observedAt, settlementDetail, settlementsOf, surfacesOf } from "./next-leaf.ts";

function isReady(
  rule: FeedRule,
  before: FeedState | undefined,
  observed: readonly Observed[],
  quorum: number,
  slot: Slot,
): boolean {
  const { shape } = rule;
  switch (shape.type) {
    case "scalar":
      return aggregate(rule, numbersOf(observed), quorum).status === "ok";
    case "surface": {
      // Whether the grids agree shows only in the fit, which is too dear to try for every OBSERVE that comes.
      const grid = gridOf(before);
      const onGrid = surfacesOf(observed).filter((observation) => isOnGrid(observation, grid));
      return !isSurfaceRound(shape, slot.round) || onGrid.length >= quorum;
    }
    case "settlement": {
      const known = settlementDetail(before?.detail);
      const { expiryMs } = windowAt(shape, slot.timeMs);
      return isSettled(known, expiryMs) || isSettlementReady(rule, shape, settlementsOf(observed), quorum, slot.timeMs);
    }
  }
}

/** @param parent null before the first report: then every feed is awaited */
export function nothingSuppressed(
  rules: readonly FeedRule[],
  parent: Report | null,
  observations: readonly Observe[],
  quorum: number,
  slot: Slot,
): boolean {
  const before = new Map((parent?.leaves ?? []).map((leaf) => [leaf.feedId, leaf]));
  return rules.every((rule, position) => {
    const leaf = before.get(rule.feedId);
    if (parent !== null && leaf?.status !== "ok") return true;
    return isReady(rule, leaf, observedAt(observations, position), quorum, slot);
  });
}
