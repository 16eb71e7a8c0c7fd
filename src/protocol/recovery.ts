/**
 * Whether this life may speak yet: what the disk says is reserved, held against what peers hold of this member's own words.
 * A pure reducer: slots and peers' answers in, verdict out. It runs at every start, because a database that was lost or
 * restored from a copy looks like any other. [R55] [R56]
 *
 * Why nobody can lie a member into danger or into silence: an answer counts only with an envelope under this member's own
 * signature, so it names a round in which an earlier life spoke; such a round never lies further ahead than SLOT_LEAD_MAX of the
 * (f+1)-th highest peer of its time [R31]. An answer can be withheld or be old: that lowers the maximum, which is why
 * n−1−f are awaited, and why the slot in which this life began counts beside them: the dead speak in no later one. A thief of the identity key could name
 * any round; then the member is lost anyway.
 */
import { reservationRounds, SLOT_LEAD_MAX } from "./limits.ts";

/**
 * Slots after which peers must be asked once more before a life speaks: what a living predecessor said in the slots between is
 * then with them. An answer to an earlier question says nothing of these, however late it comes. [R57]
 */
const LISTEN_SLOTS = 3;

export type RecoveryOptions = {
  readonly selfId: number;
  readonly n: number;
  readonly f: number;
  readonly slotMs: number;
  /** Highest round that the disk says earlier lives of this key have reserved; −1 when it says nothing. */
  readonly reservedRound: number;
  /** The keystore remembers that this key has spoken: a disk that says nothing was lost. */
  readonly hasActed: boolean;
  /** The keystore came out of a backup: whatever the disk says, an earlier life may have said more. */
  readonly isRestored: boolean;
  /** Rounds up to this one are not this configuration's to act in, whatever comes out here; −1 when none. [R71] */
  readonly floorRound: number;
};

export type RecoveryState = {
  readonly options: RecoveryOptions;
  /** Slot in which this life began; null before its first look at the clock. */
  readonly startedRound: number | null;
  readonly currentRound: number;
  /** By the peer that gave it: the highest round of an envelope of mine, −1 when it holds none. */
  readonly answers: ReadonlyMap<number, number>;
  /** By peer: the last slot in which a question was sent that it has answered. */
  readonly askedIn: ReadonlyMap<number, number>;
  /** It is known without any answer that the disk says too little. */
  readonly isLost: boolean;
};

export type RecoveryEvent =
  | { readonly kind: "slot-looked-up"; readonly round: number }
  /** What a peer gave, its signature and configuration checked at the window; null: it says that it holds none. */
  | {
      readonly kind: "answered";
      readonly from: number;
      /** Slot in which the question was sent. */
      readonly askedIn: number;
      readonly envelope: { readonly sender: number; readonly round: number } | null;
    }
  /** Another configuration under the same key found that the memory of both is lost. */
  | { readonly kind: "memory-lost" };

export type RecoveryVerdict =
  /** `lost`: the disk knows less than what was said, so the operator must hear of it. */
  | { readonly kind: "wait"; readonly lost: boolean; readonly answersMissing: number }
  /** Act in rounds above. */
  | { readonly kind: "resume"; readonly lost: boolean; readonly floorRound: number };

export function beginRecovery(options: RecoveryOptions): RecoveryState {
  return {
    options,
    startedRound: null,
    currentRound: 0,
    answers: new Map(),
    askedIn: new Map(),
    isLost: options.isRestored,
  };
}

export function stepRecovery(state: RecoveryState, event: RecoveryEvent): RecoveryState {
  switch (event.kind) {
    case "memory-lost":
      return { ...state, isLost: true };
    case "slot-looked-up":
      return {
        ...state,
        startedRound: state.startedRound ?? event.round,
        currentRound: Math.max(state.currentRound, event.round),
      };
    case "answered": {
      const { selfId, n } = state.options;
      if (event.from === selfId || event.from < 1 || event.from > n) return state;
      // Somebody else's envelope proves nothing of mine, and is no answer either.
      if (event.envelope !== null && event.envelope.sender !== selfId) return state;
      const round = Math.max(event.envelope?.round ?? -1, state.answers.get(event.from) ?? -1);
      const askedIn = Math.max(event.askedIn, state.askedIn.get(event.from) ?? -1);
      return {
        ...state,
        answers: new Map(state.answers).set(event.from, round),
        askedIn: new Map(state.askedIn).set(event.from, askedIn),
      };
    }
  }
}

export function recoveryVerdict(state: RecoveryState): RecoveryVerdict {
  const { options, startedRound, currentRound, answers, askedIn, isLost } = state;
  const { n, f, slotMs, reservedRound, hasActed, floorRound } = options;
  // With slots so long that one round is a reservation, an earlier life may still have been SLOT_LEAD_MAX ahead.
  const span = Math.max(reservationRounds(slotMs), SLOT_LEAD_MAX);
  const highest = Math.max(-1, ...answers.values());
  const lost = isLost || highest > reservedRound || (reservedRound < 0 && hasActed);
  const wanted = n - 1 - f;
  const listenedUpTo = (startedRound ?? currentRound) + LISTEN_SLOTS;
  if (startedRound === null || currentRound < listenedUpTo) {
    return { kind: "wait", lost, answersMissing: Math.max(0, wanted - answers.size) };
  }
  const answersMissing = Math.max(0, wanted - [...askedIn.values()].filter((round) => round >= listenedUpTo).length);
  if (lost) {
    if (answersMissing > 0) return { kind: "wait", lost, answersMissing };
    return { kind: "resume", lost, floorRound: Math.max(highest, startedRound, reservedRound, floorRound) + span };
  }
  // Without answers: whatever an earlier life reserved was at most one reservation ahead of the slot in which it ended.
  if (answersMissing > 0 && currentRound <= Math.max(startedRound + span, listenedUpTo)) {
    return { kind: "wait", lost, answersMissing };
  }
  return { kind: "resume", lost, floorRound: Math.max(0, floorRound) };
}

/**
 * During a refresh two configurations share a key: what one of them may not say yet the other may not say either. [R56]
 * @param before of the one that began first in this process; null when there is none or it has ended
 */
export function together(own: RecoveryVerdict, before: RecoveryVerdict | null): RecoveryVerdict {
  if (own.kind === "wait" || before === null) return own;
  if (before.kind === "wait") return { ...before, lost: own.lost || before.lost };
  return { ...own, floorRound: Math.max(own.floorRound, before.floorRound) };
}
