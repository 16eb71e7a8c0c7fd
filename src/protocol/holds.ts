/** What keeps this node from speaking while its disk is well, and how it learns that its key lives twice. */
import type { Effect, Note, Step } from "./events.ts";
import type { HoldReason } from "./hold-reasons.ts";
import type { Observe, Propose, Share } from "./messages.ts";
import type { OracleState, RoundState } from "./state.ts";

type OracleStep = Step<OracleState>;
/** What a member alone can say; a REPORT is everybody's to repeat. */
type OwnWord = Observe | Propose | Share;

/** From now on this life only watches; what it holds of open rounds it does not act on any more. */
export function quiet(rounds: OracleState["rounds"], upTo = Number.POSITIVE_INFINITY): OracleState["rounds"] {
  const entries = [...rounds].map(([number, round]): [number, RoundState] => [
    number,
    number <= upTo ? { ...round, active: false } : round,
  ]);
  return new Map(entries);
}

export function onHeld(state: OracleState, why: HoldReason, on: boolean): OracleStep {
  const holds = new Set(state.holds);
  if (on) holds.add(why);
  else if (why !== "duplicate-instance") holds.delete(why);
  // Zeroed, and none is drawn again: the other process may go on with rounds of which this one drew nonces.
  const effects: Effect[] =
    on && why === "duplicate-instance" ? [{ kind: "forget-nonces", belowRound: Number.MAX_SAFE_INTEGER }] : [];
  return { state: { ...state, holds, rounds: on ? quiet(state.rounds) : state.rounds }, effects };
}

/** Recovery found that earlier lives may have spoken up to this round. */
export function onFloorRaised(state: OracleState, floorRound: number): OracleStep {
  if (floorRound <= state.floorRound) return { state, effects: [] };
  return { state: { ...state, floorRound, rounds: quiet(state.rounds, floorRound) }, effects: [] };
}

/** An OBSERVE names its process; of the rest nothing is mine as long as I have not said a word. */
function isMine(state: OracleState, message: OwnWord): boolean {
  return message.type === "observe" ? message.incarnation === state.incarnation : !state.holds.has("recovering");
}

/**
 * A word under my own key that this life did not say. Earlier lives spoke only in rounds they had reserved [R30], and
 * the dead speak in no round that began after my start: either one proves another process with my key. [R57] The first slot
 * that I saw begin is given to a predecessor whose clock was a little ahead of what it shows now.
 */
export function hearSelf(state: OracleState, message: OwnWord): OracleStep {
  if (isMine(state, message) || state.holds.has("duplicate-instance")) return { state, effects: [] };
  const { startedRound } = state;
  const isAfterStart = startedRound !== null && message.round > startedRound;
  const isUnreserved = !state.holds.has("recovering") && message.round > state.floorRound;
  if (startedRound === null || !(isAfterStart || isUnreserved)) return { state, effects: [] };
  const held = onHeld(state, "duplicate-instance", true);
  const note: Note = { kind: "duplicate-instance", from: state.config.selfId, round: message.round };
  return { state: held.state, effects: [...held.effects, { kind: "note", note }] };
}
