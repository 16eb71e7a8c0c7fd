/** Events a second, where an event counts less the longer it is past. */
const MEMORY_MS = 10_000;

export class EventRate {
  #total = 0;
  #perSecond = 0;
  #atMs = 0;

  get total(): number {
    return this.#total;
  }

  note(monotonicMs: number): void {
    this.#total += 1;
    this.#perSecond = this.read(monotonicMs) + 1000 / MEMORY_MS;
    this.#atMs = monotonicMs;
  }

  read(monotonicMs: number): number {
    return this.#perSecond * Math.exp(-Math.max(0, monotonicMs - this.#atMs) / MEMORY_MS);
  }
}
