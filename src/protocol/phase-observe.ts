/** OBSERVE: mine goes out once, each member's first valid one counts, another version is kept in case a PROPOSE names it. */
import type { Hex } from "../base/bytes.ts";
import type { Effect, OracleEvent, RefusalReason, Step } from "./events.ts";
import { OBSERVATION_TIME_TOLERANCE_MS, OBSERVATION_VERSIONS_MAX } from "./limits.ts";
import type { Observe } from "./messages.ts";
import { tryPropose } from "./phase-propose.ts";
import type { OracleState, RoundState } from "./state.ts";
import { mapWith, openRound, slotTimeMs, withRound } from "./state.ts";

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

/** Valid for everybody or for nobody: nothing here looks at the local clock. [R8] */
function refusalOf(state: OracleState, message: Observe): RefusalReason | null {
  if (message.values.length !== state.config.rules.length) return "wrong-feed-count";
  const offsetMs = Math.abs(message.obsTimeMs - slotTimeMs(state.config, message.round));
  return offsetMs > OBSERVATION_TIME_TOLERANCE_MS ? "obs-time-off-slot" : null;
}

/** A version that a waiting PROPOSE names is taken above the cap: an equivocating observer must not kill a round. [R9] */
function isNamed(round: RoundState, hash: Hex): boolean {
  return round.pending.some(({ message }) => message.observations.some((ref) => ref.hash === hash));
}

export function onObserve(state: OracleState, message: Observe, hash: Hex): Step<OracleState> {
  const round = openRound(state, message.round);
  if (round.versions.has(hash)) return { state, effects: [] };
  const why = refusalOf(state, message);
  if (why !== null) {
    const note = { kind: "refused", what: "observe", from: message.sender, round: message.round, why } as const;
    return { state, effects: [{ kind: "note", note }] };
  }
  const effects: Effect[] = [];
  const first = round.observations.get(message.sender);
  if (first !== undefined) {
    effects.push({
      kind: "note",
      note: { kind: "equivocation", what: "observe", from: message.sender, round: message.round },
    });
    const kept = [...round.versions.values()].filter((other) => other.sender === message.sender).length;
    if (kept >= OBSERVATION_VERSIONS_MAX && !isNamed(round, hash)) return { state, effects };
  }
  const next = withRound(state, {
    ...round,
    versions: mapWith(round.versions, hash, message),
    observations:
      first === undefined ? mapWith(round.observations, message.sender, { hash, message }) : round.observations,
    // The first stands: another OBSERVE under this node's key is another process's, and its nonces are not here.
    ownHash: message.sender === state.config.selfId ? (round.ownHash ?? hash) : round.ownHash,
  });
  const proposal = tryPropose(next, message.round);
  return { state: proposal.state, effects: [...effects, ...proposal.effects] };
}
