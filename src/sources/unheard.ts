/** Subscriptions that a venue has not answered yet. One that stays silent was never really made, whatever the socket says. */
import { gap } from "./gap.ts";
import type { StreamUpdate } from "./stream-adapter.ts";

export class Unheard {
  readonly #sources: Set<string>;
  readonly #waitMaxMs: number;
  #sinceMs = Infinity;

  /** @param waitMaxMs how long a source may say nothing after the connection opened */
  constructor(waitMaxMs: number, sources: Iterable<string>) {
    this.#waitMaxMs = waitMaxMs;
    this.#sources = new Set(sources);
  }

  opened(nowMs: number): void {
    this.#sinceMs = nowMs;
  }

  heard(source: string): void {
    this.#sources.delete(source);
  }

  /** @returns a gap for each source that is overdue, once */
  overdue(nowMs: number): readonly StreamUpdate[] {
    if (nowMs - this.#sinceMs <= this.#waitMaxMs || this.#sources.size === 0) return [];
    const told = [...this.#sources];
    this.#sources.clear();
    const silent = gap("not-subscribed", `nothing came in ${this.#waitMaxMs} ms`);
    return told.map((source) => ({ kind: "gap", source, gap: silent }));
  }
}
