import { describe, expect, test } from "vitest";
import { Health, type HealthFacts } from "../../src/node/health.ts";
import { T0 } from "../support/protocol.ts";
import { HandClock } from "./support/members.ts";

const WELL: HealthFacts = {
  waitingFor: null,
  connectedPeers: 3,
  neededPeers: 2,
  latestReportMs: T0,
  slotMs: 1_000,
  diskFailed: false,
  convicted: false,
  missingFeeds: [],
  chainReadMs: T0,
  startedAtMs: T0 - 60_000,
};

function asked(over: Partial<HealthFacts>, passMs = 0) {
  const clock = new HandClock(T0);
  const health = new Health({ clock, facts: () => ({ ...WELL, ...over }) });
  clock.wallMs += passMs;
  return health.report();
}

describe("a node's health", () => {
  test("is well when all is well, with no reasons", () => {
    expect(asked({})).toEqual({ live: true, ready: true, reasons: [] });
  });

  test.each<readonly [string, Partial<HealthFacts>, number, string]>([
    ["a configuration", { waitingFor: "the key ceremony is not finished" }, 0, "the key ceremony is not finished"],
    ["peers", { connectedPeers: 1 }, 0, "connected to 1 peers, a signature needs 2"],
    ["a recent report", {}, 3_001, "the newest signed report is 3 s old"],
    ["any report since its start", { latestReportMs: null }, 0, "the newest signed report is 60 s old"],
    ["a value of a feed", { missingFeeds: ["a", "b"] }, 0, "no value here for a, b"],
    ["a disk", { diskFailed: true }, 0, "the disk refused a reservation: this node no longer signs"],
    ["a chain", { latestReportMs: T0 + 40_000 }, 30_001, "the hub cannot be read"],
    ["a chain since its start", { chainReadMs: null }, 0, "the hub cannot be read"],
  ])("without %s is not ready and says why, and lives", (_what, facts, passMs, reason) => {
    expect(asked(facts, passMs)).toEqual({ live: true, ready: false, reasons: [reason] });
  });

  test("is ready up to three slots after the last report, to the millisecond", () => {
    expect([3_000, 3_001].map((ms) => asked({}, ms).ready)).toEqual([true, false]);
    expect(asked({ slotMs: 60_000, chainReadMs: T0 + 180_000 }, 180_000).ready).toBe(true);
  });

  test("does not speak of reports and feeds while it waits for its configuration", () => {
    const { reasons } = asked({ waitingFor: "waiting", latestReportMs: null, missingFeeds: ["a"] });
    expect(reasons).toEqual(["waiting"]);
  });

  test("names everything that is wrong at once", () => {
    expect(asked({ connectedPeers: 0, diskFailed: true, missingFeeds: ["a"] }).reasons).toHaveLength(3);
  });

  test("is not alive when the watchdog has been silent for ten seconds, whatever the wall clock does", () => {
    const clock = new HandClock(T0);
    const facts = { ...WELL, latestReportMs: T0 + 10 ** 9, chainReadMs: T0 + 10 ** 9 };
    const health = new Health({ clock, facts: () => facts });
    clock.pass(9_999);
    expect(health.report().live).toBe(true);
    clock.pass(1);
    expect(health.report()).toEqual({ live: false, ready: false, reasons: ["the watchdog was silent for 10 s"] });
    health.beat();
    expect(health.report()).toEqual({ live: true, ready: true, reasons: [] });
    clock.wallMs += 3_600_000;
    expect(health.report().live).toBe(true);
  });
});
