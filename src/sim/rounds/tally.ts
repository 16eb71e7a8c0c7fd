/** Many seeds, counted by family: how many rounds were completed, and which seeds broke what. */
import type { Property } from "./ledger.ts";
import type { Mutation } from "./mutants.ts";
import type { ScheduleOptions } from "./families.ts";
import { scheduleOf } from "./families.ts";
import type { Family } from "./schedule.ts";
import { FAMILIES } from "./schedule.ts";
import { simulate } from "./simulate.ts";

export type FamilyTally = { readonly seeds: number; readonly rounds: number; readonly completed: number };
export type Breach = {
  readonly seed: number;
  readonly family: Family;
  readonly property: Property;
  readonly detail: string;
};
export type Tally = {
  readonly families: Readonly<Partial<Record<Family, FamilyTally>>>;
  readonly breaches: readonly Breach[];
};

export const EMPTY_TALLY: Tally = { families: {}, breaches: [] };

const NOTHING: FamilyTally = { seeds: 0, rounds: 0, completed: 0 };

export function tallyOf(seed: number, options: ScheduleOptions, mutation: Mutation | null): Tally {
  const schedule = scheduleOf(seed, options);
  const { family, slots } = schedule;
  const { violations, completedRounds } = simulate(schedule, { mutation });
  const breaches = violations.slice(0, 1).map(({ property, detail }) => ({ seed, family, property, detail }));
  return { families: { [family]: { seeds: 1, rounds: slots, completed: completedRounds } }, breaches };
}

export function addTallies(one: Tally, other: Tally): Tally {
  const families: Partial<Record<Family, FamilyTally>> = {};
  for (const family of FAMILIES) {
    const [a, b] = [one.families[family], other.families[family]];
    if (a === undefined && b === undefined) continue;
    const { seeds, rounds, completed } = a ?? NOTHING;
    const more = b ?? NOTHING;
    families[family] = {
      seeds: seeds + more.seeds,
      rounds: rounds + more.rounds,
      completed: completed + more.completed,
    };
  }
  return { families, breaches: [...one.breaches, ...other.breaches] };
}
