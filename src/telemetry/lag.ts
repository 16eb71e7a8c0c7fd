/** How late the event loop runs, seen by a timer that should have fired. */

/** Shorter wakes the process more often, longer overlooks short stalls; 100 ms is what the protocol cares about. */
const TICK_MS = 20;

export type LagReader = {
  /** The longest lateness since this reader was last asked, in milliseconds, a stall that still lasts included. */
  takeMs(): number;
};

/**
 * Node's own `monitorEventLoopDelay` loses the first interval after a reset, so a stall right after a reading would
 * pass unseen; this one does not reset its clock.
 */
export class LagMonitor {
  readonly #monotonicMs: () => number;
  readonly #timer: NodeJS.Timeout;
  readonly #maxima: { ms: number }[] = [];
  #lastMs: number;

  constructor(doors: { readonly monotonicMs: () => number }) {
    this.#monotonicMs = doors.monotonicMs;
    this.#lastMs = doors.monotonicMs();
    this.#timer = setInterval(() => this.tick(), TICK_MS);
    this.#timer.unref();
  }

  /** Readers do not disturb each other: a scrape must not hide from the node what the node has not asked yet. */
  reader(): LagReader {
    const maximum = { ms: 0 };
    this.#maxima.push(maximum);
    return {
      takeMs: () => {
        this.tick();
        const { ms } = maximum;
        maximum.ms = 0;
        return ms;
      },
    };
  }

  /** Called by the timer, and by a reader whose turn comes before the overdue timer's. */
  tick(): void {
    const nowMs = this.#monotonicMs();
    const lateMs = Math.max(0, nowMs - this.#lastMs - TICK_MS);
    this.#lastMs = nowMs;
    for (const maximum of this.#maxima) maximum.ms = Math.max(maximum.ms, lateMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
