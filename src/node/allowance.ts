/** How often somebody may cause work: a burst, and then so many a second. */
export class Allowance {
  readonly #perMs: number;
  readonly #burst: number;
  #left: number;
  #filledAtMs: number;

  /** @param nowMs monotonic, as in `take`; it starts full */
  constructor(options: { readonly perSec: number; readonly burst: number }, nowMs: number) {
    this.#perMs = options.perSec / 1_000;
    this.#burst = options.burst;
    this.#left = options.burst;
    this.#filledAtMs = nowMs;
  }

  take(nowMs: number): boolean {
    const passedMs = Math.max(0, nowMs - this.#filledAtMs);
    this.#filledAtMs = Math.max(nowMs, this.#filledAtMs);
    this.#left = Math.min(this.#burst, this.#left + passedMs * this.#perMs);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
