/** The beginning of a slot: whether this node may act in it, what it writes down first, what it forgets. */
import type { Hex } from "../base/bytes.ts";
import { countRound } from "./delivery.ts";
import type { Effect, Step } from "./events.ts";
import { leadershipOf } from "./leader.ts";
import {
  PARENT_LAG_SLOTS,
  reservationRounds,
  ROUNDS_KEPT_BELOW,
  ROUNDS_OPEN_ABOVE,
  SLOT_LEAD_MAX,
  waitsFor,
} from "./limits.ts";
import { atLeastOneHonest } from "./quorum.ts";
import type { OracleState, RoundState } from "./state.ts";
import { openRound } from "./state.ts";

export function roundWindow(state: OracleState): { low: number; high: number } {
  return { low: state.currentRound - ROUNDS_KEPT_BELOW, high: state.currentRound + ROUNDS_OPEN_ABOVE };
}

/** Peers count only while they speak: a network that stood still must be able to start again. [R32] */
const LIVE_WITHIN_SLOTS = 3;

/** Has the member spoken within the last slots, through whomever? [R32] */
export function isLive(state: OracleState, id: number): boolean {
  const heard = state.heard.get(id);
  return heard !== undefined && state.slotsSeen - heard.atSlot <= LIVE_WITHIN_SLOTS;
}

/** A clock that jumped ahead must not burn reservations: never act beyond the (f+1)-th highest live peer + 2. [R31] */
function isAheadOfPeers(state: OracleState, round: number): boolean {
  const live = [...state.heard.entries()]
    .filter(([id]) => id !== state.config.selfId && isLive(state, id))
    .map(([, heard]) => heard.round)
    .sort((a, b) => b - a);
  const witness = live[atLeastOneHonest(state.config.f) - 1];
  return witness !== undefined && round > witness + SLOT_LEAD_MAX;
}

function idleReason(
  state: OracleState,
  round: number,
): "reserved-by-earlier-life" | "ahead-of-peers" | "disk-failed" | null {
  if (state.disk === "failed") return "disk-failed";
  if (round <= state.floorRound) return "reserved-by-earlier-life";
  return isAheadOfPeers(state, round) ? "ahead-of-peers" : null;
}

/**
 * The leader's last chance at reports it missed: one that published and that it lacks would cost it the slot [R13]. It
 * knows their digest where it accepted the PROPOSE, or where f + 1 members signed it; those who did are asked. [R49]
 */
function askForMissed(state: OracleState, round: number): Effect[] {
  const { selfId, f } = state.config;
  const effects: Effect[] = [];
  for (let missed = round - 1; missed >= round - PARENT_LAG_SLOTS; missed--) {
    const open = state.rounds.get(missed);
    if (open === undefined || state.reports.has(missed)) continue;
    const signedBy = new Map<Hex, number[]>();
    for (const [id, { message }] of open.firstShares) {
      if (id !== selfId) signedBy.set(message.digest, [...(signedBy.get(message.digest) ?? []), id]);
    }
    const [accepted] = open.accepted;
    const [digest, ids] =
      accepted === undefined
        ? ([...signedBy].find(([, from]) => from.length >= atLeastOneHonest(f)) ?? [])
        : [accepted.digest, signedBy.get(accepted.digest)];
    for (const from of (ids ?? []).slice(0, atLeastOneHonest(f))) {
      if (digest !== undefined) effects.push({ kind: "fetch-report", round: missed, digest, from });
    }
  }
  return effects;
}

export function onSlot(before: OracleState, round: number): Step<OracleState> {
  // Rounds never go back: a clock stepped backwards waits until it is where it was.
  if (round <= before.currentRound || round < before.config.firstRound) return { state: before, effects: [] };
  const state: OracleState = { ...before, slotsSeen: before.slotsSeen + 1 };
  const effects: Effect[] = [];
  const idle = idleReason(state, round);
  if (idle === "ahead-of-peers") {
    // The window stays with the peers: a clock that is set right again finds this node where they are.
    return { state, effects: [{ kind: "note", note: { kind: "idle", round, why: idle } }] };
  }
  const low = round - ROUNDS_KEPT_BELOW;
  const rounds = new Map<number, RoundState>();
  let { delivery } = state;
  for (const [key, value] of state.rounds) {
    if (key >= low) rounds.set(key, value);
    else if (!value.complete) delivery = countRound(delivery, value, state.config.selfId);
  }
  rounds.set(round, { ...openRound(state, round), active: idle === null });
  effects.push({ kind: "forget-nonces", belowRound: low });

  if (idle === null) {
    // [R30] Write down first: nothing of a round is sent before a reservation that covers it is on disk.
    if (round > state.reservedRound) {
      effects.push({ kind: "reserve-rounds", upTo: round + reservationRounds(state.config.slotMs) - 1 });
    }
    effects.push({ kind: "observe", round });
  } else {
    effects.push({ kind: "note", note: { kind: "idle", round, why: idle } });
  }

  const { leader, backup } = leadershipOf(state.config.cfg, round, state.config.n);
  const waits = waitsFor(state.config.slotMs);
  if (idle === null && leader === state.config.selfId) {
    effects.push(...askForMissed(state, round));
    effects.push({ kind: "set-timer", timer: "hard-stop", round, delayMs: waits.hardStopMs });
  }
  // Everyone keeps this timer: it says when a backup's PROPOSE may be believed.
  if (leader !== backup) effects.push({ kind: "set-timer", timer: "backup", round, delayMs: waits.backupMs });
  return { state: { ...state, currentRound: round, rounds, delivery }, effects };
}
