import { describe, expect, test } from "vitest";
import type { Episode } from "../../src/devnet/chaos-plan.ts";
import { ChaosWatch, type SeenReport } from "../../src/devnet/chaos-watch.ts";
import { shippedFeeds } from "../feeds/support/definitions.ts";

const feeds = shippedFeeds().map(({ definition }) => ({ name: definition.name, feedId: definition.name, definition }));
const SPOT = "BTC-USD.spot-index";
const VOL = "BTC-USD.iv-atm-30d";
const START_MS = 1_800_000_000_000;

const ill = (venue: Episode["venue"]): Episode => ({ venue, fault: "x1000", fromMs: 10_000, forMs: 5_000 });

function report(round: number, atMs: number, statuses: Readonly<Record<string, "ok" | "missing">>): SeenReport {
  const leaves = Object.entries(statuses).map(([feedId, status]) => ({ feedId, status, pubStatus: status }));
  return { round, reportTimeMs: START_MS + atMs, leaves };
}

describe("a feed that is missing", () => {
  test("is explained while fewer of its venues live than it needs", () => {
    const watch = new ChaosWatch([ill("deribit")], START_MS, feeds);
    watch.take(report(1, 1_000, { [VOL]: "ok" }));
    watch.take(report(2, 12_000, { [VOL]: "missing" }));
    expect(watch.missing.get(VOL)).toBe(1);
    expect(watch.unexplained).toEqual([]);
  });

  test("is unexplained when its venues live, or enough of them", () => {
    const watch = new ChaosWatch([ill("coinbase")], START_MS, feeds);
    watch.take(report(1, 1_000, { [VOL]: "ok", [SPOT]: "ok" }));
    watch.take(report(2, 12_000, { [VOL]: "missing", [SPOT]: "missing" }));
    expect(watch.unexplained.map(({ feed }) => feed)).toEqual([VOL, SPOT]);
  });

  test("is not unexplained while it is away from a report or two and readers were not told", () => {
    const watch = new ChaosWatch([], START_MS, feeds);
    watch.take(report(1, 1_000, { [VOL]: "ok" }));
    watch.take({
      round: 2,
      reportTimeMs: START_MS + 2_000,
      leaves: [{ feedId: VOL, status: "missing", pubStatus: "ok" }],
    });
    expect(watch.missing.size).toBe(0);
  });

  test("counts only after it was there, within the chaos, and each round once", () => {
    const watch = new ChaosWatch([], START_MS, feeds);
    watch.take(report(1, -500, { [SPOT]: "missing" }));
    watch.take(report(2, 1_000, { [SPOT]: "missing" }));
    watch.take(report(3, 2_000, { [SPOT]: "ok" }));
    watch.take(report(4, 3_000, { [SPOT]: "missing" }));
    watch.take(report(4, 3_000, { [SPOT]: "missing" }));
    expect(watch.unexplained).toHaveLength(1);
    expect(watch.rounds).toBe(3);
  });
});
