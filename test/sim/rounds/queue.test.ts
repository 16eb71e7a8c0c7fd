import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventQueue } from "../../../src/sim/rounds/queue.ts";

function drain<T>(queue: EventQueue<T>): T[] {
  const items: T[] = [];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) items.push(next.item);
  return items;
}

describe("the event queue", () => {
  test("of nothing gives nothing", () => {
    const queue = new EventQueue<string>();
    expect([queue.pop(), queue.size]).toEqual([undefined, 0]);
  });

  test("gives the earliest first, and of equal times the one that was pushed first: as a stable sort does", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 12 }), { maxLength: 200 }), (times) => {
        const queue = new EventQueue<number>();
        times.forEach((atMs, i) => queue.push(atMs, i));
        const sorted = times.map((atMs, i) => ({ atMs, i })).sort((a, b) => a.atMs - b.atMs);
        expect(queue.size).toBe(times.length);
        expect(drain(queue)).toEqual(sorted.map(({ i }) => i));
        expect(queue.size).toBe(0);
      }),
    );
  });

  test("takes new events between others, also for a time that is now", () => {
    const queue = new EventQueue<string>();
    queue.push(10, "b");
    queue.push(30, "d");
    expect(queue.pop()).toMatchObject({ atMs: 10, item: "b" });
    queue.push(20, "c");
    queue.push(10, "now");
    expect(drain(queue)).toEqual(["now", "c", "d"]);
  });
});
