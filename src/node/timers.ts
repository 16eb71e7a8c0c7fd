/**
 * Timers that end with their owner. After a time in which this process did not run, the runtime calls timers before it reads what
 * has come meanwhile: then a leader gives up an OBSERVE, and a backup steps in for a PROPOSE, that lie in the socket. So
 * what is due waits until that was read.
 */
export class Timers {
  readonly #cancels = new Set<() => void>();

  after(delayMs: number, work: () => void): void {
    const run = (): void => {
      this.#cancels.delete(cancel);
      work();
    };
    let immediate: NodeJS.Immediate | null = null;
    const timer = setTimeout(() => (immediate = setImmediate(run)), delayMs);
    const cancel = (): void => {
      clearTimeout(timer);
      if (immediate !== null) clearImmediate(immediate);
    };
    this.#cancels.add(cancel);
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}
