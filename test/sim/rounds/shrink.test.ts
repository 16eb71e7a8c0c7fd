import { expect, test } from "vitest";
import type { Fault } from "../../../src/sim/rounds/schedule.ts";
import { Shrinker } from "../../../src/sim/rounds/shrink.ts";
import { simulate } from "../../../src/sim/rounds/simulate.ts";
import { calmSchedule } from "./schedules.ts";

const noise: readonly Fault[] = [
  { kind: "drift", node: 2, ppm: 100 },
  { kind: "link", from: 3, to: 1, extraDelayMs: 5, lossRate: 0, fromMs: 0, untilMs: 20_000 },
  { kind: "crash", node: 4, atMs: 9_000, forMs: 400, power: false },
  { kind: "drift", node: 1, ppm: -100 },
];

test("a failing schedule shrinks to the one fault that matters, fewer slots and fewer members, and still fails", () => {
  const crash: Fault = { kind: "crash", node: 3, atMs: 4_300, forMs: 200, power: true };
  const again: Fault = { ...crash, atMs: 4_900 };
  const schedule = calmSchedule({ n: 7, slots: 20, faults: [noise[0]!, crash, ...noise.slice(1), again] });
  const mutation = "no-reservation";
  expect(simulate(schedule, { mutation }).violations[0]?.property).toBe("S5");
  const { schedule: shrunk, runs } = new Shrinker(schedule, "S5", mutation).run();
  expect(shrunk.faults).toHaveLength(1);
  expect(shrunk.faults[0]?.kind).toBe("crash");
  expect(shrunk.n).toBe(4);
  expect(shrunk.slots).toBeLessThan(schedule.slots);
  expect(runs).toBeLessThan(100);
  expect(simulate(shrunk, { mutation }).violations.map(({ property }) => property)).toContain("S5");
  expect(simulate(shrunk).violations).toEqual([]);
});
