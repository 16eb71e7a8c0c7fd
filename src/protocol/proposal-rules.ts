/**
 * What a PROPOSE must satisfy before this node signs under it, in the order of the specification.
 * Validity rests on signed material only, never on this node's own opinion of the market. [R14]
 */
import { isSettled } from "../feeds/agree-settlement.ts";
import type { Effect, RefusalReason } from "./events.ts";
import { leadershipOf } from "./leader.ts";
import { PARENT_LAG_SLOTS } from "./limits.ts";
import type { Observe, Propose } from "./messages.ts";
import { settlementDetail } from "./next-leaf.ts";
import { honestMedian } from "./quorum.ts";
import type { Report, SignedReport } from "../report/report.ts";
import type { OracleState, RoundState } from "./state.ts";

export type ProposalVerdict =
  | { readonly kind: "accept"; readonly observations: readonly Observe[]; readonly parent: SignedReport | null }
  | { readonly kind: "wait"; readonly effects: readonly Effect[] }
  | { readonly kind: "refuse"; readonly why: RefusalReason };

const refuse = (why: RefusalReason): ProposalVerdict => ({ kind: "refuse", why });

function strictlyAscending(ids: readonly number[], n: number): boolean {
  return ids.every((id, i) => id >= 1 && id <= n && (i === 0 || id > ids[i - 1]!));
}

function refusalByRole(state: OracleState, round: RoundState, message: Propose): RefusalReason | "early" | null {
  const { leader, backup } = leadershipOf(state.config.cfg, message.round, state.config.n);
  const first = round.accepted[0];
  if (first !== undefined) {
    // A second set comes from the same proposer, on the second nonce pair. Anything else is a second opinion.
    const isNext = message.attempt === 1 && first.message.attempt === 0 && round.accepted.length === 1;
    if (isNext && first.message.sender === message.sender) return null;
    return "already-accepted";
  }
  if (message.sender === leader) return null;
  if (message.sender !== backup) return "not-the-leader";
  return round.backupOpen ? null : "early";
}

function refusalByLists(state: OracleState, round: RoundState, message: Propose): RefusalReason | null {
  const { n, f, t, selfId } = state.config;
  const ids = message.observations.map(({ id }) => id);
  if (!strictlyAscending(ids, n)) return "bad-observation-list";
  if (ids.length < honestMedian(f)) return "too-few-observations";
  const signers = message.signers;
  if (signers.length !== t || !strictlyAscending(signers, n)) return "bad-signer-set";
  if (!signers.every((id) => ids.includes(id))) return "bad-signer-set";
  const mine = message.observations.find(({ id }) => id === selfId);
  return mine !== undefined && mine.hash !== round.ownHash && round.active ? "not-my-observation" : null;
}

/**
 * Whether a report has a settlement price that the parent lacks or has otherwise. Such a report is never passed over
 * either: that is what makes a price final that t members have built on. [R38]
 */
function settlesBeyond(report: Report, parent: Report | null): boolean {
  return report.leaves.some(({ feedId, detail, value }) => {
    const settlement = settlementDetail(detail);
    if (settlement === null || !isSettled(settlement, settlement.expiryMs)) return false;
    const before = parent?.leaves.find((leaf) => leaf.feedId === feedId);
    return !isSettled(settlementDetail(before?.detail), settlement.expiryMs) || before?.value !== value;
  });
}

type ParentVerdict =
  | { kind: "held"; parent: SignedReport | null }
  | { kind: "fetch" }
  | { kind: "refuse"; why: RefusalReason };

function judgeParent(state: OracleState, message: Propose): ParentVerdict {
  const parentRound = message.parent?.round ?? 0;
  if (parentRound >= message.round) return { kind: "refuse", why: "parent-not-below" };
  // [R13] A parent may be passed over only by reports of the last two slots: nobody can revive an old trigger state.
  for (const [round, { report }] of state.reports) {
    if (round <= parentRound || round >= message.round) continue;
    if (round < message.round - PARENT_LAG_SLOTS) return { kind: "refuse", why: "parent-too-old" };
    // One that published is never passed over: the chain holds it, and a trigger state without it would leave a price that
    // has gone back standing there until the heartbeat.
    if (report.pushes.length > 0) return { kind: "refuse", why: "parent-hides-a-publication" };
  }
  const held = message.parent === null ? null : state.reports.get(parentRound);
  if (held === undefined) return { kind: "fetch" };
  if (held !== null && held.digest !== message.parent?.digest) return { kind: "refuse", why: "parent-digest-differs" };
  for (const [round, { report }] of state.reports) {
    if (round <= parentRound || round >= message.round) continue;
    if (settlesBeyond(report, held?.report ?? null)) return { kind: "refuse", why: "parent-hides-a-settlement" };
  }
  return { kind: "held", parent: held };
}

export function judgeProposal(state: OracleState, round: RoundState, message: Propose): ProposalVerdict {
  const role = refusalByRole(state, round, message);
  if (role !== null && role !== "early") return refuse(role);
  const lists = refusalByLists(state, round, message);
  if (lists !== null) return refuse(lists);
  const parent = judgeParent(state, message);
  if (parent.kind === "refuse") return refuse(parent.why);

  const effects: Effect[] = [];
  if (parent.kind === "fetch" && message.parent !== null) {
    effects.push({ kind: "fetch-report", ...message.parent, from: message.sender });
  }
  const observations: Observe[] = [];
  for (const { id, hash } of message.observations) {
    const held = round.versions.get(hash);
    if (held === undefined) {
      effects.push({ kind: "fetch-message", round: message.round, hash, from: message.sender });
    } else if (held.sender !== id) {
      return refuse("bad-observation-list");
    } else {
      observations.push(held);
    }
  }
  if (effects.length > 0 || role === "early" || parent.kind === "fetch") return { kind: "wait", effects };
  return { kind: "accept", observations, parent: parent.parent };
}
