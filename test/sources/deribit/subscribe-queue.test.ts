import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SubscribeQueue } from "../../../src/sources/deribit/subscribe-queue.ts";

type Call = { readonly id: number; readonly method: string; readonly params: { readonly channels: string[] } };
const parse = (frame: string | null): Call | null => (frame === null ? null : JSON.parse(frame));

describe("the queue of subscriptions", () => {
  test("forgets what was dropped before it was sent, and unsubscribes the rest", () => {
    const queue = new SubscribeQueue(10);
    queue.want(["a"]);
    expect(parse(queue.next(0))).toMatchObject({ id: 10, method: "public/subscribe", params: { channels: ["a"] } });
    queue.want(["b"]);
    queue.drop(["a", "b"]);
    expect(parse(queue.next(0))).toMatchObject({ id: 11, method: "public/unsubscribe", params: { channels: ["a"] } });
    expect(queue.next(0)).toBeNull();
  });

  test("an answer is taken once, and to a call of its own only", () => {
    const queue = new SubscribeQueue(10);
    queue.want(["a", "b"]);
    queue.next(0);
    for (const id of [null, "10", 9, 11, Number.NaN]) expect(queue.answered(id)).toBeNull();
    expect(queue.answered(10)).toEqual(["a", "b"]);
    expect(queue.answered(10)).toBeNull();
    expect(queue.overdue(60_000)).toEqual([]);
  });

  test("whatever is wanted and dropped in whatever order, the venue ends up with what is wanted, never more than 500 a call", () => {
    const channel = fc.integer({ min: 0, max: 1_200 }).map((i) => `c${i}`);
    const wish = fc.record({
      drop: fc.boolean(),
      channels: fc.uniqueArray(channel, { maxLength: 700 }),
      calls: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 6 }), (wishes) => {
        const queue = new SubscribeQueue(10);
        const wanted = new Set<string>();
        const subscribed = new Set<string>();
        const send = (): boolean => {
          const call = parse(queue.next(0));
          if (call === null) return false;
          expect(call.params.channels.length).toBeLessThanOrEqual(500);
          for (const name of call.params.channels) {
            if (call.method === "public/subscribe") subscribed.add(name);
            else subscribed.delete(name);
          }
          return true;
        };
        for (const { drop, channels, calls } of wishes) {
          // As a session does: only what is not wanted yet is wanted, only what is wanted is dropped.
          const meant = channels.filter((name) => wanted.has(name) === drop);
          if (drop) queue.drop(meant);
          else queue.want(meant);
          for (const name of meant) {
            if (drop) wanted.delete(name);
            else wanted.add(name);
          }
          for (let i = 0; i < calls; i++) send();
        }
        while (send());
        expect([...subscribed].sort()).toEqual([...wanted].sort());
      }),
      { numRuns: 100 },
    );
  });
});
