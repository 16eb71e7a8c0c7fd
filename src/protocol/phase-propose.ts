/** PROPOSE: when the leader speaks, when the backup may, and what a node checks before it believes either. */
import type { Hex } from "../base/bytes.ts";
import { buildReport, digestOf } from "./build-report.ts";
import type { Effect, Note, OracleEvent, RefusalReason, Step } from "./events.ts";
import { leadershipOf } from "./leader.ts";
import { PENDING_PER_PROPOSER_MAX, waitsFor } from "./limits.ts";
import type { Propose } from "./messages.ts";
import { afterAccept } from "./phase-sign.ts";
import { judgeProposal } from "./proposal-rules.ts";
import { honestMedian } from "./quorum.ts";
import { nothingSuppressed } from "./readiness.ts";
import type { AcceptedProposal, OracleState, RoundState } from "./state.ts";
import { latestReport, openRound, slotTimeMs, withRound } from "./state.ts";

type OracleStep = Step<OracleState>;

const nothing = (state: OracleState): OracleStep => ({ state, effects: [] });

function isNothingSuppressed(state: OracleState, round: RoundState): boolean {
  const parent = latestReport(state, round.round)?.report ?? null;
  const held = [...round.observations.values()].map(({ message }) => message);
  const slot = { round: round.round, timeMs: slotTimeMs(state.config, round.round) };
  return nothingSuppressed(state.config.rules, parent, held, honestMedian(state.config.f), slot);
}

/** t of the observers, rotating by round, so that every live node signs its turn and one that lags costs few rounds. */
function signersFrom(observers: readonly number[], t: number, round: number): number[] {
  const start = round % observers.length;
  return Array.from({ length: t }, (_, i) => observers[(start + i) % observers.length]!).sort((a, b) => a - b);
}

function proposeNow(state: OracleState, round: RoundState): OracleStep {
  const observations = [...round.observations.entries()]
    .sort(([a], [b]) => a - b)
    .map(([id, held]) => ({ id, hash: held.hash }));
  const observers = observations.map(({ id }) => id);
  if (observers.length < state.config.t) return nothing(state);
  const parent = latestReport(state, round.round);
  const message: Propose = {
    type: "propose",
    round: round.round,
    sender: state.config.selfId,
    attempt: 0,
    parent: parent === null ? null : { round: parent.report.round, digest: parent.digest },
    observations,
    signers: signersFrom(observers, state.config.t, round.round),
    sources: [],
  };
  const note: Note = { kind: "proposed", round: round.round, attempt: 0, observers, signers: message.signers };
  return {
    state: withRound(state, { ...round, proposed: true }),
    effects: [
      { kind: "broadcast", message },
      { kind: "note", note },
    ],
  };
}

/**
 * The leader waits for all n, or for 2f+1 with nothing suppressed and then the grace, at most until the hard stop. [R10]
 * The backup speaks once its time has come and nothing was accepted.
 */
