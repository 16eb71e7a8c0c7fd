/**
 * A node that starts again asks its peers what it has said before, as the daemon does: the production reducer decides
 * when and above which round it may act. A liar claims whatever silences it longest, and has no envelope to show.
 */
import type { OracleConfig } from "../../protocol/state.ts";
import type { RecoveryState } from "../../protocol/recovery.ts";
import { beginRecovery, recoveryVerdict, stepRecovery } from "../../protocol/recovery.ts";

/**
 * A peer's word about what the asking node has said; `proven` when an envelope of it comes along. `askedIn`: the asking
 * node's slot when it asked.
 */
export type Claim = {
  readonly from: number;
  readonly askedIn: number;
  readonly round: number | null;
  readonly proven: boolean;
};

const CLAIM_FAR_AHEAD_ROUNDS = 1_000;

/** What a liar says it has seen of somebody. */
export function liarsClaim(from: number, askedIn: number, currentRound: number): Claim {
  return { from, askedIn, round: currentRound + CLAIM_FAR_AHEAD_ROUNDS, proven: false };
}

export class Quarantine {
  readonly #selfId: number;
  readonly #believesClaims: boolean;
  #state: RecoveryState;

  /** @param believesClaims a planted bug: a number counts without an envelope */
  constructor(config: OracleConfig, reservedRound: number, believesClaims: boolean) {
    const { selfId, n, f, slotMs } = config;
    this.#selfId = selfId;
    this.#believesClaims = believesClaims;
    this.#state = beginRecovery({
      selfId,
      n,
      f,
      slotMs,
      reservedRound,
      hasActed: true,
      isRestored: false,
      floorRound: reservedRound,
    });
  }

  slotLookedUp(round: number): void {
    this.#state = stepRecovery(this.#state, { kind: "slot-looked-up", round });
  }

  answered({ from, askedIn, round, proven }: Claim): void {
    if (round === null) {
      this.#state = stepRecovery(this.#state, { kind: "answered", from, askedIn, envelope: null });
    } else if (proven || this.#believesClaims) {
      const envelope = { sender: this.#selfId, round };
      this.#state = stepRecovery(this.#state, { kind: "answered", from, askedIn, envelope });
    }
    // A word without its envelope is refused at the window and is no answer.
  }

  /** Above which round the node may act; null: it must go on asking. */
  floorRound(): number | null {
    const verdict = recoveryVerdict(this.#state);
    return verdict.kind === "resume" ? verdict.floorRound : null;
  }
}
