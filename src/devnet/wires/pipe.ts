/** One direction of one TCP connection, bent: bytes leave in order, late, thinly, or not until somebody says so. */
import type { Socket } from "node:net";

/** How a directed line between two nodes behaves now. It is changed in place, and every connection on it follows. */
export type Bend = {
  /** One way, ms. */
  delayMs: number;
  /** Up to so much more for each piece, evenly spread, ms. Order is kept: TCP has no reordering to show. */
  jitterMs: number;
  /** null: as fast as the machine is. */
  bytesPerSec: number | null;
  /** Nothing arrives until it ends, and nothing is lost: what a packet filter does to a connection that outlives it. */
  stalled: boolean;
};

export function straight(): Bend {
  return { delayMs: 0, jitterMs: 0, bytesPerSec: null, stalled: false };
}

/** A stalled line holds this much before the sender feels it; lower: a short stall blocks a sender that TCP would not. */
const HELD_BYTES_MAX = 4 * 1024 * 1024;

type Piece = { readonly bytes: Buffer; readonly dueMs: number };

export class Pipe {
  readonly #bend: Bend;
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #count: (bytes: number) => void;
  readonly #held: Piece[] = [];
  #heldBytes = 0;
  /** When the piece before leaves: later ones must not overtake it. */
  #lastDueMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #ended = false;

  constructor(bend: Bend, ends: { readonly from: Socket; readonly to: Socket }, count: (bytes: number) => void) {
    this.#bend = bend;
    this.#from = ends.from;
    this.#to = ends.to;
    this.#count = count;
    this.#from.on("data", (bytes: Buffer) => this.#take(bytes));
    this.#from.on("end", () => {
      this.#ended = true;
      this.flush();
    });
  }

  /** Lets out what is due. Call it when the bend has changed. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const nowMs = performance.now();
    while (!this.#bend.stalled && this.#held.length > 0 && this.#held[0]!.dueMs <= nowMs) {
      const { bytes } = this.#held.shift()!;
      this.#heldBytes -= bytes.length;
      if (!this.#to.destroyed) this.#to.write(bytes);
    }
    if (this.#heldBytes <= HELD_BYTES_MAX / 2 && this.#from.isPaused()) this.#from.resume();
    const next = this.#held[0];
    if (next !== undefined && !this.#bend.stalled) {
      this.#timer = setTimeout(() => this.flush(), Math.max(0, next.dueMs - nowMs));
    }
    if (this.#ended && next === undefined) this.#to.end();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#held.length = 0;
  }

  #take(bytes: Buffer): void {
    this.#count(bytes.length);
    const { delayMs, jitterMs, bytesPerSec } = this.#bend;
    const isStraight = delayMs === 0 && jitterMs === 0 && bytesPerSec === null;
    if (isStraight && !this.#bend.stalled && this.#held.length === 0) {
      this.#to.write(bytes);
      return;
    }
    const nowMs = performance.now();
    const sentMs = bytesPerSec === null ? 0 : (1_000 * bytes.length) / bytesPerSec;
    const dueMs = Math.max(nowMs + delayMs + Math.random() * jitterMs, this.#lastDueMs) + sentMs;
    this.#lastDueMs = dueMs;
    this.#held.push({ bytes, dueMs });
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > HELD_BYTES_MAX) this.#from.pause();
    // A timer of a piece before this one is already set, unless the line is stalled.
    if (this.#timer === null) this.flush();
  }
}
