/**
 * Further sessions: when the signers of one are silent or wrong, the leader names another set for the same report, and
 * the backup does when the leader is silent itself. [R21] [R42] [R43]
 */
import type { Effect, Note, OracleEvent, Step } from "./events.ts";
import { rankSigners } from "./delivery.ts";
import { leadershipOf } from "./leader.ts";
import { sessionsMax, waitsFor } from "./limits.ts";
import type { Propose } from "./messages.ts";
import { commitmentNames, freeSigners, isSameMaterial, sourcesOf } from "./sessions.ts";
import type { AcceptedProposal, OracleState, RoundState } from "./state.ts";
import { setWith, withRound } from "./state.ts";
import { accuse } from "./witness.ts";

type OracleStep = Step<OracleState>;

const nothing = (state: OracleState): OracleStep => ({ state, effects: [] });

/** Said now, not when it comes back: between the two, a timer and a bad share may both ask for it. */
export function say(state: OracleState, round: RoundState, message: Propose): OracleStep {
  const { attempt, signers } = message;
  const observers = message.observations.map(({ id }) => id);
  const note: Note = { kind: "proposed", round: round.round, attempt, observers, signers };
  const own = { ownProposal: round.ownProposal ?? message, ownAttempt: attempt, isSessionDue: false };
  return {
    state: withRound(state, { ...round, ...own }),
    effects: [
      { kind: "broadcast", message },
      { kind: "note", note },
    ],
  };
}

/**
 * The leader gives a session its wait, the backup twice that: where both live, the leader is the one to name the next.
 * Each accepted session starts the wait anew.
 */
export function startWait(
  state: OracleState,
  round: RoundState,
): { readonly round: RoundState; readonly effects: readonly Effect[] } {
  const { config } = state;
  const { leader, backup } = leadershipOf(config.cfg, round.round, config.n);
  if (config.selfId !== leader && config.selfId !== backup) return { round, effects: [] };
  const { secondSetMs } = waitsFor(config.slotMs, state.roundTripP95Ms);
  const delayMs = config.selfId === leader ? secondSetMs : 2 * secondSetMs;
  return {
    round: { ...round, waits: round.waits + 1, isSessionDue: false },
    effects: [{ kind: "set-timer", timer: "second-set", round: round.round, delayMs }],
  };
}

/** Whether this node may name a further session: its own material only, so that it never says two things. [R44] */
function maySay(state: OracleState, round: RoundState): boolean {
  const { cfg, selfId, n } = state.config;
  const first = round.accepted[0];
  if (first === undefined || round.complete || !round.active || round.ownHash === null) return false;
  if (round.ownProposal !== null && !isSameMaterial(round.ownProposal, first.message)) return false;
  // One of mine is on its way back to me: what it says is not known here yet.
  const isUnderway = !round.accepted.some(
    ({ message }) => message.sender === selfId && message.attempt === round.ownAttempt,
  );
  if (round.ownAttempt >= 0 && isUnderway) return false;
  const { leader, backup } = leadershipOf(cfg, round.round, n);
  return selfId === leader || (selfId === backup && round.backupOpen);
}

/** The next session from t members that are pending in none, if one is due and so many are free. */
export function trySession(state: OracleState, roundNumber: number): OracleStep {
  const round = state.rounds.get(roundNumber);
  const first = round?.accepted[0];
  if (round === undefined || first === undefined || !round.isSessionDue || !maySay(state, round)) return nothing(state);
  const { t, f, selfId } = state.config;
  const attempt = 1 + Math.max(round.ownAttempt, ...round.accepted.map(({ message }) => message.attempt));
  if (attempt >= sessionsMax(f)) return nothing(state);
  const listed = first.message.observations.map(({ id }) => id);
  const free = freeSigners(round, listed, attempt);
  if (free.size < t) return nothing(state);
  // Whoever has just signed before whoever was not asked yet: the first are known to answer. [R42]
  const hasSigned = (id: number): boolean =>
    !state.convicted.has(id) && round.accepted.some(({ hash }) => round.shares.get(hash)?.has(id) === true);
  const ranked = rankSigners(state, [...free.keys()], roundNumber);
  const signers = [...ranked.filter(hasSigned), ...ranked.filter((id) => !hasSigned(id))]
    .slice(0, t)
    .sort((a, b) => a - b);
  return say(state, round, {
    ...first.message,
    sender: selfId,
    attempt,
    signers,
    sources: sourcesOf(signers, free),
  });
}

