/** One set of definitions looked at again and again, as a node would: methods remember, settlement windows are sampled. */
import { fixedToNumber } from "../../base/fixed.ts";
import { type EvaluationContext, type LinkedFeed, MethodMemory, type WindowSamples } from "../../feeds/context.ts";
import { evaluate } from "../../feeds/evaluate.ts";
import type { Evaluation } from "../../feeds/evaluation.ts";
import type { FeedRule } from "../../feeds/rule.ts";
import { windowAt } from "../../feeds/settlement-schedule.ts";
import { type WindowMean, addSample, advanceWindow, openWindow, samplesAt } from "../../feeds/window-mean.ts";
import type { MarketSnapshot } from "../../market/quote.ts";
import { gridOf } from "../../protocol/next-leaf.ts";
import type { FeedState } from "../../report/report.ts";
import type { LoadedFeed } from "./definitions.ts";

export type Look = {
  readonly timeMs: number;
  readonly context: EvaluationContext;
  /** In the order of the set; the feed that was asked for is the last. */
  readonly evaluations: readonly Evaluation[];
};

export class FeedObserver {
  readonly #feeds: readonly LinkedFeed[];
  readonly #rules: readonly FeedRule[];
  readonly #memory = new MethodMemory();
  readonly #windows = new Map<string, WindowMean>();

  constructor(options: Pick<LoadedFeed, "feeds" | "rules">) {
    this.#feeds = options.feeds;
    this.#rules = options.rules;
  }

  /** @param leaves of the last report, in the order of the set: they fix the grids of surfaces; empty before the first */
  look(snapshot: MarketSnapshot, leaves: readonly FeedState[]): Look {
    const timeMs = snapshot.takenAtMs;
    const context: EvaluationContext = {
      snapshot,
      memory: this.#memory,
      slotTimeMs: timeMs,
      grid: (feedName) => gridOf(leaves[this.#rules.findIndex(({ name }) => name === feedName)]),
      window: (feedName) => this.#window(feedName, timeMs),
    };
    for (const [position, feed] of this.#feeds.entries()) this.#sample(feed, this.#rules[position]!, context);
    return { timeMs, context, evaluations: this.#feeds.map((feed) => evaluate(feed, context)) };
  }

  #sample(feed: LinkedFeed, { shape }: FeedRule, context: EvaluationContext): void {
    const { definition, spot } = feed;
    if (definition.kind !== "settlement" || shape.type !== "settlement" || spot === null) return;
    const { slotTimeMs } = context;
    const { maxHoldMs } = definition.method;
    const { expiryMs, phase } = windowAt(shape, slotTimeMs);
    const known = this.#windows.get(definition.name);
    if (phase === "settling") {
      if (known !== undefined) this.#windows.set(definition.name, advanceWindow(known, slotTimeMs, maxHoldMs));
      return;
    }
    const window = known?.expiryMs === expiryMs ? known : openWindow(expiryMs, shape.windowMs);
    const price = evaluate({ definition: spot, spot: null }, context);
    const seen = price.kind === "value" ? fixedToNumber(price.value, spot.decimals) : null;
    this.#windows.set(definition.name, addSample(window, slotTimeMs, seen, maxHoldMs));
  }

  #window(feedName: string, timeMs: number): WindowSamples | null {
    const position = this.#rules.findIndex(({ name }) => name === feedName);
    const shape = this.#rules[position]?.shape;
    const definition = this.#feeds[position]?.definition;
    if (shape?.type !== "settlement" || definition?.kind !== "settlement") return null;
    return samplesAt(this.#windows.get(feedName) ?? null, shape, timeMs, definition.method.maxHoldMs);
  }
}
