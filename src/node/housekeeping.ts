/** What the calendar decides: the watchdog, pruning, the daily summary. What is due on chain is decided only in the protocol. */
import { schedule, type ScheduledTask } from "node-cron";
import { reasonOf } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { FeedRule } from "../feeds/rule.ts";
import type { PruneCounts, PruneOptions } from "../store/prune.ts";
import type { Counter, Metrics } from "../telemetry/metrics.ts";

export type HousekeepingOptions = { readonly rules: readonly FeedRule[]; readonly retentionDays: number };

export type HousekeepingDoors = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly beat: () => void;
  /** Unix ms of the answer on chain; null while unread or never written. */
  readonly onChainTimeMs: (feedIndex: number) => number | null;
  readonly prune: (options: PruneOptions) => PruneCounts;
  readonly summary: () => Readonly<Record<string, unknown>>;
};

const DAY_MS = 86_400_000;

export class Housekeeping {
  readonly #options: HousekeepingOptions;
  readonly #doors: HousekeepingDoors;
  readonly #missed: Counter<"feed">;
  readonly #late = new Set<string>();
  #tasks: ScheduledTask[] = [];

  constructor(options: HousekeepingOptions, doors: HousekeepingDoors) {
    this.#options = options;
    this.#doors = doors;
    this.#missed = doors.metrics.counter({
      name: "tenor_missed_heartbeats_total",
      help: "Times the chain's answer of a feed was found older than its heartbeat",
      labels: ["feed"],
    });
  }

  start(): void {
    this.#tasks = [
      schedule("*/5 * * * * *", () => this.watch(), { name: "watchdog" }),
      schedule("17 * * * *", () => this.prune(), { name: "prune" }),
      schedule("5 0 * * *", () => this.#doors.log.info("daily summary", this.#doors.summary()), { name: "daily" }),
    ];
  }

  async stop(): Promise<void> {
    await Promise.all(this.#tasks.map(async (task) => await task.destroy()));
    this.#tasks = [];
  }

  /** Alerts once per missed heartbeat, and says when it is over. */
  watch(): void {
    this.#doors.beat();
    const nowMs = this.#doors.clock.nowMs();
    for (const { name, index, heartbeatMs } of this.#options.rules) {
      const timeMs = this.#doors.onChainTimeMs(index);
      if (timeMs === null) continue;
      const ageMs = nowMs - timeMs;
      if (ageMs > heartbeatMs && !this.#late.has(name)) {
        this.#late.add(name);
        this.#missed.add(1, { feed: name });
        this.#doors.log.error("heartbeat missed on chain", { feed: name, ageMs, heartbeatMs });
      } else if (ageMs <= heartbeatMs && this.#late.delete(name)) {
        this.#doors.log.info("heartbeat restored on chain", { feed: name, ageMs });
      }
    }
  }

  prune(): void {
    try {
      const beforeMs = this.#doors.clock.nowMs() - this.#options.retentionDays * DAY_MS;
      const { reports, values, transactions } = this.#doors.prune({ beforeMs });
      this.#doors.log.info("old rows removed", { reports, values, transactions });
    } catch (error) {
      this.#doors.log.error("pruning failed", { reason: reasonOf(error) });
    }
  }
}
