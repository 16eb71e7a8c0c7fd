/** What the simulator itself promises. The long run over many seeds is test/simulation/seeds.test.ts. */
import { describe, expect, test } from "vitest";
import type { LiarKind, Plan } from "../../../src/sim/rounds/plan.ts";
import { LIAR_KINDS } from "../../../src/sim/rounds/plan.ts";
import { planOf, simulate } from "../../../src/sim/rounds/simulate.ts";

const SLOTS = 8;

/** Seeds whose only trouble is one liar of this kind, on a network that loses nothing. */
function calmSeeds(kind: LiarKind, wanted: number): number[] {
  const seeds: number[] = [];
  const isCalm = ({ liarKind, lossRate, crashes, partition }: Plan): boolean =>
    liarKind === kind && lossRate === 0 && crashes.length === 0 && partition === null;
  for (let seed = 0; seeds.length < wanted && seed < 5_000; seed++) if (isCalm(planOf(seed))) seeds.push(seed);
  return seeds;
}

describe("a calm network with one liar", () => {
  // These lie in a slot they lead, so that slot may be lost; the others must all complete.
  const spoilsOwnSlots: readonly LiarKind[] = ["two-proposals", "altered-proposal", "proposal-to-half"];

  for (const kind of LIAR_KINDS) {
    test(`that is ${kind} keeps every safety property, and completes every round that is not its own to spoil`, () => {
      const seeds = calmSeeds(kind, 4);
      expect(seeds).toHaveLength(4);
      for (const seed of seeds) {
        const { violations, completedRounds } = simulate(seed, { slots: SLOTS });
        expect(violations, `seed ${seed}`).toEqual([]);
        // Of eight slots it leads two.
        expect(completedRounds, `seed ${seed}`).toBeGreaterThanOrEqual(
          spoilsOwnSlots.includes(kind) ? SLOTS - 2 : SLOTS,
        );
      }
    });
  }
});

describe("a seed", () => {
  test("decides everything: plan, story and outcome", () => {
    expect(simulate(7)).toEqual(simulate(7));
    expect(simulate(7).story).not.toEqual(simulate(8).story);
  });

  test("tells the same plan whether it is run or only asked for", () => {
    expect(simulate(11, { slots: 4 }).plan).toEqual(planOf(11, { slots: 4 }));
  });
});

test("seven and ten members keep the properties too", { timeout: 60_000 }, () => {
  for (const n of [7, 10]) {
    for (let seed = 0; seed < 12; seed++) {
      expect(simulate(seed, { n, slots: SLOTS }).violations, `n ${n}, seed ${seed}`).toEqual([]);
    }
    for (const seed of calmSeeds("none", 2)) {
      expect(simulate(seed, { n, slots: SLOTS }).completedRounds, `n ${n}, seed ${seed}`).toBe(SLOTS);
    }
  }
});

test("slots of 250 ms keep the properties and, where the network is calm, complete", { timeout: 60_000 }, () => {
  for (const seed of calmSeeds("none", 4)) {
    const { violations, completedRounds } = simulate(seed, { slotMs: 250, slots: SLOTS });
    expect(violations, `seed ${seed}`).toEqual([]);
    expect(completedRounds, `seed ${seed}`).toBe(SLOTS);
  }
});

test("a liar's nonsense is in the story: what was refused, and of whom", () => {
  const [seed] = calmSeeds("altered-proposal", 1);
  const { story, plan } = simulate(seed!, { slots: SLOTS });
  expect(story.some((line) => line.includes("completes round"))).toBe(true);
  expect(plan.liar).not.toBeNull();
});
