import { expect, test } from "vitest";
import { SimClock } from "../../../src/sim/rounds/clock.ts";
import { SimDisk } from "../../../src/sim/rounds/disk.ts";
import { START_MS } from "../../../src/sim/rounds/setting.ts";
import { nextWakeMs } from "../../../src/sim/rounds/wakes.ts";
import { configOf, FIRST, signedOf } from "../../support/protocol.ts";

const config = configOf();
const report = signedOf(config, FIRST);

test("a power cut loses reports that were not synced and no reservation that was promised", () => {
  const disk = new SimDisk();
  expect(disk.reserve(20)).toBe(true);
  disk.keep(report);
  expect(disk.latest).toBe(report);
  disk.cutPower();
  expect(disk.latest).toBeNull();
  expect(disk.reserved).toBe(20);
});

test("a reservation makes everything before it durable, and never goes back", () => {
  const disk = new SimDisk();
  disk.keep(report);
  disk.reserve(20);
  disk.reserve(10);
  disk.cutPower();
  expect(disk.latest).toBe(report);
  expect(disk.reserved).toBe(20);
});

test("from the write on at which it is full nothing more is promised", () => {
  const disk = new SimDisk();
  disk.failsAtWrite = 2;
  expect(disk.reserve(20)).toBe(true);
  expect(disk.reserve(40)).toBe(false);
  disk.keep(report);
  expect([disk.reserved, disk.latest]).toEqual([20, null]);
});

test("what is lost is empty and says so, what is restored is the copy of its moment", () => {
  const disk = new SimDisk();
  disk.reserve(20);
  const copy = disk.copy();
  disk.reserve(40);
  disk.lose(copy);
  expect([disk.reserved, disk.isLost]).toEqual([20, false]);
  disk.lose(null);
  expect([disk.reserved, disk.isLost]).toEqual([0, true]);
});

test("a clock has its offset, its drift and its steps, and the slot clock wakes by it", () => {
  const clock = new SimClock(10, 500, [{ atMs: 1_000, byMs: -300 }]);
  expect(clock.offsetMs(0)).toBe(10);
  expect(clock.offsetMs(900)).toBeCloseTo(10.45);
  expect(clock.offsetMs(2_000)).toBeCloseTo(10 + 1 - 300);
  expect(clock.wallMs(0)).toBe(START_MS + 10);
  const schedule = { ...config, firstRoundTimeMs: START_MS };
  expect(nextWakeMs(schedule, new SimClock(10, 0, []), 0)).toBe(990);
  // Three hours before the first slot it looks again within a second: clocks may be set meanwhile.
  expect(nextWakeMs(schedule, new SimClock(-10_800_000, 0, []), 0)).toBe(1_000);
});
