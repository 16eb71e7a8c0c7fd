/** This node's own opinion of every feed: evaluated at the slot, kept for the page, counted for the metrics. */
import { reasonOf } from "../base/errors.ts";
import { fixedToNumber } from "../base/fixed.ts";
import type { Clock, Logger } from "../base/ports.ts";
import { type EvaluationContext, type LinkedFeed, MethodMemory, type SurfaceGrid } from "../feeds/context.ts";
import { evaluate } from "../feeds/evaluate.ts";
import type { FeedKind } from "../feeds/definition.ts";
import type { Evaluation } from "../feeds/evaluation.ts";
import { feedId } from "../feeds/feed-id.ts";
import type { Observed } from "../feeds/observed.ts";
import type { FeedRule } from "../feeds/rule.ts";
import { smileViews, type SmileViews } from "../feeds/smile-view.ts";
import { isSurfaceRound } from "../feeds/surface-schedule.ts";
import type { MarketSnapshot } from "../market/quote.ts";
import { gridOf } from "../protocol/next-leaf.ts";
import { whyNotSayable } from "../protocol/observed-bytes.ts";
import type { Report } from "../report/report.ts";
import type { Counter, Gauge, Metrics } from "../telemetry/metrics.ts";
import type { ObservationMoment, ObservationPort } from "./ports.ts";
import type { SettlementSampler } from "./settlement-sampler.ts";

export type MarketEyeDoors = {
  readonly collector: { snapshot(nowMs: number): MarketSnapshot };
  readonly windows: () => Pick<SettlementSampler, "window">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
};

/** Read ahead of the slot: they look at what is polled every few seconds, so a fraction of one changes nothing. */
const READ_AHEAD: ReadonlySet<FeedKind> = new Set<FeedKind>([
  "forward",
  "rate",
  "iv-atm",
  "skew-25d",
  "vol-index",
  "realised-vol",
  "funding-8h",
]);
/** What was read ahead longer ago than this is read again. */
const AHEAD_MAX_MS = 500;

const NO_GRID: SurfaceGrid = { gridRound: 0, thetas: new Map() };

/** The grids that a signed report fixes, by feed name. */
function gridsOf(feeds: readonly LinkedFeed[], report: Report | null): ReadonlyMap<string, SurfaceGrid> {
  const grids = new Map<string, SurfaceGrid>();
  for (const { definition } of feeds) {
    if (definition.kind !== "vol-surface" || report === null) continue;
    const id = feedId(definition.name, definition.kind);
    grids.set(definition.name, gridOf(report.leaves.find((leaf) => leaf.feedId === id)));
  }
  return grids;
}

export class MarketEye implements ObservationPort {
  readonly #feeds: readonly LinkedFeed[];
  readonly #rules: readonly FeedRule[];
  readonly #doors: MarketEyeDoors;
  readonly #memory = new MethodMemory();
  readonly #own = new Map<string, Evaluation>();
  #ahead: { readonly atMs: number; readonly evaluations: ReadonlyMap<string, Evaluation> } | null = null;
  readonly #value: Gauge<"feed">;
  readonly #excluded: Gauge<"feed" | "source" | "reason">;
  readonly #missing: Counter<"feed" | "reason">;
  readonly #lastSaid = new Map<string, string>();

