/** From a parent report and a set of OBSERVEs to exactly one report: what every signer recomputes for itself. */
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { Aggregate } from "../feeds/aggregate.ts";
import { aggregate } from "../feeds/aggregate.ts";
import type { FeedRule } from "../feeds/rule.ts";
import { dueReason } from "../feeds/trigger.ts";
import { reportDigest } from "../report/codec.ts";
import type { FeedState, PushEntry, Report } from "../report/report.ts";
import type { Observe } from "./messages.ts";

function neverPublished(rule: FeedRule): FeedState {
  return {
    feedId: rule.feedId,
    definitionDigest: rule.definitionDigest,
    status: "missing",
    value: 0n,
    confidencePpb: 0,
    timeMs: 0,
    pubStatus: "none",
    pubValue: 0n,
    pubConfidencePpb: 0,
    pubRound: 0,
    pubTimeMs: 0,
  };
}

type Slot = { readonly round: number; readonly timeMs: number };

/** A feed's next leaf. While it has no agreed value it keeps the last one with its time, under a status that says so. */
function nextLeaf(
  rule: FeedRule,
  previous: FeedState,
  agreed: Aggregate,
  slot: Slot,
): { leaf: FeedState; due: boolean } {
  const current =
    agreed.status === "ok"
      ? { status: agreed.status, value: agreed.value, confidencePpb: agreed.confidencePpb, timeMs: slot.timeMs }
      : {
          status: agreed.status,
          value: previous.value,
          confidencePpb: previous.confidencePpb,
          timeMs: previous.timeMs,
        };
  const published = { status: previous.pubStatus, value: previous.pubValue, timeMs: previous.pubTimeMs };
  const due = dueReason(rule, published, current, slot.timeMs) !== null;
  // The digest is today's even when the parent was signed under an older definition.
  const leaf: FeedState = { ...previous, definitionDigest: rule.definitionDigest, ...current };
  if (!due) return { leaf, due };
  // As the contract does: a lost feed keeps its value and that value's time, and only its status and round move.
  const value =
    current.status === "ok"
      ? { pubValue: current.value, pubConfidencePpb: current.confidencePpb, pubTimeMs: slot.timeMs }
      : {};
  return { leaf: { ...leaf, ...value, pubStatus: current.status, pubRound: slot.round }, due };
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
  const leaves: FeedState[] = [];
  const pushes: PushEntry[] = [];
  rules.forEach((rule, position) => {
    const values: bigint[] = [];
    for (const observation of observations) {
      const value = observation.values[position];
      if (value === undefined) throw new OracleError("OBSERVE of another feed set", { code: "feed-count" });
      if (value !== null) values.push(value);
    }
    const { leaf, due } = nextLeaf(
      rule,
      before.get(rule.feedId) ?? neverPublished(rule),
      aggregate(rule, values, quorum),
      slot,
    );
    leaves.push(leaf);
    if (due) {
      pushes.push({ index: rule.index, status: leaf.status, value: leaf.value, confidencePpb: leaf.confidencePpb });
    }
  });
  leaves.sort((a, b) => (a.feedId < b.feedId ? -1 : 1));
  pushes.sort((a, b) => a.index - b.index);
  return { round: slot.round, reportTimeMs: slot.timeMs, leaves, pushes };
}

export function digestOf(networkId: Hex, report: Report): Hex {
  return reportDigest(networkId, report);
}
