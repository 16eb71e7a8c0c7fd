/**
 * What a PROPOSE must satisfy before this node signs under it, in the order of the specification.
 * Validity rests on signed material only, never on this node's own opinion of the market. [R14]
 */
import { isSettled } from "../feeds/agree-settlement.ts";
import type { Hex } from "../base/bytes.ts";
import type { ProvableReason } from "./accusation.ts";
import type { Effect, RefusalReason } from "./events.ts";
import { leadershipOf } from "./leader.ts";
import { PARENT_LAG_SLOTS, sessionsMax } from "./limits.ts";
import type { Observe, Propose } from "./messages.ts";
import { settlementDetail } from "./next-leaf.ts";
import { honestMedian } from "./quorum.ts";
import type { Report, SignedReport } from "../report/report.ts";
import { isSameMaterial } from "./sessions.ts";
import type { OracleState, RoundState } from "./state.ts";

export type ProposalVerdict =
  | { readonly kind: "accept"; readonly observations: readonly Observe[]; readonly parent: SignedReport | null }
  | { readonly kind: "wait"; readonly effects: readonly Effect[] }
  | { readonly kind: "refuse"; readonly why: RefusalReason }
  /** Wrong for everybody: `shown` are the messages beside it that prove it. */
  | { readonly kind: "accuse"; readonly why: ProvableReason; readonly shown: readonly Hex[] };

const refuse = (why: RefusalReason): ProposalVerdict => ({ kind: "refuse", why });
const provable = (why: ProvableReason, ...shown: readonly Hex[]): ProposalVerdict => ({ kind: "accuse", why, shown });

function strictlyAscending(ids: readonly number[], n: number): boolean {
  return ids.every((id, i) => id >= 1 && id <= n && (i === 0 || id > ids[i - 1]!));
}

/** What no honest member ever says, whatever it holds. [R48] */
function faultOf(state: OracleState, message: Propose): ProvableReason | null {
  const { cfg, n, f, t } = state.config;
  const { leader, backup } = leadershipOf(cfg, message.round, n);
  if (message.sender !== leader && message.sender !== backup) return "not-the-leader";
  if (message.attempt >= sessionsMax(f)) return "attempt-out-of-range";
  const ids = message.observations.map(({ id }) => id);
  if (!strictlyAscending(ids, n)) return "bad-observation-list";
  if (ids.length < honestMedian(f)) return "too-few-observations";
  const { signers, sources } = message;
  const listed = new Set(ids);
  if (signers.length !== t || !strictlyAscending(signers, n)) return "bad-signer-set";
  if (!signers.every((id) => listed.has(id))) return "bad-signer-set";
  const sourced = sources.map(({ id }) => id);
  if (sources.length > 0 && message.attempt < 2) return "bad-sources";
  if (!strictlyAscending(sourced, n) || !sourced.every((id) => signers.includes(id))) return "bad-sources";
  return (message.parent?.round ?? 0) >= message.round ? "parent-not-below" : null;
}

function refusalByRole(state: OracleState, round: RoundState, message: Propose): RefusalReason | "early" | null {
  const { sender, attempt } = message;
  if (round.accepted.some((held) => held.message.sender === sender && held.message.attempt === attempt)) {
    return "already-accepted";
  }
  // One material a round, whoever names further signers for it: so one digest is all this node ever signs. [R16]
  const first = round.accepted[0];
  if (first !== undefined && !isSameMaterial(first.message, message)) return "other-material";
  // A round that begins in the next one's slot would complete behind the back of that one's leader. [R11]
  if (first === undefined && message.round < state.currentRound) return "slot-over";
  const { leader } = leadershipOf(state.config.cfg, message.round, state.config.n);
  return sender === leader || round.backupOpen ? null : "early";
}

function isNotMine(state: OracleState, round: RoundState, message: Propose): boolean {
  const mine = message.observations.find(({ id }) => id === state.config.selfId);
  return mine !== undefined && mine.hash !== round.ownHash && round.active;
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
  const fault = faultOf(state, message);
  if (fault !== null) return provable(fault);
  const role = refusalByRole(state, round, message);
  if (role !== null && role !== "early") return refuse(role);
  if (isNotMine(state, round, message)) return refuse("not-my-observation");
  const parent = judgeParent(state, message);
  if (parent.kind === "refuse") return refuse(parent.why);

  const effects: Effect[] = [];
  const from = message.sender;
  if (parent.kind === "fetch" && message.parent !== null) {
    effects.push({ kind: "fetch-report", ...message.parent, from });
  }
  const observations: Observe[] = [];
  for (const { id, hash } of message.observations) {
    const held = round.versions.get(hash);
    if (held === undefined) effects.push({ kind: "fetch-message", round: message.round, hash, from });
    else if (held.sender !== id) return provable("bad-observation-list", hash);
    else observations.push(held);
  }
  for (const { id, hash } of message.sources) {
    const held = round.sources.get(hash);
    if (held === undefined) effects.push({ kind: "fetch-message", round: message.round, hash, from });
    else if (held.sender !== id) return provable("bad-sources", hash);
  }
  if (effects.length > 0 || role === "early" || parent.kind === "fetch") return { kind: "wait", effects };
  return { kind: "accept", observations, parent: parent.parent };
}