  /** @param options in index order */
  constructor(
    options: { readonly feeds: readonly LinkedFeed[]; readonly rules: readonly FeedRule[] },
    doors: MarketEyeDoors,
  ) {
    this.#feeds = options.feeds;
    this.#rules = options.rules;
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
    metrics.onRead(() => this.#show());
    this.#missing = metrics.counter({
      name: "tenor_own_feed_missing_total",
      help: "Slots in which this node had no value of a feed, by reason",
      labels: ["feed", "reason"],
    });
  }

  observe({ round, slotTimeMs, latest }: ObservationMoment): readonly Observed[] {
    const context = this.#context(slotTimeMs, latest);
    const ahead = this.#takeAhead();
    return this.#feeds.map((feed, position) => {
      const shape = this.#rules[position]?.shape;
      // Between its rounds a surface would be a kilobyte that nobody reads. [R35]
      if (shape?.type === "surface" && !isSurfaceRound(shape, round)) return null;
      const { definition } = feed;
      const evaluation = ahead.get(definition.name) ?? this.#evaluate(feed, context);
      this.#own.set(definition.name, evaluation);
      this.#count(feed, evaluation);
      if (evaluation.kind === "missing") return null;
      const why = whyNotSayable(evaluation.observed);
      if (why === null) return evaluation.observed;
      this.#doors.log.error("a value cannot be said", { feed: definition.name, why });
      return null;
    });
  }

  /**
   * Evaluates what can be known ahead of the slot while nothing waits for it: reading the smiles of a fresh chain costs more
   * than all the rest of an observation. Spot, settlements and the surface on its grid are left to the slot itself.
   */
  prepare(): void {
    const nowMs = this.#doors.clock.nowMs();
    const context = this.#context(nowMs, null);
    const ahead = this.#feeds.filter(({ definition }) => READ_AHEAD.has(definition.kind));
    const evaluations = ahead.map((feed) => [feed.definition.name, this.#evaluate(feed, context)] as const);
    this.#ahead = { atMs: nowMs, evaluations: new Map(evaluations) };
  }

  #takeAhead(): ReadonlyMap<string, Evaluation> {
    const ahead = this.#ahead;
    this.#ahead = null;
    const isFresh = ahead !== null && this.#doors.clock.nowMs() - ahead.atMs <= AHEAD_MAX_MS;
    return isFresh ? ahead.evaluations : new Map();
  }

  /** The spot index that a feed refers to, as this node sees it now; null while it has none. */
  spotOf({ spot }: LinkedFeed): number | null {
    if (spot === null) return null;
    const nowMs = this.#doors.clock.nowMs();
    const evaluation = this.#evaluate({ definition: spot, spot: null }, this.#context(nowMs, null));
    return evaluation.kind === "value" ? fixedToNumber(evaluation.value, spot.decimals) : null;
  }

  /** What this node reads off a feed's option chain, expiry by expiry. */
  smiles(feedName: string): SmileViews {
    const feed = this.#feeds.find(({ definition }) => definition.name === feedName);
    if (feed === undefined) return { ok: false, detail: `${feedName} is no feed of this network` };
    return smileViews(feed, this.#context(this.#doors.clock.nowMs(), null));
  }

  /** Feeds that should have a value here and have none. A settlement has none for most of a day, and nobody can mend a window. */
  missing(): readonly string[] {
    const expected = this.#feeds.filter(({ definition }) => definition.kind !== "settlement");
    return expected.map(({ definition }) => definition.name).filter((name) => this.#own.get(name)?.kind === "missing");
  }

  own(feedName: string): Evaluation | undefined {
    return this.#own.get(feedName);
  }

  #context(slotTimeMs: number, latest: Report | null): EvaluationContext {
    const grids = gridsOf(this.#feeds, latest);
    return {
      snapshot: this.#doors.collector.snapshot(this.#doors.clock.nowMs()),
      memory: this.#memory,
      slotTimeMs,
      grid: (feedName) => grids.get(feedName) ?? NO_GRID,
      window: (feedName) => this.#doors.windows().window(feedName, slotTimeMs),
    };
  }

  /** One feed's mistake must not silence the others: what a method did not foresee is a missing value, loudly. */
  #evaluate(feed: LinkedFeed, context: EvaluationContext): Evaluation {
    try {
      return evaluate(feed, context);
    } catch (error) {
      this.#doors.log.error("a method failed", { feed: feed.definition.name, reason: reasonOf(error) });
      return { kind: "missing", reason: "method-failed", detail: reasonOf(error), inputs: [], excluded: [] };
    }
  }

  /** The last evaluation of every feed, for who reads the metrics; a value stays what it was while there is none. */
  #show(): void {
    this.#excluded.clear();
    for (const { definition } of this.#feeds) {
      const { name: feed, decimals } = definition;
      const evaluation = this.#own.get(feed);
      if (evaluation === undefined) continue;
      for (const { source, reason } of evaluation.excluded) this.#excluded.set(1, { feed, source, reason });
      if (evaluation.kind === "value") this.#value.set(fixedToNumber(evaluation.value, decimals), { feed });
    }
  }

  #count({ definition: { name } }: LinkedFeed, evaluation: Evaluation): void {
    if (evaluation.kind === "missing") this.#missing.add(1, { feed: name, reason: evaluation.reason });
    const said = evaluation.kind === "value" ? "value" : evaluation.reason;
    if (this.#lastSaid.get(name) === said) return;
    this.#lastSaid.set(name, said);
    if (evaluation.kind === "missing") {
      // A settlement is between its windows most of the day: that is no trouble.
      const level = evaluation.reason === "not-in-window" ? "debug" : "warn";
      this.#doors.log[level]("feed has no value here", {
        feed: name,
        reason: evaluation.reason,
        detail: evaluation.detail,
      });
    } else {
      this.#doors.log.info("feed has a value here", { feed: name, sources: evaluation.sources });
    }
  }
}
