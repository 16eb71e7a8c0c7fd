/**
 * Frames waiting for one peer: bounded in count and bytes. Of what belongs to a round the lowest round leaves first, and
 * what no receiver would take any more leaves at once; what belongs to none (a ceremony) leaves last. [R64]
 */

export type Waiting<T> = {
  readonly frame: Uint8Array;
  /** null: of no round */
  readonly round: number | null;
  readonly about: T;
};

/** Rounds below the newest queued one that a receiver still takes. [R7] Lower: late shares are lost. Higher: a peer gets what it throws away. */
const ROUNDS_WORTH_SENDING = 2;

export class SendQueue<T> {
  readonly #messagesMax: number;
  readonly #bytesMax: number;
  #waiting: Waiting<T>[] = [];
  #bytes = 0;
  #newestRound = Number.NEGATIVE_INFINITY;

  constructor(messagesMax: number, bytesMax: number) {
    this.#messagesMax = messagesMax;
    this.#bytesMax = bytesMax;
  }

  get length(): number {
    return this.#waiting.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @returns how many frames had to leave, the new one included when it is itself the stalest or cannot fit at all */
  push(added: Waiting<T>): number {
    if (added.frame.length > this.#bytesMax) return 1;
    const before = this.#waiting.length + 1;
    this.#waiting.push(added);
    this.#bytes += added.frame.length;
    if (added.round !== null && added.round > this.#newestRound) {
      this.#newestRound = added.round;
      this.#dropBelow(added.round - ROUNDS_WORTH_SENDING);
    }
    while (this.#waiting.length > this.#messagesMax || this.#bytes > this.#bytesMax) this.#dropStalest();
    return before - this.#waiting.length;
  }

  shift(): Waiting<T> | null {
    const first = this.#waiting.shift();
    if (first === undefined) return null;
    this.#bytes -= first.frame.length;
    return first;
  }

  clear(): void {
    this.#waiting = [];
    this.#bytes = 0;
  }

  #dropBelow(round: number): void {
    const kept = this.#waiting.filter((one) => one.round === null || one.round >= round);
    if (kept.length === this.#waiting.length) return;
    this.#waiting = kept;
    this.#bytes = kept.reduce((sum, { frame }) => sum + frame.length, 0);
  }

  #dropStalest(): void {
    let stalest = 0;
    for (let i = 1; i < this.#waiting.length; i++) {
      if (staleness(this.#waiting[i]!) < staleness(this.#waiting[stalest]!)) stalest = i;
    }
    const [dropped] = this.#waiting.splice(stalest, 1);
    this.#bytes -= dropped?.frame.length ?? 0;
  }
}

/** The lowest leaves first, of equals the oldest. */
function staleness({ round }: Waiting<unknown>): number {
  return round ?? Number.POSITIVE_INFINITY;
}
