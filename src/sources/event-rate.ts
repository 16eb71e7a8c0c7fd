/** Events a second, where an event counts less the longer it is past. */
const MEMORY_MS = 10_000;

export class EventRate {
  #perSecond = 0;
  #atMs = 0;

  note(monotonicMs: number): void {
    this.#perSecond = this.read(monotonicMs) + 1000 / MEMORY_MS;
    this.#atMs = monotonicMs;
  }

  read(monotonicMs: number): number {
    return this.#perSecond * Math.exp(-Math.max(0, monotonicMs - this.#atMs) / MEMORY_MS);
  }
}
