/** PROPOSE: when the leader speaks, when the backup may, and what a node checks before it believes either. */
import type { Hex } from "../base/bytes.ts";
import { unreachable } from "../base/errors.ts";
import { buildReport, digestOf } from "./build-report.ts";
import { rankSigners } from "./delivery.ts";
import type { Effect, Note, RefusalReason, Step } from "./events.ts";
import { leadershipOf } from "./leader.ts";
import { sessionsMax, waitsFor } from "./limits.ts";
import type { Propose } from "./messages.ts";
import { correctParent, sayReportInTurn } from "./phase-report.ts";
import { say, startWait } from "./phase-session.ts";
import { afterAccept, askForUnknown } from "./phase-sign.ts";
import { judgeProposal } from "./proposal-rules.ts";
import { honestMedian } from "./quorum.ts";
import { nothingSuppressed } from "./readiness.ts";
import { commitmentsOf } from "./sessions.ts";
import type { AcceptedProposal, OracleState, RoundState } from "./state.ts";
import { latestReport, openRound, setWith, slotTimeMs, withRound } from "./state.ts";
import { accuseProposal, noticeProposal } from "./witness.ts";

type OracleStep = Step<OracleState>;

const nothing = (state: OracleState): OracleStep => ({ state, effects: [] });

function isNothingSuppressed(state: OracleState, round: RoundState): boolean {
  const parent = latestReport(state, round.round)?.report ?? null;
  const held = [...round.observations.values()].map(({ message }) => message);
  const slot = { round: round.round, timeMs: slotTimeMs(state.config, round.round) };
  return nothingSuppressed(state.config.rules, parent, held, honestMedian(state.config.f), slot);
}

function proposeNow(state: OracleState, round: RoundState): OracleStep {
  const { selfId, t } = state.config;
  const observations = [...round.observations.entries()]
    .sort(([a], [b]) => a - b)
    .map(([id, held]) => ({ id, hash: held.hash }));
  const observers = observations.map(({ id }) => id);
  if (observers.length < t) return nothing(state);
  const parent = latestReport(state, round.round);
  const message: Propose = {
    type: "propose",
    round: round.round,
    sender: selfId,
    attempt: 0,
    parent: parent === null ? null : { round: parent.report.round, digest: parent.digest },
    observations,
    signers: rankSigners(state, observers, round.round)
      .slice(0, t)
      .sort((a, b) => a - b),
    sources: [],
  };
  return say(state, round, message);
}

/**
 * The leader waits for all n, or for 2f+1 with nothing suppressed and then the grace, at most until the hard stop. [R10]
 * The backup speaks once its time has come and nothing was accepted.
 */
export function tryPropose(state: OracleState, roundNumber: number): OracleStep {
  const round = state.rounds.get(roundNumber);
  if (
    round === undefined ||
    !round.active ||
    round.ownProposal !== null ||
    round.accepted.length > 0 ||
    round.complete
  ) {
    return nothing(state);
  }
  const { config } = state;
  const { leader, backup } = leadershipOf(config.cfg, roundNumber, config.n);
  const mayLead = leader === config.selfId;
  if (!mayLead && !(backup === config.selfId && round.backupOpen)) return nothing(state);
  const heldOthers = round.pending.length > 0;
  const count = round.observations.size;
  if (count < honestMedian(config.f) || round.ownHash === null) return nothing(state);
  if (!mayLead) return heldOthers ? nothing(state) : proposeNow(state, round);
  if (count === config.n || round.hardStopOver) return proposeNow(state, round);
  if (!isNothingSuppressed(state, round)) return nothing(state);
  if (round.graceOver) return proposeNow(state, round);
  const { graceMs } = waitsFor(config.slotMs);
  return { state, effects: [{ kind: "set-timer", timer: "grace", round: roundNumber, delayMs: graceMs }] };
}

/** Asks a peer that is known to live for what waiting PROPOSEs lack: their proposer may be gone. */
function askAgain(state: OracleState, round: RoundState, from: number): Effect[] {
  if (from === state.config.selfId) return [];
  return round.pending.flatMap(({ message }) => {
    const verdict = judgeProposal(state, round, message);
    return verdict.kind === "wait"
      ? verdict.effects.map((effect) => ("from" in effect ? { ...effect, from } : effect))
      : [];
  });
}

export function onBackupOpen(state: OracleState, roundNumber: number): OracleStep {
  const round = state.rounds.get(roundNumber);
  if (round === undefined) return nothing(state);
  if (round.complete) return sayReportInTurn(state, roundNumber);
  const opened = withRound(state, { ...round, backupOpen: true });
  const rechecked = recheckPending(opened, roundNumber);
  const after = rechecked.state.rounds.get(roundNumber);
  if (after === undefined) return rechecked;
  const { backup } = leadershipOf(state.config.cfg, roundNumber, state.config.n);
  const effects: Effect[] = [...rechecked.effects, ...askAgain(rechecked.state, after, backup)];
  // Members have signed under a PROPOSE that never came here: its proposer kept it from this node, they have it.
  const missed = after.accepted.length === 0 ? askForUnknown(state.config, after) : { round: after, effects: [] };
  effects.push(...missed.effects);
  const asked = missed.effects.length === 0 ? rechecked.state : withRound(rechecked.state, missed.round);
  if (!after.active || backup !== state.config.selfId) return { state: asked, effects };
  // [R12] The backup passes on a valid PROPOSE it has seen rather than make a second one that others would refuse.
  const seen = after.accepted.at(-1);
  if (seen !== undefined) {
    return { state: asked, effects: [...effects, { kind: "forward", round: roundNumber, hash: seen.hash }] };
  }
  const proposal = tryPropose(asked, roundNumber);
  return { state: proposal.state, effects: [...effects, ...proposal.effects] };
}

