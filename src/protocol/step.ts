/**
 * The oracle's state machine: `step(state, event) → {state, effects}`. It knows no clock, no dice, no disk and no key.
 * docs/protocol.md numbers the rules; comments cite them as [R…].
 */
import type { Hex } from "../base/bytes.ts";
import { unreachable } from "../base/errors.ts";
import type { Note, OracleEvent, Step } from "./events.ts";
import { hearSelf, onFloorRaised, onHeld, quiet } from "./holds.ts";
import { hearIncarnation } from "./incarnations.ts";
import type { Message, Observe } from "./messages.ts";
import { onObserve, onObserved } from "./phase-observe.ts";
import { onBackupOpen, onPropose, recheckPending, tryPropose } from "./phase-propose.ts";
import { onReportMessage, onReportVerified, sayReport } from "./phase-report.ts";
import { onAcknowledged, onAggregateFailed, onShareRefused, onWaitOver, trySession } from "./phase-session.ts";
import { onAggregated, onShare, onShareMade } from "./phase-sign.ts";
import { onSlot, onSlotWaned, roundWindow } from "./phase-slot.ts";
import type { OracleState } from "./state.ts";
import { setWith, withRound } from "./state.ts";
import { noticeNamed } from "./witness.ts";

export type OracleStep = Step<OracleState>;

/** Runs the second reducer on the first one's state and appends its effects. */
function chain(first: OracleStep, then: (state: OracleState) => OracleStep): OracleStep {
  const second = then(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

/** Which process of its member said this: two at once are two too many. [R57] */
function hearProcess(state: OracleState, message: Observe): OracleStep {
  if (message.sender === state.config.selfId) return { state, effects: [] };
  const { known, isDouble } = hearIncarnation(state.incarnations, message);
  const note: Note = { kind: "duplicate-instance", from: message.sender, round: message.round };
  return { state: { ...state, incarnations: known }, effects: isDouble ? [{ kind: "note", note }] : [] };
}

function onMessage(state: OracleState, message: Message, hash: Hex): OracleStep {
  // Before the window: the other process may have the better clock.
  if (message.type !== "report" && message.sender === state.config.selfId) {
    return chain(hearSelf(state, message), (after) => judge(after, message, hash));
  }
  return judge(state, message, hash);
}

function judge(state: OracleState, message: Message, hash: Hex): OracleStep {
  // Heard before judged: where the others stand matters most when this node's own window is wrong. [R31]
  const highest = Math.max(message.round, state.heard.get(message.sender)?.round ?? 0);
  const heard = new Map(state.heard).set(message.sender, { round: highest, atSlot: state.slotsSeen });
  const next: OracleState = { ...state, heard };
  const named = noticeNamed(next, message, hash);
  return chain(named, (after) => onOpenMessage(after, message, hash));
}

function onOpenMessage(next: OracleState, message: Message, hash: Hex): OracleStep {
  // A report speaks for itself at any age; the rest belongs to an open round. [R7]
  const window = roundWindow(next);
  if (message.type !== "report" && (message.round < window.low || message.round > window.high)) {
    const note: Note = {
      kind: "refused",
      what: message.type,
      from: message.sender,
      round: message.round,
      why: "round-closed",
    };
    return { state: next, effects: [{ kind: "note", note }] };
  }
  switch (message.type) {
    case "observe":
      return chain(
        chain(hearProcess(next, message), (after) => onObserve(after, message, hash)),
        (after) =>
          after.rounds.get(message.round)?.wanted.has(hash) === true
            ? recheckPending(after, message.round)
            : { state: after, effects: [] },
      );
    case "propose":
      return onPropose(next, message, hash);
    case "share":
      return chain(onShare(next, message, hash), (after) => afterShare(after, message.round, hash));
    case "report":
      return onReportMessage(next, message.signed);
    default:
      return unreachable(message);
  }
}

/** A share may be the fresh pair that a waiting PROPOSE names, and may set free the last member of a further session. */
function afterShare(state: OracleState, roundNumber: number, hash: Hex): OracleStep {
  const round = state.rounds.get(roundNumber);
  if (round === undefined) return { state, effects: [] };
  const rechecked: OracleStep = round.wanted.has(hash) ? recheckPending(state, roundNumber) : { state, effects: [] };
  return round.isSessionDue ? chain(rechecked, (after) => trySession(after, roundNumber)) : rechecked;
}

export function step(state: OracleState, event: OracleEvent): OracleStep {
  switch (event.kind) {
    case "slot-started":
      return onSlot(state, event.round);
    case "timer-fired": {
      const round = state.rounds.get(event.round);
      if (round === undefined) return { state, effects: [] };
      switch (event.timer) {
        case "grace":
          return tryPropose(withRound(state, { ...round, graceOver: true }), event.round);
        case "hard-stop":
          return tryPropose(withRound(state, { ...round, hardStopOver: true }), event.round);
        case "backup":
          return chain(onBackupOpen(state, event.round), (after) => trySession(after, event.round));
        case "second-set":
          return onWaitOver(state, event.round);
        case "report":
          return sayReport(state, event.round);
        default:
          return unreachable(event.timer);
      }
    }
    case "observed":
      return onObserved(state, event);
    case "message-received":
      return onMessage(state, event.message, event.hash);
    case "share-made":
      return onShareMade(state, event);
    case "share-refused":
      return onShareRefused(state, event);
    case "aggregated":
      return onAggregated(state, event);
    case "aggregate-failed":
      return onAggregateFailed(state, event);
    case "report-verified":
      return chain(onReportVerified(state, event.signed), (after) => recheckAll(after));
    case "rounds-reserved":
      return { state: { ...state, reservedRound: Math.max(state.reservedRound, event.upTo) }, effects: [] };
    case "disk-failed":
      // What it may not write down it may not say. [R33]
      return { state: { ...state, disk: "failed", rounds: quiet(state.rounds) }, effects: [] };
    case "acknowledged":
      return onAcknowledged(state, event);
    case "round-trip":
      return { state: { ...state, roundTripP95Ms: event.p95Ms }, effects: [] };
    case "convicted":
      return { state: { ...state, convicted: setWith(state.convicted, event.member) }, effects: [] };
    case "slot-waned":
      return onSlotWaned(state, event.round);
    case "held":
      return onHeld(state, event.why, event.on);
    case "floor-raised":
      return onFloorRaised(state, event.floorRound);
    default:
      return unreachable(event);
  }
}

/** A fetched parent may unlock a PROPOSE of any open round. */
function recheckAll(state: OracleState): OracleStep {
  let result: OracleStep = { state, effects: [] };
  for (const round of state.rounds.keys()) result = chain(result, (after) => recheckPending(after, round));
  return result;
}
