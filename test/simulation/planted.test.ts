/** A simulator that notices nothing proves nothing: each planted bug is found, and by the property that names it. */
import { expect, test } from "vitest";
import { scheduleOf } from "../../src/sim/rounds/families.ts";
import type { Property } from "../../src/sim/rounds/ledger.ts";
import type { Mutation } from "../../src/sim/rounds/mutants.ts";
import { MUTATIONS } from "../../src/sim/rounds/mutants.ts";
import { simulate } from "../../src/sim/rounds/simulate.ts";

const SEEDS_MAX = 500;

const BROKEN: Readonly<Record<Mutation, readonly Property[]>> = {
  "low-threshold": ["S3"],
  "nonce-reused": ["S4"],
  "no-reservation": ["S5"],
  "local-clock": ["L1", "L2"],
  "no-agreement": ["S1"],
  "foreign-share": ["S5"],
  "local-due-set": ["L1", "L2", "S7"],
  "early-backup": ["L1", "L2"],
  "claims-believed": ["L1"],
};

const needed: string[] = [];

for (const mutation of MUTATIONS) {
  test(`${mutation} is caught within ${SEEDS_MAX} seeds`, { timeout: 600_000 }, () => {
    for (let seed = 0; seed < SEEDS_MAX; seed++) {
      const schedule = scheduleOf(seed);
      const [violation] = simulate(schedule, { mutation }).violations;
      if (violation === undefined) continue;
      expect(BROKEN[mutation], violation.detail).toContain(violation.property);
      expect(simulate(schedule).violations, `seed ${seed} without the bug`).toEqual([]);
      needed.push(`${mutation}: ${seed + 1} seeds, ${schedule.family}, ${violation.property}`);
      return;
    }
    expect.fail(`${mutation} broke nothing in ${SEEDS_MAX} seeds`);
  });
}

test("the table of bugs and the seeds they needed", () => {
  process.stdout.write(`${needed.join("\n")}\n`);
  expect(needed).toHaveLength(MUTATIONS.length);
});
