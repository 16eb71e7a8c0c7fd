/** Timers that end with their owner. */
export class Timers {
  readonly #running = new Set<NodeJS.Timeout>();

  after(delayMs: number, work: () => void): void {
    const handle = setTimeout(() => {
      this.#running.delete(handle);
      work();
    }, delayMs);
    this.#running.add(handle);
  }

  stop(): void {
    for (const handle of this.#running) clearTimeout(handle);
    this.#running.clear();
  }
}
