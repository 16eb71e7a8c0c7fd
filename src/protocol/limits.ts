/** Every cap and every wait of the protocol, and what breaks when it is lower or higher. */

/** Rounds a node keeps open below the current slot. Lower: late shares are lost. Higher: more memory for peers to fill. */
export const ROUNDS_KEPT_BELOW = 2;
/** Rounds accepted above the current slot, for peers whose clock is a little ahead. Higher: a flood has more room. */
export const ROUNDS_OPEN_ABOVE = 1;
/** Signed reports held for parents. Lower: a node that was away fetches more often. */
export const REPORTS_KEPT = 16;
/** Different OBSERVEs kept of one sender in one round: the second version matters only if a PROPOSE names it. */
export const OBSERVATION_VERSIONS_MAX = 3;
/**
 * Sessions of one proposer in one round: the first, and f+1 more until none of the f can spoil one [R43]. It is also how
 * many of its PROPOSEs may wait, and how many early shares of one member: an honest one signs under no more.
 */
export function sessionsMax(f: number): number {
  return f + 2;
}
/** Turns to sign that are remembered of each member. Lower: a suspect is forgotten and tried again more often. */
export const DELIVERY_ROUNDS = 256;
/** obsTime may differ this much from the slot's time, for everybody alike. Lower: clock skew costs observations. */
export const OBSERVATION_TIME_TOLERANCE_MS = 2_000;
/** A parent may be passed over by reports at most this many slots old. Lower: a leader one report behind loses its slot. */
export const PARENT_LAG_SLOTS = 2;
/** How far ahead of the (f+1)-th highest live peer a node may act: a clock jump must not burn reservations. */
export const SLOT_LEAD_MAX = 2;

const RESERVATION_SPAN_MS = 16_000;
const RESERVATION_ROUNDS_MAX = 16;

/** Rounds written ahead with one disk commit: clamp(16 s / D, 1, 16). A restart waits at most this many slots. */
export function reservationRounds(slotMs: number): number {
  return Math.max(1, Math.min(RESERVATION_ROUNDS_MAX, Math.floor(RESERVATION_SPAN_MS / slotMs)));
}

export type Waits = {
  /** After 2f+1 healthy observations, how long the leader waits for the rest. */
  readonly graceMs: number;
  /** From T_r: the leader proposes what it has. */
  readonly hardStopMs: number;
  /** From T_r: a backup's PROPOSE is acceptable. */
  readonly backupMs: number;
  /** From an accepted PROPOSE: without a signature the leader names another signer set; the backup after twice that. */
  readonly secondSetMs: number;
  /** Between two members that would say a report in its proposer's place, about a delay. Lower: all say it. Higher: who lacks it lacks it longer. */
  readonly reportTurnMs: number;
};

/** Of a slot: as long as a slow network may stretch the wait for shares. Higher: no room is left for another set. */
const SLOW_SHARES_FRACTION = 0.3;

/**
 * min(constant, fraction of D), so that short slots keep room for a rescue.
 * @param roundTripP95Ms slow round trips to peers; 0 when unknown
 */
export function waitsFor(slotMs: number, roundTripP95Ms = 0): Waits {
  const slowMs = Math.min(2 * roundTripP95Ms, slotMs * SLOW_SHARES_FRACTION);
  const secondSetMs = Math.max(Math.min(120, slotMs * 0.12), slowMs);
  return {
    graceMs: Math.min(60, slotMs * 0.06),
    hardStopMs: Math.min(250, slotMs * 0.25),
    backupMs: Math.min(400, slotMs * 0.4),
    secondSetMs,
    reportTurnMs: secondSetMs / 2,
  };
}

/**
 * A slot to which a node comes later than this is followed and not observed [R59]: its leader waits no longer. Lower: machines
 * that are busy for a moment cost whole rounds. Higher: words that nobody counts, from a machine that has too much to do.
 */
export function observeLateMaxMs(slotMs: number): number {
  return Math.max(100, waitsFor(slotMs).hardStopMs);
}
