import { expect, test } from "vitest";
import { Unheard } from "../../src/sources/unheard.ts";

const names = (unheard: Unheard, nowMs: number): string[] => unheard.overdue(nowMs).map(({ source }) => source);

test("a source that never spoke is told once, after its time and not before", () => {
  const unheard = new Unheard(1_000, ["a", "b"]);
  unheard.opened(5_000);
  unheard.heard("b");
  expect(names(unheard, 6_000)).toEqual([]);
  expect(unheard.overdue(6_001)).toMatchObject([{ kind: "gap", source: "a", gap: { reason: "not-subscribed" } }]);
  expect(names(unheard, 9_000)).toEqual([]);
});

test("nothing is overdue on a connection that was never opened", () => {
  expect(names(new Unheard(1_000, ["a"]), 1e15)).toEqual([]);
});
