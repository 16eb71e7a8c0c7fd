/** When to ask one source again after it failed: soon at first, then rarely, then as a single probe. */
import type { Rng } from "../base/ports.ts";
import type { GapReason } from "../market/quote.ts";

/** Lower opens on a passing hiccup, higher keeps hammering a dead venue. */
const FAILURES_TO_OPEN = 5;
const RETRY_FIRST_MS = 250;
const OPEN_FIRST_MS = 2_000;
/** The longest a source that is well again goes unasked. */
const OPEN_LONGEST_MS = 10_000;

export type BreakerState = "closed" | "open" | "half-open";

export class Breaker {
  readonly #pollMs: number;
  readonly #rng: Rng;
  #failures = 0;
  #probing = false;

  constructor(options: { readonly pollMs: number }, doors: { readonly rng: Rng }) {
    this.#pollMs = options.pollMs;
    this.#rng = doors.rng;
  }

  get state(): BreakerState {
    if (this.#failures < FAILURES_TO_OPEN) return "closed";
    return this.#probing ? "half-open" : "open";
  }

  /** Called as a request leaves: out of an open breaker it is the probe. */
  noteAttempt(): void {
    this.#probing = this.#failures >= FAILURES_TO_OPEN;
  }

  noteOk(): void {
    this.#failures = 0;
    this.#probing = false;
  }

  /** @returns ms until the next attempt, between half and all of an exponential step ("equal jitter") */
  noteFailure(): number {
    this.#failures += 1;
    this.#probing = false;
    const over = this.#failures - FAILURES_TO_OPEN;
    const stepMs =
      over < 0
        ? Math.min(this.#pollMs, RETRY_FIRST_MS * 2 ** (this.#failures - 1))
        : Math.max(this.#pollMs, Math.min(OPEN_LONGEST_MS, OPEN_FIRST_MS * 2 ** Math.min(over, 20)));
    return stepMs * (0.5 + 0.5 * this.#rng.next());
  }
}

/** A venue that answers well formed but without a usable price is alive: it is polled on as usual. */
const ALIVE: ReadonlySet<GapReason> = new Set<GapReason>([
  "no-quote",
  "zero-quote",
  "empty-book",
  "crossed-book",
  "locked-book",
  "out-of-range",
  "stale",
]);

/** Everything else is spared: it will not be better in a second. */
export function isFailure(reason: GapReason): boolean {
  return !ALIVE.has(reason);
}
