/** This node's own opinion of every feed: evaluated at the slot, kept for the page, counted for the metrics. */
import type { Clock, Logger } from "../base/ports.ts";
import { fixedToNumber } from "../base/fixed.ts";
import type { FeedDefinition } from "../feeds/definition.ts";
import { evaluate } from "../feeds/evaluate.ts";
import type { Evaluation } from "../feeds/evaluation.ts";
import type { MarketSnapshot } from "../market/quote.ts";
import type { Counter, Gauge, Metrics } from "../telemetry/metrics.ts";
import type { ObservationPort } from "./ports.ts";

export type MarketEyeDoors = {
  readonly collector: { snapshot(nowMs: number): MarketSnapshot };
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
};

const INT128_MAX = (1n << 127n) - 1n;

export class MarketEye implements ObservationPort {
  readonly #definitions: readonly FeedDefinition[];
  readonly #doors: MarketEyeDoors;
  readonly #own = new Map<string, Evaluation>();
  readonly #value: Gauge<"feed">;
  readonly #excluded: Gauge<"feed" | "source" | "reason">;
  readonly #missing: Counter<"feed" | "reason">;
  #lastSaid = new Map<string, string>();

  /** @param options.definitions in index order */
  constructor(options: { readonly definitions: readonly FeedDefinition[] }, doors: MarketEyeDoors) {
    this.#definitions = options.definitions;
    this.#doors = doors;
    const { metrics } = doors;
    this.#value = metrics.gauge({
      name: "tenor_own_feed_value",
      help: "This node's own value of a feed",
      labels: ["feed"],
    });
    this.#excluded = metrics.gauge({
      name: "tenor_excluded_sources",
      help: "1 for every source a feed leaves out now, by reason",
      labels: ["feed", "source", "reason"],
    });
    this.#missing = metrics.counter({
      name: "tenor_own_feed_missing_total",
      help: "Slots in which this node had no value of a feed, by reason",
      labels: ["feed", "reason"],
    });
  }

  observe(): readonly (bigint | null)[] {
    const snapshot = this.#doors.collector.snapshot(this.#doors.clock.nowMs());
    this.#excluded.clear();
    return this.#definitions.map((definition) => {
      const evaluation = evaluate(definition, snapshot);
      this.#own.set(definition.name, evaluation);
      this.#count(definition, evaluation);
      if (evaluation.kind === "missing") return null;
      return evaluation.value <= INT128_MAX && evaluation.value >= -INT128_MAX ? evaluation.value : null;
    });
  }

  own(feedName: string): Evaluation | undefined {
    return this.#own.get(feedName);
  }

  #count({ name, decimals }: FeedDefinition, evaluation: Evaluation): void {
    for (const { source, reason } of evaluation.excluded) this.#excluded.set(1, { feed: name, source, reason });
    if (evaluation.kind === "value") this.#value.set(fixedToNumber(evaluation.value, decimals), { feed: name });
    else this.#missing.add(1, { feed: name, reason: evaluation.reason });
    const said = evaluation.kind === "value" ? "value" : evaluation.reason;
    if (this.#lastSaid.get(name) === said) return;
    this.#lastSaid.set(name, said);
    if (evaluation.kind === "missing") {
      this.#doors.log.warn("feed has no value here", {
        feed: name,
        reason: evaluation.reason,
        detail: evaluation.detail,
      });
    } else {
      this.#doors.log.info("feed has a value here", { feed: name, sources: evaluation.sources });
    }
  }
}
