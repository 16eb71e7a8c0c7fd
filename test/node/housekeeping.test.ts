import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Housekeeping, type HousekeepingDoors } from "../../src/node/housekeeping.ts";
import type { PruneOptions } from "../../src/store/prune.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { feedRule, T0 } from "../support/protocol.ts";
import { HandClock, notebook } from "./support/members.ts";

const rules = [feedRule(0, { heartbeatMs: 10_000 }), feedRule(1, { heartbeatMs: 60_000 })];

function house(over: Partial<HousekeepingDoors> = {}) {
  const clock = new HandClock(T0);
  const metrics = new Metrics();
  const { log, lines } = notebook();
  const onChain = new Map<number, number>();
  let beats = 0;
  const pruned: PruneOptions[] = [];
  const housekeeping = new Housekeeping(
    { rules, retentionDays: 30 },
    {
      clock,
      log,
      metrics,
      beat: () => {
        beats += 1;
      },
      onChainTimeMs: (index) => onChain.get(index) ?? null,
      prune: (options) => {
        pruned.push(options);
        return { reports: 3, values: 4, transactions: 5, more: false };
      },
      summary: () => ({ bytesIn: 7 }),
      ...over,
    },
  );
  return { housekeeping, clock, metrics, lines, onChain, pruned, beats: () => beats };
}

describe("the watchdog", () => {
  test("alerts once for each missed heartbeat, with the feed and both times, and says when it is over", async () => {
    const { housekeeping, clock, metrics, lines, onChain } = house();
    onChain.set(0, T0).set(1, T0);
    clock.pass(10_000);
    housekeeping.watch();
    expect(lines).toEqual([]);
    clock.pass(1);
    for (let i = 0; i < 5; i++) housekeeping.watch();
    expect(lines).toEqual([
      {
        level: "error",
        message: "heartbeat missed on chain",
        fields: { feed: "feed-0", ageMs: 10_001, heartbeatMs: 10_000 },
      },
    ]);
    onChain.set(0, T0 + 10_000);
    for (let i = 0; i < 3; i++) housekeeping.watch();
    expect(lines.slice(1)).toEqual([
      { level: "info", message: "heartbeat restored on chain", fields: { feed: "feed-0", ageMs: 1 } },
    ]);
    clock.pass(60_000);
    housekeeping.watch();
    expect(lines.slice(2).map(({ fields }) => fields["feed"])).toEqual(["feed-0", "feed-1"]);
    const exposed = await metrics.text();
    expect(exposed).toContain('tenor_missed_heartbeats_total{feed="feed-0"} 2');
    expect(exposed).toContain('tenor_missed_heartbeats_total{feed="feed-1"} 1');
  });

  test("is silent about a feed that was never written or could not be read", () => {
    const { housekeeping, clock, lines } = house();
    clock.pass(10 ** 9);
    housekeeping.watch();
    expect(lines).toEqual([]);
  });

  test("beats for the process's health at every look, also when something is wrong", () => {
    const { housekeeping, clock, onChain, beats } = house();
    onChain.set(0, T0);
    clock.pass(10 ** 6);
    housekeeping.watch();
    housekeeping.watch();
    expect(beats()).toBe(2);
  });
});

describe("pruning", () => {
  test("removes what is older than the retention, and writes the counts down", () => {
    const { housekeeping, pruned, lines } = house();
    housekeeping.prune();
    expect(pruned).toEqual([{ beforeMs: T0 - 30 * 86_400_000 }]);
    expect(lines).toEqual([
      { level: "info", message: "old rows removed", fields: { reports: 3, values: 4, transactions: 5 } },
    ]);
  });

  test("that fails is an alert, not the end of the daemon", () => {
    const prune = () => {
      throw new Error("database is locked");
    };
    const { housekeeping, lines } = house({ prune });
    housekeeping.prune();
    expect(lines).toEqual([{ level: "error", message: "pruning failed", fields: { reason: "database is locked" } }]);
  });
});

describe("the calendar", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.setSystemTime(Date.UTC(2026, 0, 13, 23, 59, 58));
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("looks every five seconds, prunes every hour and sums up every day, until it is stopped", async () => {
    const { housekeeping, beats, pruned, lines } = house();
    housekeeping.start();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(beats()).toBe(4);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(pruned.length).toBeGreaterThanOrEqual(1);
    expect(lines.map(({ message }) => message)).toContain("daily summary");
    await housekeeping.stop();
    const before = beats();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(beats()).toBe(before);
  });
});
