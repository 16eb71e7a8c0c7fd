/** A node's wall clock: the simulation's time with an offset, a drift and steps. Its timers do not hear of these. */
import { START_MS } from "./setting.ts";

export class SimClock {
  readonly #driftPpm: number;
  readonly #steps: readonly { readonly atMs: number; readonly byMs: number }[];
  readonly #offsetMs: number;

  constructor(offsetMs: number, driftPpm: number, steps: readonly { readonly atMs: number; readonly byMs: number }[]) {
    this.#offsetMs = offsetMs;
    this.#driftPpm = driftPpm;
    this.#steps = steps;
  }

  /** How far ahead of the true time the clock stands. */
  offsetMs(trueMs: number): number {
    let offsetMs = this.#offsetMs + (trueMs * this.#driftPpm) / 1e6;
    for (const step of this.#steps) if (trueMs >= step.atMs) offsetMs += step.byMs;
    return offsetMs;
  }

  /** Unix milliseconds as this node believes them. */
  wallMs(trueMs: number): number {
    return START_MS + trueMs + this.offsetMs(trueMs);
  }
}
