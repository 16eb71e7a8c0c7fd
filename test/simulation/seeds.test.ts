/** The simulator over many seeds: the protocol holds, and a protocol weakened on purpose is caught. */
import { describe, expect, test } from "vitest";
import type { Mutation, Plan } from "../../src/sim/rounds/plan.ts";
import { planOf, simulate } from "../../src/sim/rounds/simulate.ts";

const SEEDS = 200;

function failing(mutation?: Mutation): { seed: number; property: string; detail: string }[] {
  const found: { seed: number; property: string; detail: string }[] = [];
  for (let seed = 0; seed < SEEDS; seed++) {
    const { violations } = simulate(seed, mutation === undefined ? {} : { mutation });
    for (const { property, detail } of violations) found.push({ seed, property, detail });
  }
  return found;
}

describe(`${SEEDS} seeds`, () => {
  test("keep S1 to S5 after every event, and rounds do complete", { timeout: 120_000 }, () => {
    let completed = 0;
    for (let seed = 0; seed < SEEDS; seed++) {
      const { violations, completedRounds, story } = simulate(seed);
      const replay = `npm run simulate -- --seeds 1 --from ${seed}`;
      expect(violations, `seed ${seed}; replay with: ${replay}\n${story.slice(-20).join("\n")}`).toEqual([]);
      completed += completedRounds;
    }
    // A network that never signs breaks no safety property: most rounds must complete all the same.
    expect(completed).toBeGreaterThan(SEEDS * 24 * 0.6);
  });

  test("show honest nodes convicted when reservations are lost in a crash", { timeout: 120_000 }, () => {
    const found = failing("no-reservation");
    expect(found.length).toBeGreaterThan(10);
    expect(new Set(found.map(({ property }) => property))).toContain("S5");
  });

  test("show two digests for one round when the threshold is f+1", { timeout: 120_000 }, () => {
    const found = failing("low-threshold");
    expect(found.length).toBeGreaterThan(5);
    expect(new Set(found.map(({ property }) => property))).toContain("S3");
  });
});

function isCalm(plan: Plan, liarKind: Plan["liarKind"]): boolean {
  return plan.liarKind === liarKind && plan.lossRate === 0 && plan.crashes.length === 0 && plan.partition === null;
}

describe("liveness", () => {
  test("a calm network of honest nodes completes every round", () => {
    let calm = 0;
    for (let seed = 0; seed < SEEDS; seed++) {
      if (!isCalm(planOf(seed), "none")) continue;
      calm += 1;
      expect(simulate(seed, { slots: 8 }).completedRounds, `seed ${seed}`).toBe(8);
    }
    expect(calm).toBeGreaterThan(2);
  });

  test("a silent member spoils no round: a backup speaks for a silent leader", () => {
    let seen = 0;
    for (let seed = 0; seed < 1_000 && seen < 5; seed++) {
      if (!isCalm(planOf(seed), "silent")) continue;
      seen += 1;
      expect(simulate(seed, { slots: 8 }).completedRounds, `seed ${seed}`).toBe(8);
    }
    expect(seen).toBeGreaterThan(0);
  });

  test("the same seed tells the same story", () => {
    expect(simulate(42).story).toEqual(simulate(42).story);
  });
});
