/** Counts what a client spends of one limit, and remembers the most it ever had spent at once. */

export type Limit = {
  readonly name: string;
  /** Requests, weights or credits, as the venue counts. */
  readonly credits: number;
  readonly perMs: number;
  /** `window`: never more in any stretch of `perMs`. `bucket`: spent at once if one likes, and refilled evenly in `perMs`. */
  readonly kind: "window" | "bucket";
};

export type MeterReport = {
  /** Everything that was ever asked, in the limit's credits. */
  readonly total: number;
  /** The most in any window; of a bucket the most that was out of it at once. */
  readonly most: number;
  readonly limit: number;
  readonly perMs: number;
  readonly exceeded: boolean;
};

/** A window is kept in this many parts: an exact log of 10 000 requests says no more. */
const PARTS = 100;

export class Meter {
  readonly limit: Limit;
  readonly #parts: { readonly part: number; spent: number }[] = [];
  #sum = 0;
  #total = 0;
  #most = 0;
  #atMs = Number.NEGATIVE_INFINITY;

  constructor(limit: Limit) {
    this.limit = limit;
  }

  /** @returns whether that was within the limit */
  take(cost: number, nowMs: number): boolean {
    this.#total += cost;
    const spent = (this.limit.kind === "window" ? this.#inWindow(cost, nowMs) : this.#outOfBucket(nowMs)) + cost;
    if (spent > this.#most) this.#most = spent;
    const isWithin = spent <= this.limit.credits;
    // A bucket that cannot pay gives nothing; a window counts what it refused, as venues do.
    if (isWithin || this.limit.kind === "window") this.#sum = spent;
    return isWithin;
  }

  report(): MeterReport {
    const { credits, perMs } = this.limit;
    return {
      total: this.#total,
      most: Number(this.#most.toFixed(3)),
      limit: credits,
      perMs,
      exceeded: this.#most > credits,
    };
  }

  #outOfBucket(nowMs: number): number {
    const passedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = nowMs;
    return Math.max(0, this.#sum - (passedMs * this.limit.credits) / this.limit.perMs);
  }

  #inWindow(cost: number, nowMs: number): number {
    const part = Math.floor((nowMs * PARTS) / this.limit.perMs);
    let before = this.#sum;
    while (this.#parts.length > 0 && this.#parts[0]!.part <= part - PARTS) before -= this.#parts.shift()!.spent;
    const last = this.#parts.at(-1);
    if (last?.part === part) last.spent += cost;
    else this.#parts.push({ part, spent: cost });
    return before;
  }
}
