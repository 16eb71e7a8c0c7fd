import { expect, test } from "vitest";
import { LagMonitor } from "../../src/telemetry/lag.ts";

test("lateness is what exceeds a tick, the longest is kept, and asking starts anew", () => {
  let nowMs = 1_000;
  const monitor = new LagMonitor({ monotonicMs: () => nowMs });
  const reader = monitor.reader();
  for (const step of [20, 20, 170, 20, 70]) {
    nowMs += step;
    monitor.tick();
  }
  expect(reader.takeMs()).toBe(150);
  expect(reader.takeMs()).toBe(0);
  monitor.stop();
});

test("a stall that still lasts is seen by a reader that comes before the overdue timer", () => {
  let nowMs = 0;
  const monitor = new LagMonitor({ monotonicMs: () => nowMs });
  const reader = monitor.reader();
  nowMs += 520;
  expect(reader.takeMs()).toBe(500);
  monitor.stop();
});

test("two readers do not take from each other", () => {
  let nowMs = 0;
  const monitor = new LagMonitor({ monotonicMs: () => nowMs });
  const [a, b] = [monitor.reader(), monitor.reader()];
  nowMs += 120;
  expect(a.takeMs()).toBe(100);
  expect(b.takeMs()).toBe(100);
  monitor.stop();
});
