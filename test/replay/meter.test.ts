import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Limit, Meter } from "../../src/replay/meter.ts";

const WINDOW: Limit = { name: "w", credits: 10, perMs: 1_000, kind: "window" };
const BUCKET: Limit = { name: "b", credits: 10, perMs: 1_000, kind: "bucket" };

describe("a meter", () => {
  test("of a window lets through what it holds, refuses the next, and forgets after its length", () => {
    const meter = new Meter(WINDOW);
    for (let i = 0; i < 10; i++) expect(meter.take(1, i)).toBe(true);
    expect(meter.take(1, 500)).toBe(false);
    expect(meter.take(1, 1_600)).toBe(true);
    expect(meter.report()).toEqual({ total: 12, most: 11, limit: 10, perMs: 1_000, exceeded: true });
  });

  test("of a bucket refills evenly, and gives nothing for what it cannot pay", () => {
    const meter = new Meter(BUCKET);
    expect(meter.take(10, 0)).toBe(true);
    expect(meter.take(1, 50)).toBe(false);
    expect(meter.take(1, 100)).toBe(true);
    expect(meter.take(5, 700)).toBe(true);
    expect(meter.take(5, 700)).toBe(false);
  });

  test("never lets more through in any window than the limit, whatever comes when", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 4 })), { maxLength: 60 }), (calls) => {
        const meter = new Meter(WINDOW);
        const passed: [atMs: number, cost: number][] = [];
        let atMs = 1_000_000;
        for (const [waitMs, cost] of calls) {
          atMs += waitMs;
          if (meter.take(cost, atMs)) passed.push([atMs, cost]);
        }
        for (const [endMs] of passed) {
          // Parts of a hundredth end a window that much early.
          const inWindow = passed.filter(([at]) => at <= endMs && at > endMs - 0.99 * WINDOW.perMs);
          expect(inWindow.reduce((sum, [, cost]) => sum + cost, 0)).toBeLessThanOrEqual(WINDOW.credits);
        }
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});
