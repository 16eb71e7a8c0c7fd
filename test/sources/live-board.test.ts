import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OptionQuote } from "../../src/market/quote.ts";
import { LiveBoard } from "../../src/sources/live-board.ts";
import { sameOption } from "../../src/sources/same-numbers.ts";
import { NOW_MS } from "./bodies.ts";

const EXPIRY_MS = Date.UTC(2026, 8, 25, 8);

function option(instrument: string, bidCoin: number | null, expiryMs = EXPIRY_MS): OptionQuote {
  const numbers = { askCoin: 0.5, markCoin: 0.03, markVol: 0.4, forward: 78_000 };
  return { instrument, expiryMs, strike: 80_000, right: "call", bidCoin, ...numbers };
}

const board = () => new LiveBoard<OptionQuote>(sameOption);
const names = (held: LiveBoard<OptionQuote>, atMs = NOW_MS) =>
  held.rowsAt(atMs).map(({ instrument, bidCoin }) => `${instrument} ${bidCoin}`);
const update = (rows: readonly OptionQuote[], receivedAtMs: number, stampMs: number | null = null) => ({
  rows,
  gone: [],
  timeMs: stampMs,
  receivedAtMs,
});
const listing = (rows: readonly OptionQuote[], sentAtMs: number, stampMs: number | null = null) => ({
  rows,
  sentAtMs,
  stampMs,
  receivedAtMs: sentAtMs + 100,
});

describe("a live board", () => {
  test("takes the rows that an update names and leaves the others", () => {
    const held = board();
    held.relist(listing([option("A", 1), option("B", 2)], NOW_MS));
    expect(held.update(update([option("B", 3), option("C", 4)], NOW_MS + 200))).toBe(true);
    expect(names(held)).toEqual(["A 1", "B 3", "C 4"]);
  });

  test("builds one array until a number changes", () => {
    const held = board();
    held.relist(listing([option("A", 1)], NOW_MS));
    const before = held.rowsAt(NOW_MS);
    expect(held.update(update([option("A", 1)], NOW_MS + 200))).toBe(false);
    expect(held.rowsAt(NOW_MS)).toBe(before);
    expect(held.update(update([option("A", null)], NOW_MS + 300))).toBe(true);
    expect(held.rowsAt(NOW_MS)).not.toBe(before);
    expect(names(held)).toEqual(["A null"]);
  });

  test("a listing does not undo what the stream said after it was asked for", () => {
    const held = board();
    held.relist(listing([option("A", 1), option("B", 1)], NOW_MS));
    held.update(update([option("A", 2)], NOW_MS + 1_050));
    held.relist(listing([option("A", 1), option("B", 5)], NOW_MS + 1_000));
    expect(names(held)).toEqual(["A 2", "B 5"]);
  });

  test("nor what the venue stamps later than the listing", () => {
    const held = board();
    held.update(update([option("A", 2)], NOW_MS, NOW_MS - 10));
    held.relist(listing([option("A", 1)], NOW_MS + 50, NOW_MS - 400));
    expect(names(held)).toEqual(["A 2"]);
  });

  test("rows that are no longer listed go, new ones come, and what the stream has just brought stays", () => {
    const held = board();
    held.relist(listing([option("A", 1), option("B", 1)], NOW_MS));
    held.update(update([option("N", 1)], NOW_MS + 1_050));
    held.relist(listing([option("B", 1), option("C", 1)], NOW_MS + 1_000));
    expect(names(held)).toEqual(["B 1", "N 1", "C 1"]);
    held.relist(listing([option("B", 1), option("C", 1)], NOW_MS + 5_000));
    expect(names(held)).toEqual(["B 1", "C 1"]);
  });

  test("a row that is gone is not brought back by a listing that was under way", () => {
    const held = board();
    held.relist(listing([option("A", 1), option("B", 1)], NOW_MS));
    expect(held.update({ ...update([], NOW_MS + 1_050), gone: ["A", "never"] })).toBe(true);
    held.relist(listing([option("A", 1), option("B", 1)], NOW_MS + 1_000));
    expect(names(held)).toEqual(["B 1"]);
  });

  test("a row older than the held one by the venue's time is dropped and counted, until the stamp itself is old", () => {
    const held = board();
    held.update(update([option("A", 2)], NOW_MS, NOW_MS));
    expect(held.update(update([option("A", 1)], NOW_MS + 20, NOW_MS - 5))).toBe(false);
    expect([names(held), held.dropped]).toEqual([["A 2"], 1]);
    // The venue has set its clock back: ten seconds later it is news again.
    held.update(update([option("A", 3)], NOW_MS + 10_500, NOW_MS - 5));
    expect(names(held)).toEqual(["A 3"]);
  });

  test("expired rows leave by themselves", () => {
    const held = board();
    held.relist(listing([option("A", 1, NOW_MS + 1_000), option("B", 1)], NOW_MS));
    expect(names(held, NOW_MS + 999)).toEqual(["A 1", "B 1"]);
    expect(names(held, NOW_MS + 1_000)).toEqual(["B 1"]);
    expect(held.size).toBe(1);
  });

  test("rows that nobody has spoken of since can be forgotten", () => {
    const held = board();
    held.relist(listing([option("A", 1), option("B", 1)], NOW_MS));
    held.update(update([option("B", 1)], NOW_MS + 5_000));
    held.forgetBefore(NOW_MS + 4_000);
    expect(names(held)).toEqual(["B 1"]);
  });

  test("a flood of instruments ends at a cap", () => {
    const held = board();
    const flood = Array.from({ length: 12_000 }, (_, i) => option(`X${i}`, 1));
    held.update(update(flood, NOW_MS));
    expect([held.size, held.dropped]).toEqual([10_000, 2_000]);
  });

  test("whatever comes in whatever order, a row is the last one accepted for its instrument", () => {
    const step = fc.record({ name: fc.constantFrom("A", "B", "C"), bid: fc.nat(5), gone: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const held = board();
        const expected = new Map<string, number>();
        for (const [i, { name, bid, gone }] of steps.entries()) {
          if (gone) expected.delete(name);
          else expected.set(name, bid);
          held.update({
            ...update(gone ? [] : [option(name, bid)], NOW_MS + i, NOW_MS + i),
            gone: gone ? [name] : [],
          });
          expect(names(held).sort()).toEqual(Array.from(expected, ([known, price]) => `${known} ${price}`).sort());
        }
      }),
    );
  });
});

test("a thousand updates a second of a chain of 900 rows cost little", () => {
  const held = board();
  const rows = Array.from({ length: 900 }, (_, i) => option(`BTC-25SEP26-${i}-C`, 0.01));
  held.relist(listing(rows, NOW_MS));
  const startedMs = performance.now();
  for (let i = 0; i < 60_000; i++)
    held.update(update([option(`BTC-25SEP26-${i % 900}-C`, i)], NOW_MS + 200 + i, NOW_MS + i));
  // A minute of them. Arrays built at each would take a hundred times as long.
  expect(performance.now() - startedMs).toBeLessThan(1_500);
  expect(held.rowsAt(NOW_MS)).toHaveLength(900);
});
