/** One schedule, run: what was violated, what was completed, and the story when it is asked for. */
import type { AccusationKind } from "../../protocol/accusation.ts";
import { CurveGroup } from "./curve-group.ts";
import type { Violation } from "./ledger.ts";
import type { Mutation } from "./mutants.ts";
import { mutantOf } from "./mutants.ts";
import { Observers } from "./observers.ts";
import type { Schedule } from "./schedule.ts";
import { FIRST_ROUND, settingFor } from "./setting.ts";
import { Story } from "./story.ts";
import { TokenGroup } from "./tokens.ts";
import { World } from "./world.ts";

export type Outcome = {
  readonly violations: readonly Violation[];
  readonly completedRounds: number;
  readonly accusations: ReadonlyMap<AccusationKind, number>;
  /** Liars that an honest node has accused. */
  readonly exposed: ReadonlySet<number>;
  /** Accusations whose proof the accuser no longer held. */
  readonly evidenceLost: number;
  /** Empty unless asked for. */
  readonly story: readonly string[];
};

export type SimulationOptions = { readonly mutation?: Mutation | null; readonly tell?: boolean };

export function simulate(schedule: Schedule, { mutation = null, tell = false }: SimulationOptions = {}): Outcome {
  const mutant = mutantOf(mutation);
  const config = mutant.config?.(settingFor(schedule)) ?? settingFor(schedule);
  const story = tell ? new Story(config) : null;
  const observers = new Observers(schedule, config, story);
  const group = schedule.curve ? new CurveGroup(config.n, config.t, schedule.seed) : new TokenGroup();
  new World(schedule, config, group, mutant, observers).run();
  return {
    violations: observers.ledger.violations,
    completedRounds: observers.ledger.completedBelow(FIRST_ROUND + schedule.slots),
    accusations: observers.accusations,
    exposed: observers.exposed,
    evidenceLost: observers.evidenceLost,
    story: story?.lines(schedule.slots) ?? [],
  };
}
