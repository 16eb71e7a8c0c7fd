/**
 * The pauses of one loop, which end at once when it is stopped. It listens to the signal once and not for each pause: a node
 * has some hundred loops that look every second.
 */
export class Pauses {
  readonly #signal: AbortSignal;
  #end: (() => void) | null = null;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#end?.(), { once: true });
  }

  /**
   * One at a time.
   * @returns false when stopped
   */
  async sleep(ms: number): Promise<boolean> {
    if (this.#signal.aborted) return false;
    if (ms <= 0) return true;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#end = null;
    return !this.#signal.aborted;
  }
}
