import { describe, expect, test } from "vitest";
import { Links } from "../../../src/sim/rounds/links.ts";
import type { Fault } from "../../../src/sim/rounds/schedule.ts";
import { calmSchedule } from "./schedules.ts";

function linksWith(faults: readonly Fault[], relay = false): Links {
  return new Links({ ...calmSchedule(), relay, faults });
}

describe("a calm network", () => {
  test("delivers every message once, within its longest delay", () => {
    const links = linksWith([]);
    for (let i = 0; i < 200; i++) {
      const arrivals = links.arrivals(1, 2, 1_000, i % 2 === 0);
      expect(arrivals).toHaveLength(1);
      expect(arrivals[0]).toBeGreaterThanOrEqual(1_001);
      expect(arrivals[0]).toBeLessThanOrEqual(1_000 + calmSchedule().delayMaxMs);
    }
  });

  test("has dice for each link: what passes on one does not shift another", () => {
    const [one, other] = [linksWith([]), linksWith([])];
    for (let i = 0; i < 10; i++) one.arrivals(3, 4, 0, true);
    expect(one.arrivals(1, 2, 0, true)).toEqual(other.arrivals(1, 2, 0, true));
  });
});

describe("a cut", () => {
  const both: Fault = { kind: "cut", side: [1, 2], oneWay: false, flapMs: null, fromMs: 100, untilMs: 200 };

  test("lets nothing pass between the sides while it lasts, and everything within them", () => {
    const links = linksWith([both]);
    expect(links.arrivals(1, 3, 150, true)).toEqual([]);
    expect(links.arrivals(3, 1, 150, true)).toEqual([]);
    expect(links.arrivals(1, 2, 150, true)).toHaveLength(1);
    expect(links.arrivals(1, 3, 99, true)).toHaveLength(1);
    expect(links.arrivals(1, 3, 200, true)).toHaveLength(1);
    expect(links.roundTrip(1, 3, 150)).toBeNull();
  });

  test("of one way lets answers through, and a round trip not", () => {
    const links = linksWith([{ ...both, oneWay: true }]);
    expect(links.arrivals(1, 3, 150, true)).toEqual([]);
    expect(links.arrivals(3, 1, 150, true)).toHaveLength(1);
    expect(links.roundTrip(3, 1, 150)).toBeNull();
  });

  test("that flaps comes and goes", () => {
    const links = linksWith([{ ...both, flapMs: 20 }]);
    expect([110, 130, 150, 170].map((atMs) => links.isCut(1, 3, atMs))).toEqual([true, false, true, false]);
  });

  test("of one link is got round by others, later for what is not gossip", () => {
    const broken: Fault = { kind: "link", from: 1, to: 2, extraDelayMs: 0, lossRate: 1, fromMs: 0, untilMs: 1_000 };
    const links = linksWith([broken], true);
    const gossip = Array.from({ length: 50 }, () => links.arrivals(1, 2, 0, true)).flat();
    const direct = Array.from({ length: 50 }, () => links.arrivals(1, 2, 0, false)).flat();
    expect(gossip.length).toBeGreaterThan(30);
    expect(Math.max(...gossip)).toBeLessThanOrEqual(2 * calmSchedule().delayMaxMs);
    expect(Math.min(...direct)).toBeGreaterThan(100);
  });
});

describe("weather", () => {
  test("delays, loses, doubles and holds back about as often as it says", () => {
    const weather = { delayMinMs: 50, delayMaxMs: 100, lossRate: 0.2, duplicateRate: 0.5, reorderRate: 0.1 };
    const links = linksWith([{ kind: "weather", weather, fromMs: 0, untilMs: 1_000 }]);
    const sent = Array.from({ length: 2_000 }, () => links.arrivals(1, 2, 0, true));
    const lost = sent.filter((arrivals) => arrivals.length === 0).length;
    const doubled = sent.filter((arrivals) => arrivals.length === 2).length;
    const late = sent.flat().filter((atMs) => atMs > 100).length;
    expect(lost / 2_000).toBeCloseTo(0.2, 1);
    expect(doubled / 2_000).toBeCloseTo(0.8 * 0.5 * 0.8, 1);
    expect(late).toBeGreaterThan(100);
    expect(Math.min(...sent.flat())).toBeGreaterThanOrEqual(50);
  });
});
