/** The last publications of each feed, for the step line of the chart. In memory: the chain has the rest. */
import type { SignedReport } from "../report/report.ts";

export type PublishedValue = { readonly timeMs: number; readonly value: string; readonly round: number };

const KEPT_PER_FEED = 1_000;

export class PublishedLog {
  readonly #byFeed = new Map<number, PublishedValue[]>();

  add(signed: SignedReport): void {
    const { round, reportTimeMs, pushes } = signed.report;
    for (const { index, status, value } of pushes) {
      if (status !== "ok") continue;
      const kept = this.#byFeed.get(index) ?? [];
      if ((kept.at(-1)?.round ?? 0) >= round) continue;
      kept.push({ timeMs: reportTimeMs, value: value.toString(), round });
      if (kept.length > KEPT_PER_FEED) kept.shift();
      this.#byFeed.set(index, kept);
    }
  }

  /** Those at or after `sinceMs`, and the one before, so that a step line starts at the left edge. */
  since(feedIndex: number, sinceMs: number): readonly PublishedValue[] {
    const kept = this.#byFeed.get(feedIndex) ?? [];
    const first = kept.findIndex(({ timeMs }) => timeMs >= sinceMs);
    return first === -1 ? kept.slice(-1) : kept.slice(Math.max(0, first - 1));
  }
}
