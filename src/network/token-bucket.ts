/** A rate with a burst: `ratePerSec` tokens a second, at most `burstSec` seconds of them saved up. */
export class TokenBucket {
  readonly #ratePerMs: number;
  readonly #capacity: number;
  #tokens: number;
  #filledAtMs: number;

  /** @param nowMs monotonic milliseconds; a bucket starts full */
  constructor(ratePerSec: number, burstSec: number, nowMs: number) {
    this.#ratePerMs = ratePerSec / 1000;
    this.#capacity = ratePerSec * burstSec;
    this.#tokens = this.#capacity;
    this.#filledAtMs = nowMs;
  }

  /** Takes `amount` when there is that much, else takes nothing. A clock that steps back refills nothing. */
  take(amount: number, nowMs: number): boolean {
    this.#refill(nowMs);
    if (amount > this.#tokens) return false;
    this.#tokens -= amount;
    return true;
  }

  /** Whether `take` would. */
  has(amount: number, nowMs: number): boolean {
    this.#refill(nowMs);
    return amount <= this.#tokens;
  }

  /** Takes as many whole tokens as there are. @returns how many of `amount` were lacking */
  takeUpTo(amount: number, nowMs: number): number {
    this.#refill(nowMs);
    const taken = Math.min(amount, Math.floor(this.#tokens));
    this.#tokens -= taken;
    return amount - taken;
  }

  /** Puts back what was taken for nothing. */
  giveBack(amount: number): void {
    this.#tokens = Math.max(this.#tokens, Math.min(this.#capacity, this.#tokens + amount));
  }

  /** Adds what a time is worth, above the burst too. */
  excuse(ms: number): void {
    this.#tokens += ms * this.#ratePerMs;
  }

  #refill(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.#filledAtMs);
    this.#filledAtMs = Math.max(nowMs, this.#filledAtMs);
    const filled = Math.min(this.#capacity, this.#tokens + elapsedMs * this.#ratePerMs);
    // What was added above the burst is used up, not taken away.
    this.#tokens = Math.max(this.#tokens, filled);
  }
}
