/**
 * Whether this life may speak yet: what the disk says is reserved, held against what peers hold of this member's own words.
 * A pure reducer: slots and peers' answers in, verdict out. It runs at every start, because a database that was lost or
 * restored from a copy looks like any other. [R55] [R56]
 *
 * Why nobody can lie a member into danger or into silence: an answer counts only with an envelope under this member's own
 * signature, so it names a round in which an earlier life spoke; such a round never lies further ahead than SLOT_LEAD_MAX of the
 * (f+1)-th highest peer of its time [R31]. An answer can be withheld or be old: that lowers the maximum, which is why
 * n−1−f are awaited, and why the slot that the clock shows counts beside them. A thief of the identity key could name
 * any round; then the member is lost anyway.
 */
import { reservationRounds, SLOT_LEAD_MAX } from "./limits.ts";

export type RecoveryOptions = {
  readonly selfId: number;
  readonly n: number;
  readonly f: number;
  readonly slotMs: number;
  /** Highest round that the disk says earlier lives of this key have reserved; −1 when it says nothing. */
  readonly reservedRound: number;
  /** The keystore remembers that this key has spoken: a disk that says nothing was lost. */
  readonly hasActed: boolean;
};

export type RecoveryState = {
  readonly options: RecoveryOptions;
  /** Slot of this life's first look at the clock; null before. */
  readonly startedRound: number | null;
  readonly currentRound: number;
  /** Highest round of an envelope of mine, by the peer that gave it; −1: it holds none. */
  readonly answers: ReadonlyMap<number, number>;
};

export type RecoveryEvent =
  | { readonly kind: "slot-looked-up"; readonly round: number }
  /** What a peer gave, its signature and configuration checked at the window; null: it says that it holds none. */
  | {
      readonly kind: "answered";
      readonly from: number;
      readonly envelope: { readonly sender: number; readonly round: number } | null;
    };

export type RecoveryVerdict =
  /** `lost`: the disk knows less than what was said, so the operator must hear of it. */
  | { readonly kind: "wait"; readonly lost: boolean; readonly answersMissing: number }
  /** Act in rounds above. */
  | { readonly kind: "resume"; readonly lost: boolean; readonly floorRound: number };

export function beginRecovery(options: RecoveryOptions): RecoveryState {
  return { options, startedRound: null, currentRound: 0, answers: new Map() };
}

export function stepRecovery(state: RecoveryState, event: RecoveryEvent): RecoveryState {
  switch (event.kind) {
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
      return { ...state, answers: new Map(state.answers).set(event.from, round) };
    }
  }
}

export function recoveryVerdict(state: RecoveryState): RecoveryVerdict {
  const { options, startedRound, currentRound, answers } = state;
  const { n, f, slotMs, reservedRound, hasActed } = options;
  // With slots so long that one round is a reservation, an earlier life may still have been SLOT_LEAD_MAX ahead.
  const span = Math.max(reservationRounds(slotMs), SLOT_LEAD_MAX);
  const highest = Math.max(-1, ...answers.values());
  const lost = highest > reservedRound || (reservedRound < 0 && hasActed);
  const answersMissing = Math.max(0, n - 1 - f - answers.size);
  if (startedRound === null) return { kind: "wait", lost, answersMissing };
  if (lost) {
    if (answersMissing > 0) return { kind: "wait", lost, answersMissing };
    return { kind: "resume", lost, floorRound: Math.max(highest, currentRound, reservedRound) + span };
  }
  // Without answers: whatever an earlier life reserved was at most one reservation ahead of the slot in which it ended.
  if (answersMissing > 0 && currentRound <= startedRound + span) return { kind: "wait", lost, answersMissing };
  return { kind: "resume", lost, floorRound: Math.max(0, reservedRound) };
}
