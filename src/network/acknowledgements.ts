/**
 * What a peer has received of a stream's frames. The reader writes, on the same stream in the other direction, how many
 * it has: u32 big-endian, cumulative, at most once a batch. So frames need no numbers: a stream loses and reorders nothing.
 */
import type { Hex } from "../base/bytes.ts";

/** One message on its way. */
export type Sent = {
  /** The caller's name for it; the same message to several members has one. */
  readonly hash: Hex;
  /** null once nobody will send it again: then only word of it is awaited. */
  message: Uint8Array | null;
  /** Monotonic milliseconds. */
  readonly sentAtMs: number;
  /** Monotonic milliseconds at which it counts as lost, as far as this stream goes. */
  readonly dueAtMs: number;
  acknowledged: boolean;
};

/** What was not acknowledged in time, and how much time it had. */
export type Overdue = { readonly hash: Hex; readonly message: Uint8Array; readonly waitedMs: number };

const COUNT_BYTES = 4;

export function encodeCount(count: number): Uint8Array {
  const out = new Uint8Array(COUNT_BYTES);
  new DataView(out.buffer).setUint32(0, count);
  return out;
}

/** Reads the counts of one stream. */
export class CountReader {
  readonly #partial = new Uint8Array(COUNT_BYTES);
  #filled = 0;
  #last = 0;

  /**
   * @param written frames that the stream carries so far
   * @returns the highest count, or null for one that does not grow or is above what was written: no honest reader's
   */
  push(chunk: Uint8Array, written: number): number | null {
    for (const byte of chunk) {
      this.#partial[this.#filled++] = byte;
      if (this.#filled < COUNT_BYTES) continue;
      this.#filled = 0;
      const count = new DataView(this.#partial.buffer).getUint32(0);
      if (count <= this.#last || count > written) return null;
      this.#last = count;
    }
    return this.#last;
  }
}

/**
 * The messages to one peer that wait for their acknowledgement. Bounded in count and bytes: of too many the oldest are
 * forgotten, and then count as neither received nor lost.
 */
export class Unacknowledged {
  readonly #keptMax: number;
  readonly #bytesMax: number;
  /** In the stream, with the number of its frame there, from 1. */
  #written: { readonly sent: Sent; readonly place: number }[] = [];
  /** Not yet due, in the order they were sent; these have their message. */
  #watched: Sent[] = [];
  #watchedBytes = 0;

  constructor(keptMax: number, bytesMax: number) {
    this.#keptMax = keptMax;
    this.#bytesMax = bytesMax;
  }

  watch(sent: Sent): void {
    this.#watched.push(sent);
    this.#watchedBytes += sent.message?.length ?? 0;
    while (this.#watched.length > this.#keptMax || this.#watchedBytes > this.#bytesMax) {
      const oldest = this.#watched.shift();
      if (oldest !== undefined) this.#release(oldest);
    }
  }

  written(sent: Sent, place: number): void {
    this.#written.push({ sent, place });
    if (this.#written.length > this.#keptMax) this.#written.shift();
  }

  /** @returns what the peer has received by this count and not by an earlier one, in the order it was sent */
  acknowledge(count: number): readonly Sent[] {
    const upTo = this.#written.findIndex(({ place }) => place > count);
    const received = this.#written.splice(0, upTo === -1 ? this.#written.length : upTo).map(({ sent }) => sent);
    for (const sent of received) {
      sent.acknowledged = true;
      this.#release(sent);
    }
    return received;
  }

  /** The stream is gone, and with it all word of what it carried. */
  streamLost(): void {
    this.#written = [];
  }

  /** @returns what is due and not acknowledged, each once; later word of it is still heard */
  overdue(nowMs: number): readonly Overdue[] {
    const due: Overdue[] = [];
    this.#watched = this.#watched.filter((sent) => {
      if (sent.acknowledged) return false;
      if (sent.dueAtMs > nowMs) return true;
      if (sent.message !== null)
        due.push({ hash: sent.hash, message: sent.message, waitedMs: sent.dueAtMs - sent.sentAtMs });
      this.#release(sent);
      return false;
    });
    return due;
  }

  /** When to look again; null when nothing is waiting. */
  nextDueMs(): number | null {
    let next: number | null = null;
    for (const { dueAtMs, acknowledged } of this.#watched) {
      if (!acknowledged && (next === null || dueAtMs < next)) next = dueAtMs;
    }
    return next;
  }

  #release(sent: Sent): void {
    this.#watchedBytes -= sent.message?.length ?? 0;
    sent.message = null;
  }
}