export function tryPropose(state: OracleState, roundNumber: number): OracleStep {
  const round = state.rounds.get(roundNumber);
  if (round === undefined || !round.active || round.proposed || round.accepted.length > 0 || round.complete) {
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

export function onBackupOpen(state: OracleState, roundNumber: number): OracleStep {
  const round = state.rounds.get(roundNumber);
  if (round === undefined || round.complete) return nothing(state);
  const opened = withRound(state, { ...round, backupOpen: true });
  const rechecked = recheckPending(opened, roundNumber);
  const after = rechecked.state.rounds.get(roundNumber);
  const { backup } = leadershipOf(state.config.cfg, roundNumber, state.config.n);
  if (after === undefined || !after.active || backup !== state.config.selfId) return rechecked;
  // [R12] The backup passes on a valid PROPOSE it has seen rather than make a second one that others would refuse.
  const seen = after.accepted.at(-1);
  if (seen !== undefined) {
    return {
      state: rechecked.state,
      effects: [...rechecked.effects, { kind: "forward", round: roundNumber, hash: seen.hash }],
    };
  }
  const proposal = tryPropose(rechecked.state, roundNumber);
  return { state: proposal.state, effects: [...rechecked.effects, ...proposal.effects] };
}

/** Without a signature in time, the proposer names those whose share came plus fresh members, on nonce pair 2, same digest. */
export function onSecondSet(state: OracleState, roundNumber: number): OracleStep {
  const round = state.rounds.get(roundNumber);
  const first = round?.accepted[0];
  if (round === undefined || first === undefined || round.complete || !round.active) return nothing(state);
  if (first.message.sender !== state.config.selfId || round.proposedSecond) return nothing(state);
  const box = round.shares.get(first.hash);
  const isGood = (id: number): boolean => box?.has(id) === true && !round.culprits.has(id);
  const delivered = first.message.signers.filter(isGood);
  const fresh = first.message.observations.map(({ id }) => id).filter((id) => !first.message.signers.includes(id));
  const rest = first.message.signers.filter((id) => !isGood(id));
  const signers = [...delivered, ...fresh, ...rest].slice(0, state.config.t).sort((a, b) => a - b);
  if (fresh.length === 0) return nothing(state);
  const message: Propose = { ...first.message, attempt: 1, signers };
  const observers = message.observations.map(({ id }) => id);
  return {
    // Said now, not when it comes back: between the two, the timer and a bad share may both ask for it. [R21]
    state: withRound(state, { ...round, proposedSecond: true }),
    effects: [
      { kind: "broadcast", message },
      { kind: "note", note: { kind: "proposed", round: roundNumber, attempt: 1, observers, signers } },
    ],
  };
}

/** The culprits are named, and the proposer need not wait for its timer to do without them. */
export function onAggregateFailed(
  state: OracleState,
  event: Extract<OracleEvent, { kind: "aggregate-failed" }>,
): OracleStep {
  const round = state.rounds.get(event.round);
  if (round === undefined) return nothing(state);
  const note: Note = { kind: "bad-shares", round: event.round, culprits: event.culprits };
  const named = withRound(state, { ...round, culprits: new Set([...round.culprits, ...event.culprits]) });
  const second = onSecondSet(named, event.round);
  return { state: second.state, effects: [{ kind: "note", note }, ...second.effects] };
}

function refuse(state: OracleState, message: Propose, why: RefusalReason): OracleStep {
  const note: Note = { kind: "refused", what: "propose", from: message.sender, round: message.round, why };
  return { state, effects: [{ kind: "note", note }] };
}

export function onPropose(state: OracleState, message: Propose, hash: Hex): OracleStep {
  const round = openRound(state, message.round);
  if (round.complete || round.accepted.some((held) => held.hash === hash)) return nothing(state);
  const verdict = judgeProposal(state, round, message);
  switch (verdict.kind) {
    case "refuse":
      return refuse(state, message, verdict.why);
    case "wait": {
      if (round.pending.some((held) => held.hash === hash)) return nothing(state);
      const waiting = round.pending.filter((held) => held.message.sender === message.sender).length;
      if (waiting >= PENDING_PER_PROPOSER_MAX) return refuse(state, message, "too-many-pending");
      const pending = [...round.pending, { hash, message }];
      return { state: withRound(state, { ...round, pending }), effects: verdict.effects };
    }
    case "accept":
      return accept(state, round, message, hash, verdict);
  }
}

/** Two PROPOSEs over one parent and one list make one report: a second signer set need not fit surfaces again. */
function isSameMaterial(one: Propose, other: Propose): boolean {
  const { parent, observations } = other;
  return (
    one.parent?.digest === parent?.digest &&
    one.observations.length === observations.length &&
    one.observations.every(({ id, hash }, i) => id === observations[i]!.id && hash === observations[i]!.hash)
  );
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
  // [R15] Every node recomputes the report itself; the leader's word is only which OBSERVEs to use.
  const earlier = round.accepted[0];
  const same = earlier !== undefined && isSameMaterial(earlier.message, message) ? earlier : undefined;
  const report =
    same?.report ?? buildReport(config.rules, verdict.parent?.report ?? null, verdict.observations, quorum, slot);
  const digest = same?.digest ?? digestOf(config.networkId, report);
  if (earlier !== undefined && earlier.digest !== digest) return refuse(state, message, "other-digest");
  const accepted: AcceptedProposal = { hash, message, report, digest };
  const next = withRound(state, {
    ...round,
    accepted: [...round.accepted, accepted],
    pending: round.pending.filter((held) => held.hash !== hash),
  });
  const effects: Effect[] = [
    {
      kind: "note",
      note: { kind: "accepted", round: round.round, from: message.sender, attempt: message.attempt, digest },
    },
  ];
  if (message.sender === config.selfId && message.attempt === 0) {
    const delayMs = waitsFor(config.slotMs).secondSetMs;
    effects.push({ kind: "set-timer", timer: "second-set", round: round.round, delayMs });
  }
  const signing = afterAccept(next, round.round, accepted);
  return { state: signing.state, effects: [...effects, ...signing.effects] };
}

/** Tries the PROPOSEs that waited for an observation, a parent or the backup's time. */
export function recheckPending(state: OracleState, roundNumber: number): OracleStep {
  const round = state.rounds.get(roundNumber);
  if (round === undefined || round.pending.length === 0 || round.complete) return nothing(state);
  let result = nothing(withRound(state, { ...round, pending: [] }));
  for (const { hash, message } of round.pending) {
    const next = onPropose(result.state, message, hash);
    // Fetches were already asked for when the PROPOSE first waited.
    const effects = next.effects.filter((effect) => effect.kind !== "fetch-message" && effect.kind !== "fetch-report");
    result = { state: next.state, effects: [...result.effects, ...effects] };
  }
  return result;
}
