/** All runs of four members, one of them a liar, within a bound: nothing breaks, and planted mistakes are found. */
import { describe, expect, test } from "vitest";
import type { Bug } from "../../../src/sim/model/bugs.ts";
import { explore } from "../../../src/sim/model/search.ts";
import type { Bounds } from "../../../src/sim/model/world.ts";
import { SmallModel } from "../../../src/sim/model/world.ts";

const STATES_MAX = 400_000;
const TIMEOUT_MS = 180_000;

function search(bounds: Bounds, bug: Bug | null = null) {
  return explore(new SmallModel(bounds, bug), { statesMax: STATES_MAX });
}

describe("the small model", () => {
  test.each<[string, Bounds, number]>([
    ["one round with any one departure and any lie", { rounds: 1, departures: 1, lies: 1 }, 30_000],
    ["two rounds of lies, in a calm network", { rounds: 2, departures: 0, lies: 2 }, 10_000],
  ])("%s: S2 to S5 hold in every state", { timeout: TIMEOUT_MS }, (_, bounds, statesMin) => {
    const { violation, isCut, states, ends } = search(bounds);
    expect(violation, violation?.trace.join("\n")).toBeNull();
    expect(isCut).toBe(false);
    // A model in which nothing can happen breaks nothing either.
    expect(states).toBeGreaterThan(statesMin);
    expect(ends).toBeGreaterThan(100);
  });

  test("gives the same counts every time", { timeout: TIMEOUT_MS }, () => {
    const bounds = { rounds: 1, departures: 0, lies: 1 };
    expect(search(bounds)).toEqual(search(bounds));
  });

  test.each<[Bug, number, RegExp]>([
    ["low-threshold", 0, /^S[23]: /],
    ["nonce-reused", 1, /^S4: .*used a nonce pair twice/],
    ["missing-reservation", 1, /^S5: .*said two things: observe/],
    ["share-under-another-proposal", 0, /^S5: .*convicts honest member/],
    ["second-proposal", 0, /^S5: .*said two things: digest/],
  ])("finds %s with %i departures, by a shortest trace", { timeout: TIMEOUT_MS }, (bug, departures, what) => {
    const { violation } = search({ rounds: 2, departures, lies: 1 }, bug);
    expect(violation?.what).toMatch(what);
    expect(violation!.trace.length).toBeGreaterThan(3);
  });

  // A backup that is believed too soon costs its round's liveness; the simulator finds that (docs/simulator.md).
  test("finds nothing unsafe in a backup that is accepted early", { timeout: TIMEOUT_MS }, () => {
    expect(search({ rounds: 1, departures: 0, lies: 1 }, "backup-early").violation).toBeNull();
  });
});
