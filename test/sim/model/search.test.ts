import { describe, expect, test } from "vitest";
import type { Model } from "../../../src/sim/model/search.ts";
import { explore } from "../../../src/sim/model/search.ts";

/** Two counters, each stepped on its own: (a+1)·(b+1) states, reached in as many steps as their sum. */
function counters(aMax: number, bMax: number, forbidden: string | null = null): Model<readonly [number, number]> {
  return {
    initial: [0, 0],
    nameOf: (state) => state.join(),
    *successorsOf([a, b]) {
      if (a < aMax) yield { state: [a + 1, b], label: "a" };
      if (b < bMax) yield { state: [a, b + 1], label: "b" };
    },
    violationOf: (state) => (state.join() === forbidden ? `reached ${forbidden}` : null),
  };
}

describe("explore", () => {
  test("counts every state once, every transition, and the depth", () => {
    expect(explore(counters(3, 4), { statesMax: 1_000 })).toEqual({
      states: 20,
      transitions: 31,
      depth: 8,
      ends: 1,
      isCut: false,
      violation: null,
    });
  });

  test("gives a shortest way to a violation", () => {
    const { violation } = explore(counters(3, 4, "2,1"), { statesMax: 1_000 });
    expect(violation?.what).toBe("reached 2,1");
    expect([...violation!.trace].sort()).toEqual(["a", "a", "b"]);
  });

  test("says when it was cut short", () => {
    expect(explore(counters(9, 9), { statesMax: 50 })).toMatchObject({ states: 50, isCut: true, violation: null });
  });
});
