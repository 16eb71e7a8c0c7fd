/**
 * Operations that end by themselves, by their timeout, or by `stop`. Instead of `AbortSignal.any` with one long-lived
 * signal, which on Node 20 keeps every signal ever derived from it.
 */

export type Deadline = {
  readonly signal: AbortSignal;
  /** Must be called when the operation is over; clears its timer. */
  readonly end: () => void;
};

export class Deadlines {
  readonly #open = new Set<AbortController>();
  #stopped = false;

  get stopped(): boolean {
    return this.#stopped;
  }

  begin(timeoutMs: number): Deadline {
    const controller = new AbortController();
    if (this.#stopped) controller.abort(new Error("stopping"));
    const timer = setTimeout(() => controller.abort(new Error(`took more than ${timeoutMs} ms`)), timeoutMs);
    if (this.#stopped) clearTimeout(timer);
    else this.#open.add(controller);
    return {
      signal: controller.signal,
      end: () => {
        clearTimeout(timer);
        this.#open.delete(controller);
      },
    };
  }

  /** Runs the operation with a signal; rejects when the signal fires first, whether or not the operation listens to it. */
  async within<T>(timeoutMs: number, operation: (signal: AbortSignal) => Promise<T> | T): Promise<T> {
    const { signal, end } = this.begin(timeoutMs);
    try {
      return await new Promise<T>((resolve, reject) => {
        if (signal.aborted) reject(asError(signal.reason));
        signal.addEventListener("abort", () => reject(asError(signal.reason)), { once: true });
        if (!signal.aborted) Promise.resolve(operation(signal)).then(resolve, reject);
      });
    } finally {
      end();
    }
  }

  /** Ends everything open, and everything begun later at once. */
  stop(): void {
    this.#stopped = true;
    for (const controller of this.#open) controller.abort(new Error("stopping"));
    this.#open.clear();
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
