/** Which of the subscriptions that were sent a venue has answered for. */

/** Venues answer within a round trip; ten seconds are a venue that has overlooked it. */
const CONFIRM_MAX_MS = 10_000;

export class Confirmations {
  readonly #sentAtMs = new Map<string, number>();

  sent(keys: Iterable<string>, nowMs: number): void {
    for (const key of keys) this.#sentAtMs.set(key, nowMs);
  }

  /** Confirmed, refused, or simply served: it is waited for no more. */
  settle(key: string): void {
    this.#sentAtMs.delete(key);
  }

  /** What still waits. */
  waiting(): string[] {
    return [...this.#sentAtMs.keys()];
  }

  /** What was overlooked, each once. */
  overdue(nowMs: number): string[] {
    const late = [...this.#sentAtMs].filter(([, sentAtMs]) => nowMs - sentAtMs > CONFIRM_MAX_MS).map(([key]) => key);
    for (const key of late) this.#sentAtMs.delete(key);
    return late;
  }
}
