import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Rest } from "../../src/chain/rest.ts";

let rest: Rest;
let ended: string[];

beforeEach(() => {
  vi.useFakeTimers();
  rest = new Rest();
  ended = [];
});
afterEach(() => {
  vi.useRealTimers();
});

function take(name: string, ms: number | undefined): void {
  void rest.take(ms).then(() => ended.push(name));
}

test("a rest lasts as long as it was asked for, and leaves no timer", async () => {
  take("short", 100);
  take("until it is cut", undefined);
  await vi.advanceTimersByTimeAsync(99);
  expect(ended).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect([ended, vi.getTimerCount()]).toEqual([["short"], 0]);
  await vi.advanceTimersByTimeAsync(1e9);
  expect(ended).toEqual(["short"]);
});

test("a cut ends every rest that is taken, with its timer", async () => {
  take("the loop's", 1e9);
  take("another's", 1e6);
  rest.cut();
  await vi.advanceTimersByTimeAsync(0);
  expect([ended, vi.getTimerCount()]).toEqual([["the loop's", "another's"], 0]);
});

test("a cut that comes during a run skips the rest after it, until another run begins", async () => {
  rest.cut();
  take("after the cut", 100);
  take("after the cut too", undefined);
  await vi.advanceTimersByTimeAsync(0);
  expect(ended).toEqual(["after the cut", "after the cut too"]);
  rest.renew();
  take("after the next run", 100);
  await vi.advanceTimersByTimeAsync(99);
  expect(ended).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(ended.at(-1)).toBe("after the next run");
});
