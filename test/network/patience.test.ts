import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Patience } from "../../src/network/patience.ts";
import {
  ACKNOWLEDGE_WITHIN_MAX_MS,
  ACKNOWLEDGE_WITHIN_MS,
  ACKNOWLEDGEMENT_DELAY_MS,
} from "../../src/network/peer-policy.ts";

function after(...tookMs: readonly number[]): Patience {
  const patience = new Patience();
  for (const ms of tookMs) patience.acknowledged(ms);
  return patience;
}
const times = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms);

describe("how long an acknowledgement may take", () => {
  test("is the constant where they come promptly, or one and a half round trips and what a reader collects", () => {
    expect(after().withinMs(0)).toBe(ACKNOWLEDGE_WITHIN_MS);
    expect(after(...times(50, 14)).withinMs(2)).toBe(ACKNOWLEDGE_WITHIN_MS);
    expect(after(...times(50, 14)).withinMs(200)).toBe(310);
  });

  test("is more than they take where they come late, so that a busy peer is not written to twice", () => {
    for (const lateMs of [120, 300, 600]) {
      // From the second on: the first one's deviation is a guess.
      const patience = after(lateMs);
      for (let i = 0; i < 100; i++) {
        expect(patience.withinMs(0)).toBeGreaterThan(lateMs);
        patience.acknowledged(lateMs * (0.8 + (i % 5) / 10));
      }
    }
  });

  test("is the constant again soon after one pause of the peer's", () => {
    const patience = after(...times(50, 14), 400);
    expect(patience.withinMs(0)).toBeGreaterThan(400);
    for (const ms of times(16, 14)) patience.acknowledged(ms);
    expect(patience.withinMs(0)).toBe(ACKNOWLEDGE_WITHIN_MS);
  });

  test("lies between the constant and its most, whatever a peer does", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true })), fc.nat(10_000), (all, rttMs) => {
        const withinMs = after(...all).withinMs(rttMs);
        expect(withinMs).toBeGreaterThanOrEqual(ACKNOWLEDGE_WITHIN_MS);
        expect(withinMs).toBeLessThanOrEqual(ACKNOWLEDGE_WITHIN_MAX_MS);
      }),
    );
  });
});

describe("a slow round trip", () => {
  test("is unknown before the first acknowledgement, and nothing where they come at once", () => {
    expect(after().slowMs()).toBeNull();
    expect(after(...times(50, 1)).slowMs()).toBe(0);
  });

  test("is what they take without the time in which a reader collects them", () => {
    expect(after(...times(50, 110)).slowMs()).toBeCloseTo(110 - ACKNOWLEDGEMENT_DELAY_MS, 3);
  });

  test("is longer than nineteen of twenty where they are spread evenly", () => {
    const spread = Array.from({ length: 400 }, (_, i) => 20 + ((i * 37) % 100));
    expect(after(...spread).slowMs()).toBeGreaterThan(80);
    expect(after(...spread).slowMs()).toBeLessThan(160);
  });
});
