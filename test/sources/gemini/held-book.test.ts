import fc from "fast-check";
import { expect, test } from "vitest";
import { HeldBook } from "../../../src/sources/gemini/held-book.ts";

test("a held book is what a sorted map of its changes would be", () => {
  const change = fc.record({
    side: fc.constantFrom("bid" as const, "ask" as const),
    price: fc.integer({ min: 1, max: 30 }),
    size: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 80 }), (changes) => {
      const held = new HeldBook();
      const maps = { bid: new Map<number, number>(), ask: new Map<number, number>() };
      for (const { side, price, size } of changes) {
        held.set(side, price, size);
        if (size === 0) maps[side].delete(price);
        else maps[side].set(price, size);
      }
      expect(held.bids).toEqual([...maps.bid].sort(([a], [b]) => b - a));
      expect(held.asks).toEqual([...maps.ask].sort(([a], [b]) => a - b));
    }),
  );
});

test("a book of more levels than any honest one says so", () => {
  const held = new HeldBook();
  for (let price = 1; price <= 100_000; price++) held.set("ask", price, 1);
  expect(held.isTooLarge).toBe(false);
  held.set("ask", 100_001, 1);
  expect(held.isTooLarge).toBe(true);
});
