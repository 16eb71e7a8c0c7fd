/** From a parent report and a set of OBSERVEs to exactly one report: what every signer recomputes for itself. */
import type { Hex } from "../base/bytes.ts";
import type { FeedRule } from "../feeds/rule.ts";
import { reportDigest } from "../report/codec.ts";
import type { FeedState, FeedStatus, PushEntry, Report } from "../report/report.ts";
import { dueSet } from "./due-set.ts";
import type { Observe } from "./messages.ts";
import type { Slot } from "./next-leaf.ts";
import { neverPublished, nextLeaf, observedAt } from "./next-leaf.ts";

/** As the contract does: a lost feed keeps its value and that value's time, and only its status and round move. */
function published(leaf: FeedState, status: FeedStatus, slot: Slot): FeedState {
  if (status !== "ok") return { ...leaf, pubStatus: status, pubRound: slot.round };
  const detail =
    leaf.detail?.kind === "settlement" ? { ...leaf.detail, pubExpiryMs: leaf.detail.expiryMs } : leaf.detail;
  return {
    ...leaf,
    pubStatus: status,
    pubValue: leaf.value,
    pubConfidencePpb: leaf.confidencePpb,
    pubRound: slot.round,
    pubTimeMs: slot.timeMs,
    detail,
  };
}

/**
 * @param parent       report whose leaves hold the trigger state; null before the first
 * @param observations the OBSERVEs that PROPOSE lists, at least `quorum`
 * @param quorum       2f+1
 */
export function buildReport(
  rules: readonly FeedRule[],
  parent: Report | null,
  observations: readonly Observe[],
  quorum: number,
  slot: Slot,
): Report {
  const before = new Map<Hex, FeedState>((parent?.leaves ?? []).map((leaf) => [leaf.feedId, leaf]));
  const chained = { ...slot, parentRound: parent?.round ?? 0 };
  const leafOf = (rule: FeedRule, position: number, spot: FeedState | null): FeedState => {
    const observed = observedAt(observations, position);
    return nextLeaf(rule, before.get(rule.feedId) ?? neverPublished(rule), observed, quorum, chained, spot);
  };
  // Numbers first: a surface keeps the spot beside which it was agreed on.
  const numbers = rules.map((rule, position) => (rule.shape.type === "scalar" ? leafOf(rule, position, null) : null));
  const agreed = rules.map((rule, position) => {
    const book = rule.shape.type === "surface" ? rule.shape.book : null;
    return numbers[position] ?? leafOf(rule, position, book === null ? null : (numbers[book.spotPosition] ?? null));
  });
  const { leaves: judged, due } = dueSet(rules, agreed, slot);
  const pushes: PushEntry[] = [];
  const leaves = judged.map((leaf, position) => {
    const status = due[position] ?? null;
    if (status === null) return leaf;
    const after = published(leaf, status, slot);
    // A settlement is lost while its number is already the next one's estimate: what was published stands.
    const isKept = status !== "ok" && leaf.detail?.kind === "settlement";
    const { value, confidencePpb } = isKept
      ? { value: after.pubValue, confidencePpb: after.pubConfidencePpb }
      : { value: leaf.value, confidencePpb: leaf.confidencePpb };
    pushes.push({ index: rules[position]!.index, status, value, confidencePpb });
    return after;
  });
  leaves.sort((a, b) => (a.feedId < b.feedId ? -1 : 1));
  pushes.sort((a, b) => a.index - b.index);
  return { round: slot.round, reportTimeMs: slot.timeMs, leaves, pushes };
}

export function digestOf(networkId: Hex, report: Report): Hex {
  return reportDigest(networkId, report);
}
