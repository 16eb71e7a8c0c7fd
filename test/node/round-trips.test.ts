import { expect, test } from "vitest";
import { slowRoundTripMs } from "../../src/node/round-trips.ts";

test("the slow round trip is that of the slowest peers but f: one that delays its answers stretches nobody's wait", () => {
  expect(slowRoundTripMs([40, 30_000, 50], 1)).toBe(50);
  expect(slowRoundTripMs([40, null, 60], 1)).toBe(40);
  const many = Array.from({ length: 30 }, (_, i) => i + 1);
  expect(slowRoundTripMs(many, 10)).toBe(19);
});

test("of nothing measured there is none, and one peer alone counts", () => {
  expect([slowRoundTripMs([], 1), slowRoundTripMs([null, null], 1), slowRoundTripMs([7], 1)]).toEqual([0, 0, 7]);
});
