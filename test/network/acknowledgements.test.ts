import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes, type Hex } from "../../src/base/bytes.ts";
import { CountReader, encodeCount, type Sent, Unacknowledged } from "../../src/network/acknowledgements.ts";

function sent(name: string, dueAtMs = 100): Sent {
  return { hash: `0x${name}`, message: Uint8Array.of(1), sentAtMs: 0, dueAtMs, acknowledged: false };
}

const names = (all: readonly { readonly hash: Hex }[]): string[] => all.map(({ hash }) => hash.slice(2));

describe("counts on the wire", () => {
  test("come back as the highest of them, wherever the stream is cut", () => {
    const ascending = fc.uniqueArray(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(ascending, fc.integer({ min: 1, max: 9 }), (values, size) => {
        const counts = [...values].sort((a, b) => a - b);
        const bytes = concatBytes(...counts.map(encodeCount));
        const reader = new CountReader();
        let last: number | null = 0;
        for (let at = 0; at < bytes.length; at += size) last = reader.push(bytes.subarray(at, at + size), 1_000);
        expect(last).toBe(counts.at(-1));
      }),
    );
  });

  test.each([
    ["above what was written", [8], 7],
    ["that does not grow", [5, 5], 7],
    ["that falls", [5, 4], 7],
    ["of nothing", [0], 7],
  ])("one %s is no honest reader's", (_, counts, written) => {
    expect(new CountReader().push(concatBytes(...counts.map(encodeCount)), written)).toBeNull();
  });

  test("no bytes whatever make the reader throw or keep more than four of them", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.nat(), (chunks, written) => {
        const reader = new CountReader();
        for (const chunk of chunks) if (reader.push(chunk, written) === null) return;
      }),
    );
  });
});

describe("messages that wait for their acknowledgement", () => {
  test("are told once as received, by the count that covers them", () => {
    const waiting = new Unacknowledged(10, 1_000);
    for (const [place, name] of ["a", "b", "c"].entries()) waiting.written(sent(name), place + 1);
    expect(names(waiting.acknowledge(2))).toEqual(["a", "b"]);
    expect(names(waiting.acknowledge(2))).toEqual([]);
    expect(names(waiting.acknowledge(9))).toEqual(["c"]);
  });

  test("are overdue once, and not when they were received before", () => {
    const waiting = new Unacknowledged(10, 1_000);
    const [a, b, c] = [sent("a"), sent("b"), sent("c", 150)];
    for (const one of [a, b, c]) waiting.watch(one);
    waiting.written(a, 1);
    waiting.acknowledge(1);
    expect(waiting.nextDueMs()).toBe(100);
    expect(names(waiting.overdue(99))).toEqual([]);
    expect(names(waiting.overdue(100))).toEqual(["b"]);
    expect(waiting.nextDueMs()).toBe(150);
    expect(names(waiting.overdue(200))).toEqual(["c"]);
    expect(names(waiting.overdue(200))).toEqual([]);
    expect(waiting.nextDueMs()).toBeNull();
  });

  test("are still told as received after they were overdue: a slow line is not a broken one", () => {
    const waiting = new Unacknowledged(10, 1_000);
    const late = sent("late");
    waiting.watch(late);
    waiting.written(late, 1);
    expect(names(waiting.overdue(500))).toEqual(["late"]);
    expect(names(waiting.acknowledge(1))).toEqual(["late"]);
  });

  test("of a stream that is gone are overdue in their time and never received", () => {
    const waiting = new Unacknowledged(10, 1_000);
    const lost = sent("lost");
    waiting.watch(lost);
    waiting.written(lost, 1);
    waiting.streamLost();
    expect(names(waiting.acknowledge(1))).toEqual([]);
    expect(names(waiting.overdue(100))).toEqual(["lost"]);
  });

  test("are bounded: of too many the oldest are forgotten", () => {
    const waiting = new Unacknowledged(3, 1_000);
    for (let place = 1; place <= 10; place++) {
      const one = sent(`${place}`);
      waiting.watch(one);
      waiting.written(one, place);
    }
    expect(names(waiting.overdue(100))).toEqual(["8", "9", "10"]);
    expect(names(waiting.acknowledge(10))).toEqual(["8", "9", "10"]);
  });

  test("are bounded in bytes too, and let go of what nobody will send again", () => {
    const waiting = new Unacknowledged(100, 1_000);
    const all = Array.from({ length: 10 }, (_, i) => ({ ...sent(`${i}`, 100 + i), message: new Uint8Array(300) }));
    for (const [i, one] of all.entries()) {
      waiting.watch(one);
      waiting.written(one, i + 1);
    }
    expect(all.filter(({ message }) => message !== null).map(({ hash }) => hash.slice(2))).toEqual(["7", "8", "9"]);
    expect(names(waiting.overdue(107))).toEqual(["7"]);
    expect(names(waiting.acknowledge(9))).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8"]);
    expect(all.filter(({ message }) => message !== null).map(({ hash }) => hash.slice(2))).toEqual(["9"]);
  });
});
