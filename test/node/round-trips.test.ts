import { expect, test } from "vitest";
import { RoundTrips } from "../../src/node/round-trips.ts";

/** What is said after the rows were seen one after the other. */
function after(f: number, ...rows: readonly (readonly (number | null)[])[]): number {
  const roundTrips = new RoundTrips(f);
  return rows.map((row) => roundTrips.slowMs(row)).at(-1)!;
}

test("the slow round trip is that of the slowest peers but f: one that delays its answers stretches nobody's wait", () => {
  expect(after(1, [40, 30_000, 50])).toBe(50);
  expect(after(1, [40, null, 60])).toBe(40);
  const many = Array.from({ length: 30 }, (_, i) => i + 1);
  expect(after(10, many)).toBe(19);
});

test("of nothing measured there is none, and one peer alone counts", () => {
  expect([after(1, []), after(1, [null, null]), after(1, [7])]).toEqual([0, 0, 7]);
});

test("one ping in a busy moment changes nothing, two in a row do, and what is read again is no second ping", () => {
  expect(after(0, [10], [11], [300])).toBe(11);
  expect(after(0, [10], [11], [300], [300], [300])).toBe(11);
  expect(after(0, [10], [300], [310])).toBe(300);
  expect(after(0, [300], [10])).toBe(10);
});

test("a connection that is new is measured anew", () => {
  expect(after(0, [300], [310], [null], [10])).toBe(10);
});