function refuse(state: OracleState, message: Propose, why: RefusalReason): OracleStep {
  const note: Note = { kind: "refused", what: "propose", from: message.sender, round: message.round, why };
  return { state, effects: [{ kind: "note", note }] };
}

const OLD_PARENT: ReadonlySet<RefusalReason> = new Set([
  "parent-too-old",
  "parent-hides-a-publication",
  "parent-hides-a-settlement",
]);

export function onPropose(before: OracleState, message: Propose, hash: Hex): OracleStep {
  const seen = noticeProposal(before.config, openRound(before, message.round), message, hash);
  const state = withRound(before, seen.round);
  const judged = judge(state, seen.round, message, hash);
  return { state: judged.state, effects: [...seen.effects, ...judged.effects] };
}

function judge(state: OracleState, round: RoundState, message: Propose, hash: Hex): OracleStep {
  if (round.accepted.some((held) => held.hash === hash)) return nothing(state);
  if (round.complete) return message.attempt > 0 ? sayReportInTurn(state, round.round) : nothing(state);
  const verdict = judgeProposal(state, round, message);
  switch (verdict.kind) {
    case "refuse": {
      const refused = refuse(state, message, verdict.why);
      if (!OLD_PARENT.has(verdict.why)) return refused;
      const corrected = correctParent(state, message);
      return { state: corrected.state, effects: [...refused.effects, ...corrected.effects] };
    }
    case "accuse": {
      const noticed = accuseProposal(state.config, round, { hash, message }, verdict.why, verdict.shown);
      const refused = refuse(withRound(state, noticed.round), message, verdict.why);
      return { state: refused.state, effects: [...refused.effects, ...noticed.effects] };
    }
    case "wait": {
      if (round.pending.some((held) => held.hash === hash)) return nothing(state);
      const waiting = round.pending.filter((held) => held.message.sender === message.sender).length;
      // A proposer that was proven wrong in this round has no more fetches to order.
      const isProven = round.accused.has(`bad-proposal/${message.sender}`);
      if (isProven || waiting >= sessionsMax(state.config.f)) return refuse(state, message, "too-many-pending");
      const pending = [...round.pending, { hash, message }];
      const fetched = verdict.effects.flatMap((effect) => (effect.kind === "fetch-message" ? [effect.hash] : []));
      const wanted = setWith(round.wanted, ...fetched);
      return { state: withRound(state, { ...round, pending, wanted }), effects: verdict.effects };
    }
    case "accept":
      return accept(state, round, message, hash, verdict);
    default:
      return unreachable(verdict);
  }
}

function accept(
  state: OracleState,
  round: RoundState,
  message: Propose,
  hash: Hex,
  verdict: Extract<ReturnType<typeof judgeProposal>, { kind: "accept" }>,
): OracleStep {
  const { config } = state;
  const slot = { round: round.round, timeMs: slotTimeMs(config, round.round) };
  const quorum = honestMedian(config.f);
  // [R15] Every node recomputes the report itself; the leader's word is only which OBSERVEs to use. Once a round: further
  // sessions are over the same material.
  const earlier = round.accepted[0];
  const report =
    earlier?.report ?? buildReport(config.rules, verdict.parent?.report ?? null, verdict.observations, quorum, slot);
  const digest = earlier?.digest ?? digestOf(config.networkId, report);
  const accepted: AcceptedProposal = { hash, message, report, digest, commitments: commitmentsOf(round, message) };
  const timed = startWait(state, {
    ...round,
    accepted: [...round.accepted, accepted],
    pending: round.pending.filter((held) => held.hash !== hash),
  });
  const unknown = askForUnknown(config, timed.round);
  const signing = afterAccept(withRound(state, unknown.round), round.round, accepted);
  const { attempt, sender: from } = message;
  const effects: Effect[] = [
    { kind: "note", note: { kind: "accepted", round: round.round, from, attempt, digest } },
    ...timed.effects,
    ...signing.effects,
    ...unknown.effects,
  ];
  return { state: signing.state, effects };
}

/** Tries the PROPOSEs that waited for an observation, a parent, a share or the backup's time. */
export function recheckPending(state: OracleState, roundNumber: number): OracleStep {
  const round = state.rounds.get(roundNumber);
  if (round === undefined || round.pending.length === 0 || round.complete) return nothing(state);
  let result = nothing(withRound(state, { ...round, pending: [] }));
  for (const { hash, message } of round.pending) {
    const next = judge(result.state, openRound(result.state, roundNumber), message, hash);
    // Fetches were already asked for when the PROPOSE first waited.
    const effects = next.effects.filter((effect) => effect.kind !== "fetch-message" && effect.kind !== "fetch-report");
    result = { state: next.state, effects: [...result.effects, ...effects] };
  }
  return result;
}
