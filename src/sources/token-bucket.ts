/** Credits that come back at a steady pace. */
import type { BucketLimit } from "./limits.ts";

export type Pace = { readonly burst: number; readonly perSecond: number };

/** Our own pace below a venue's limit. */
export function paceOf({ credits, perMs, share, burst }: BucketLimit): Pace {
  return { burst, perSecond: (credits * share * 1000) / perMs };
}

/** Credits may go negative: a reservation takes its place in the queue and learns how long to wait. */
export class TokenBucket {
  readonly #pace: Pace;
  #credits: number;
  #atMs = Number.NEGATIVE_INFINITY;

  constructor(pace: Pace) {
    this.#pace = pace;
    this.#credits = pace.burst;
  }

  /** @returns how long to wait before what was just reserved, 0 when it may go at once */
  reserveMs(monotonicMs: number, cost = 1): number {
    this.#refill(monotonicMs);
    this.#credits -= cost;
    return this.#credits >= 0 ? 0 : (-this.#credits * 1000) / this.#pace.perSecond;
  }

  /** What may go at once; 0 while some wait. */
  left(monotonicMs: number): number {
    this.#refill(monotonicMs);
    return Math.max(0, this.#credits);
  }

  /** The venue says that less is left than we counted: others spend from the same purse. Never adds. */
  lower(credits: number, monotonicMs: number): void {
    this.#refill(monotonicMs);
    this.#credits = Math.min(this.#credits, credits);
  }

  #refill(monotonicMs: number): void {
    const passedMs = Math.max(0, monotonicMs - this.#atMs);
    this.#credits = Math.min(this.#pace.burst, this.#credits + (passedMs * this.#pace.perSecond) / 1000);
    this.#atMs = Math.max(this.#atMs, monotonicMs);
  }
}