export function onWaitOver(state: OracleState, roundNumber: number): OracleStep {
  const round = state.rounds.get(roundNumber);
  if (round === undefined) return nothing(state);
  const waits = Math.max(0, round.waits - 1);
  const newest = round.accepted.at(-1);
  // A timer of an earlier session: the newest one's wait still runs.
  if (waits > 0 || newest === undefined || round.complete) return nothing(withRound(state, { ...round, waits }));
  const lapsed = setWith(round.lapsed, newest.hash);
  const over = withRound(state, { ...round, waits, lapsed, isSessionDue: true });
  const next = trySession(over, roundNumber);
  if (next.effects.length > 0 || newest.message.sender !== state.config.selfId || !round.active) return next;
  // Nobody is free for another set: who has not heard of this one may still sign in it.
  return { state: next.state, effects: [{ kind: "forward", round: roundNumber, hash: newest.hash }] };
}

/** The proposer of the newest session need not wait for its timer to do without culprits. */
export function withoutCulprits(round: RoundState, selfId: number, culprits: readonly number[]): RoundState {
  const newest = round.accepted.at(-1);
  const isSpoilt = newest?.message.sender === selfId && newest.message.signers.some((id) => culprits.includes(id));
  return { ...round, culprits: setWith(round.culprits, ...culprits), isSessionDue: round.isSessionDue || isSpoilt };
}

/** The members whose share failed are named, each with all that judges it. */
export function onAggregateFailed(
  state: OracleState,
  event: Extract<OracleEvent, { kind: "aggregate-failed" }>,
): OracleStep {
  const before = state.rounds.get(event.round);
  const proposal = before?.accepted.find(({ hash }) => hash === event.proposalHash);
  if (before === undefined || proposal === undefined) return nothing(state);
  let round = withoutCulprits(before, state.config.selfId, event.culprits);
  const effects: Effect[] = [
    { kind: "note", note: { kind: "bad-shares", round: event.round, culprits: event.culprits } },
  ];
  for (const accused of event.culprits) {
    const share = round.shares.get(proposal.hash)?.get(accused);
    if (share === undefined) continue;
    const noticed = accuse(state.config, round, {
      kind: "bad-share",
      accused,
      round: event.round,
      share: share.hash,
      proposal: proposal.hash,
      ...commitmentNames(proposal.message),
    });
    round = noticed.round;
    effects.push(...noticed.effects);
  }
  const next = trySession(withRound(state, round), event.round);
  return { state: next.state, effects: [...effects, ...next.effects] };
}

/** A commitment that is no point: nobody can sign in this session, so nobody is pending in it. */
export function onShareRefused(state: OracleState, event: Extract<OracleEvent, { kind: "share-refused" }>): OracleStep {
  const round = state.rounds.get(event.round);
  if (round === undefined || event.culprits.length === 0) return nothing(state);
  const next = withoutCulprits(round, state.config.selfId, event.culprits);
  const unsignable = setWith(round.unsignable, event.proposalHash);
  return trySession(withRound(state, { ...next, unsignable }), event.round);
}

/** A peer took one of mine. Of others' PROPOSEs this node cannot know who was sent them. */
export function onAcknowledged(state: OracleState, event: Extract<OracleEvent, { kind: "acknowledged" }>): OracleStep {
  const isIt = ({ hash, message }: AcceptedProposal): boolean =>
    hash === event.hash && message.sender === state.config.selfId;
  for (const round of state.rounds.values()) {
    if (!round.accepted.some(isIt)) continue;
    const takers = setWith(round.acknowledged.get(event.hash) ?? new Set<number>(), event.from);
    const acknowledged = new Map(round.acknowledged).set(event.hash, takers);
    return nothing(withRound(state, { ...round, acknowledged }));
  }
  return nothing(state);
}
