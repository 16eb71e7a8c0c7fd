/** OBSERVE: mine goes out once, each member's first valid one counts, another version is kept in case a PROPOSE names it. */
import type { Hex } from "../base/bytes.ts";
import type { Effect, OracleEvent, Step } from "./events.ts";
import { OBSERVATION_VERSIONS_MAX } from "./limits.ts";
import type { Observe } from "./messages.ts";
import { tryPropose } from "./phase-propose.ts";
import type { OracleState } from "./state.ts";
import { mapWith, openRound, withRound } from "./state.ts";
import { accuse, observeFault } from "./witness.ts";

export function onObserved(state: OracleState, event: Extract<OracleEvent, { kind: "observed" }>): Step<OracleState> {
  const round = state.rounds.get(event.round);
  // A slow evaluation that ends after its slot was left is not sent: it would be refused anyway.
  if (round === undefined || !round.active || round.ownHash !== null || event.round > state.reservedRound) {
    return { state, effects: [] };
  }
  const message: Observe = {
    type: "observe",
    round: event.round,
    sender: state.config.selfId,
    obsTimeMs: event.obsTimeMs,
    incarnation: event.incarnation,
    commitments: event.commitments,
    values: event.values,
  };
  return { state: { ...state, incarnation: event.incarnation }, effects: [{ kind: "broadcast", message }] };
}

export function onObserve(before: OracleState, message: Observe, hash: Hex): Step<OracleState> {
  const { sender } = message;
  let round = openRound(before, message.round);
  if (round.versions.has(hash)) return { state: before, effects: [] };
  const effects: Effect[] = [];
  const first = round.observations.get(sender);
  if (first !== undefined) {
    const note = { kind: "equivocation", what: "observe", from: sender, round: message.round } as const;
    const said = { kind: "equivocated-observation", accused: sender, round: message.round } as const;
    const noticed = accuse(before.config, round, { ...said, messages: [first.hash, hash] });
    effects.push({ kind: "note", note }, ...noticed.effects);
    round = noticed.round;
  }
  const state = first === undefined ? before : withRound(before, round);
  const why = observeFault(state.config, message);
  if (why !== null) {
    const note = { kind: "refused", what: "observe", from: sender, round: message.round, why } as const;
    return { state, effects: [...effects, { kind: "note", note }] };
  }
  if (first !== undefined) {
    const kept = [...round.versions.values()].filter((other) => other.sender === sender).length;
    // A version that a waiting PROPOSE names is taken above the cap: an equivocating observer must not kill a round. [R9]
    if (kept >= OBSERVATION_VERSIONS_MAX && !round.wanted.has(hash)) return { state, effects };
  }
  const next = withRound(state, {
    ...round,
    versions: mapWith(round.versions, hash, message),
    observations: first === undefined ? mapWith(round.observations, sender, { hash, message }) : round.observations,
    // The first stands: another OBSERVE under this node's key is another process's, and its nonces are not here.
    ownHash: sender === state.config.selfId ? (round.ownHash ?? hash) : round.ownHash,
  });
  const proposal = tryPropose(next, message.round);
  return { state: proposal.state, effects: [...effects, ...proposal.effects] };
}
