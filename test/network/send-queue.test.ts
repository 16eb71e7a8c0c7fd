import fc from "fast-check";
import { expect, test } from "vitest";
import { SendQueue, type Waiting } from "../../src/network/send-queue.ts";

function drain(queue: SendQueue<null>): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let next = queue.shift(); next !== null; next = queue.shift()) out.push(next.frame);
  return out;
}

function waiting(frame: Uint8Array, round: number | null = null): Waiting<null> {
  return { frame, round, about: null };
}

test("a full queue drops its oldest frames and says how many", () => {
  const queue = new SendQueue<null>(3, 100);
  expect([1, 2, 3, 4, 5].map((n) => queue.push(waiting(Uint8Array.of(n))))).toEqual([0, 0, 0, 1, 1]);
  expect(drain(queue)).toEqual([Uint8Array.of(3), Uint8Array.of(4), Uint8Array.of(5)]);
});

test("one large frame pushes out as many small ones as it needs room for", () => {
  const queue = new SendQueue<null>(64, 10);
  for (let i = 0; i < 5; i++) queue.push(waiting(new Uint8Array(2)));
  expect(queue.push(waiting(new Uint8Array(7)))).toBe(4);
  expect(queue.bytes).toBe(9);
});

test("a frame above the whole capacity is dropped itself and nothing else is", () => {
  const queue = new SendQueue<null>(64, 10);
  queue.push(waiting(Uint8Array.of(1)));
  expect(queue.push(waiting(new Uint8Array(11)))).toBe(1);
  expect(drain(queue)).toEqual([Uint8Array.of(1)]);
});

test("the bounds hold and nothing is lost uncounted, whatever is pushed and taken", () => {
  const action = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(null));
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const queue = new SendQueue<null>(5, 60);
      let pushed = 0;
      let taken = 0;
      let dropped = 0;
      for (const size of actions) {
        if (size === null) taken += queue.shift() === null ? 0 : 1;
        else {
          pushed++;
          dropped += queue.push(waiting(new Uint8Array(size)));
        }
        expect(queue.length).toBeLessThanOrEqual(5);
        expect(queue.bytes).toBeLessThanOrEqual(60);
        expect(queue.length).toBe(pushed - taken - dropped);
      }
      const left = drain(queue);
      expect(queue.bytes).toBe(0);
      expect(left.length).toBe(pushed - taken - dropped);
    }),
  );
});

test("of a full queue the lowest round leaves first, even the new one, and what is of no round last", () => {
  const queue = new SendQueue<null>(3, 100);
  const rounds = [7, null, 6, 7, 5, 7];
  const dropped = rounds.map((round, at) => queue.push(waiting(Uint8Array.of(at), round)));
  expect(dropped).toEqual([0, 0, 0, 1, 1, 1]);
  expect(drain(queue)).toEqual([Uint8Array.of(1), Uint8Array.of(3), Uint8Array.of(5)]);
});

test("rounds that no receiver takes any more leave when a newer one comes", () => {
  const queue = new SendQueue<null>(64, 1_000);
  for (const round of [10, 11, 12]) queue.push(waiting(Uint8Array.of(round), round));
  queue.push(waiting(Uint8Array.of(0)));
  expect(queue.push(waiting(Uint8Array.of(14), 14))).toBe(2);
  expect(drain(queue)).toEqual([Uint8Array.of(12), Uint8Array.of(0), Uint8Array.of(14)]);
  expect(queue.bytes).toBe(0);
});
