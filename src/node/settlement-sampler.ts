/**
 * Looks at the spot index every so often while a settlement window runs, and keeps what it saw over a restart. Its own
 * timers, not the slots: a window is seen as well by a node whose rounds fail.
 */
import { z } from "zod";
import { reasonOf } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { LinkedFeed, WindowSamples } from "../feeds/context.ts";
import type { FeedDefinition } from "../feeds/definition.ts";
import type { FeedRule, SettlementShape } from "../feeds/rule.ts";
import { windowAt } from "../feeds/settlement-schedule.ts";
import { addSample, advanceWindow, openWindow, samplesAt, type WindowMean } from "../feeds/window-mean.ts";
import type { Counter, Gauge, Metrics } from "../telemetry/metrics.ts";

export type SamplerDoors = {
  /** The node's own spot index now, USD; null while it has none. */
  readonly spot: (feed: LinkedFeed) => number | null;
  readonly memory: { get(key: string): string | undefined; put(key: string, value: string): void };
  /** A window is over and written down; it may be told again after a restart. */
  readonly closed: (feedName: string, window: WindowMean) => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
};

/** A crash forgets so much of a window at most. Lower: more commits to disk. */
const KEEP_EVERY_MS = 5_000;

const keptWindow = z.strictObject({
  expiryMs: z.number(),
  windowMs: z.number(),
  priceTime: z.number(),
  coveredMs: z.number().min(0),
  last: z.strictObject({ timeMs: z.number(), price: z.number().positive() }).nullable(),
  doneMs: z.number(),
});

type SettlementDefinition = Extract<FeedDefinition, { kind: "settlement" }>;

type Watched = {
  readonly feed: LinkedFeed;
  readonly definition: SettlementDefinition;
  readonly shape: SettlementShape;
  readonly key: string;
  window: WindowMean | null;
  keptMs: number;
};

export class SettlementSampler {
  readonly #doors: SamplerDoors;
  readonly #watched = new Map<string, Watched>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #coverage: Gauge<"feed">;
  readonly #samples: Counter<"feed" | "result">;

  /** @param options `feeds` and `rules` in index order */
  constructor(
    options: { readonly feeds: readonly LinkedFeed[]; readonly rules: readonly FeedRule[] },
    doors: SamplerDoors,
  ) {
    this.#doors = doors;
    this.#coverage = doors.metrics.gauge({
      name: "tenor_settlement_window_coverage_ratio",
      help: "Part of the passed time of the newest settlement window that this node saw",
      labels: ["feed"],
    });
    this.#samples = doors.metrics.counter({
      name: "tenor_settlement_samples_total",
      help: "Looks at the spot index within settlement windows, by result",
      labels: ["feed", "result"],
    });
    for (const [position, feed] of options.feeds.entries()) {
      const { definition } = feed;
      const shape = options.rules[position]?.shape;
      if (definition.kind !== "settlement" || shape?.type !== "settlement") continue;
      const key = `settlement-window:${definition.name}`;
      this.#watched.set(definition.name, { feed, definition, shape, key, window: this.#kept(key), keptMs: 0 });
    }
  }

  start(): void {
    for (const watched of this.#watched.values()) {
      this.#tellClosed(watched);
      this.#timers.push(setInterval(() => this.#look(watched), watched.definition.method.sampleEveryMs));
    }
  }

  stop(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    for (const watched of this.#watched.values()) this.#keep(watched);
  }

  /** What this node saw of the window that matters at `slotTimeMs`; null for another feed, or a window not seen at all. */
  window(feedName: string, slotTimeMs: number): WindowSamples | null {
    const watched = this.#watched.get(feedName);
    if (watched === undefined) return null;
    const { shape, definition, window } = watched;
    return samplesAt(window, shape, slotTimeMs, definition.method.maxHoldMs);
  }

  #look(watched: Watched): void {
    const { shape, definition } = watched;
    const { maxHoldMs } = definition.method;
    const nowMs = this.#doors.clock.nowMs();
    const { expiryMs, phase } = windowAt(shape, nowMs);
    if (phase === "settling") {
      if (watched.window === null || watched.window.doneMs >= watched.window.expiryMs) return;
      watched.window = advanceWindow(watched.window, nowMs, maxHoldMs);
      this.#report(watched);
      this.#keep(watched);
      this.#tellClosed(watched);
      return;
    }
    if (watched.window?.expiryMs !== expiryMs) {
      watched.window = openWindow(expiryMs, shape.windowMs);
      this.#doors.log.info("settlement window opened", { feed: definition.name, expiryMs });
    }
    const price = this.#doors.spot(watched.feed);
    this.#samples.add(1, { feed: definition.name, result: price === null ? "no-price" : "ok" });
    watched.window = addSample(watched.window, nowMs, price, maxHoldMs);
    this.#report(watched);
    if (nowMs - watched.keptMs >= KEEP_EVERY_MS) this.#keep(watched);
  }

  #report({ window, shape, definition }: Watched): void {
    if (window === null) return;
    const elapsedMs = window.doneMs - (window.expiryMs - shape.windowMs);
    if (elapsedMs > 0) this.#coverage.set(window.coveredMs / elapsedMs, { feed: definition.name });
    if (window.doneMs === window.expiryMs) {
      const coverage = (window.coveredMs / shape.windowMs).toFixed(4);
      this.#doors.log.info("settlement window closed", { feed: definition.name, expiryMs: window.expiryMs, coverage });
    }
  }

  #tellClosed({ window, definition }: Watched): void {
    if (window !== null && window.doneMs === window.expiryMs) this.#doors.closed(definition.name, window);
  }

  #keep(watched: Watched): void {
    if (watched.window === null) return;
    try {
      this.#doors.memory.put(watched.key, JSON.stringify(watched.window));
      watched.keptMs = this.#doors.clock.nowMs();
    } catch (error) {
      this.#doors.log.error("settlement window cannot be written down", { key: watched.key, reason: reasonOf(error) });
    }
  }

  /** A window that cannot be read is a hole in the coverage, never a reason not to start. */
  #kept(key: string): WindowMean | null {
    const text = this.#doors.memory.get(key);
    if (text === undefined) return null;
    try {
      return keptWindow.parse(JSON.parse(text));
    } catch (error) {
      this.#doors.log.warn("kept settlement window is unreadable", { key, reason: reasonOf(error) });
      return null;
    }
  }
}
