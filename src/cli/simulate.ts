import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { ScheduleOptions } from "../sim/rounds/families.ts";
import { scheduleOf } from "../sim/rounds/families.ts";
import { MUTATIONS, type Mutation } from "../sim/rounds/mutants.ts";
import { FAMILIES, type Family, type Schedule } from "../sim/rounds/schedule.ts";
import { scheduleFrom, scheduleText } from "../sim/rounds/schedule-json.ts";
import { Shrinker } from "../sim/rounds/shrink.ts";
import { simulate } from "../sim/rounds/simulate.ts";
import type { Breach, Tally } from "../sim/rounds/tally.ts";
import { ending } from "./fail.ts";
import { wholeNumber } from "./options.ts";
import { simulateMany } from "./simulate-pool.ts";

type SimulateFlags = {
  readonly seeds: number;
  readonly from: number;
  readonly seed?: number;
  readonly nodes?: number;
  readonly slots?: number;
  readonly schedule?: string;
  readonly mutate?: Mutation;
  readonly curve?: boolean;
};

const PROGRESS_EVERY_MS = 10_000;
const SHRUNK_MAX = 3;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function isFamily(name: string): name is Family {
  return FAMILIES.some((family) => family === name);
}

function readSchedule(path: string): Schedule {
  try {
    return scheduleFrom(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof OracleError) throw error;
    const wanted = `one of ${FAMILIES.join(", ")}, or a file that can be read`;
    throw new OracleError(`--schedule must be ${wanted}: ${reasonOf(error)}`, { code: "cannot-read", path });
  }
}

function optionsOf({ nodes, slots, curve, schedule }: SimulateFlags): ScheduleOptions {
  return {
    ...(nodes === undefined ? {} : { n: nodes }),
    ...(slots === undefined ? {} : { slots }),
    ...(curve === true ? { curve } : {}),
    ...(schedule !== undefined && isFamily(schedule) ? { family: schedule } : {}),
  };
}

/** One run, told round by round. @returns the exit code */
function tell(schedule: Schedule, mutation: Mutation | null): number {
  const { violations, completedRounds, story } = simulate(schedule, { mutation, tell: true });
  const lines = [
    `seed ${schedule.seed}, schedule ${schedule.family}: ${schedule.n} nodes, slots of ${schedule.slotMs} ms`,
    ...schedule.faults.map((fault) => `  fault: ${JSON.stringify(fault)}`),
    ...story,
    `${completedRounds} of ${schedule.slots} rounds complete`,
    ...violations.map(({ property, detail }) => `breaks ${property}: ${detail}`),
  ];
  say(lines.join("\n"));
  return violations.length === 0 ? 0 : 1;
}

function report({ families }: Tally, breaches: readonly Breach[]): void {
  say("schedule       seeds  rounds  completed  violations");
  for (const family of FAMILIES) {
    const row = families[family];
    if (row === undefined) continue;
    const share = `${((100 * row.completed) / row.rounds).toFixed(1)} %`;
    const broken = breaches.filter((breach) => breach.family === family).length;
    const cells = [String(row.seeds).padStart(5), String(row.rounds).padStart(7), share.padStart(10)];
    say(`${family.padEnd(14)} ${cells.join(" ")} ${String(broken).padStart(11)}`);
  }
}

/** What a person needs to see a failing seed again: the shortest schedule that still fails, as text. */
function reduce({ seed, property }: Breach, options: ScheduleOptions, mutation: Mutation | null): void {
  const { schedule, runs } = new Shrinker(scheduleOf(seed, options), property, mutation).run();
  say(`seed ${seed} shrinks in ${runs} runs to ${schedule.faults.length} faults, ${schedule.slots} slots:`);
  say(scheduleText(schedule));
}

async function runMany(flags: SimulateFlags, mutation: Mutation | null): Promise<number> {
  const options = optionsOf(flags);
  let toldMs = Date.now();
  const tally = await simulateMany({ from: flags.from, count: flags.seeds, options, mutation }, (done) => {
    if (done === flags.seeds || Date.now() - toldMs < PROGRESS_EVERY_MS) return;
    toldMs = Date.now();
    process.stderr.write(`${done} of ${flags.seeds} seeds\n`);
  });
  const { breaches } = tally;
  for (const { seed, family, property, detail } of breaches)
    say(`seed ${seed} (${family}) breaks ${property}: ${detail}`);
  for (const breach of breaches.slice(0, SHRUNK_MAX)) reduce(breach, options, mutation);
  if (breaches.length > 0) say("replay: save the line as FILE.json, then npm run simulate -- --schedule FILE.json");
  report(tally, breaches);
  const completed = Object.values(tally.families).reduce((sum, row) => sum + row.completed, 0);
  say(`${flags.seeds} seeds, ${completed} rounds completed, ${breaches.length} seeds with a violation`);
  return breaches.length === 0 ? 0 : 1;
}

export function simulateCommand(): Command {
  return new Command("simulate")
    .description(
      "run the production machines through seeded faults and check the protocol's properties after every event",
    )
    .option("--seeds <n>", "how many seeds, over all cores", wholeNumber(1, 10_000_000), 200)
    .option("--from <s>", "first seed", wholeNumber(0, 0xffff_ffff), 0)
    .option("--seed <s>", "tell the story of this one", wholeNumber(0, 0xffff_ffff))
    .option("--nodes <n>", "members; each seed decides without it", wholeNumber(4, 31))
    .option("--slots <n>", "slots of a run; each seed decides without it", wholeNumber(1, 10_000))
    .option("--schedule <name|FILE>", `one of ${FAMILIES.join(", ")}; or a schedule's file, whose story is told`)
    .option("--curve", "real shares instead of tokens: slow")
    .addOption(new Option("--mutate <bug>", "plant a bug that must be caught").choices([...MUTATIONS]))
    .action(async (flags: SimulateFlags) => {
      await ending(async () => {
        const mutation = flags.mutate ?? null;
        const { schedule, seed } = flags;
        if (schedule !== undefined && !isFamily(schedule)) return tell(readSchedule(schedule), mutation);
        if (seed !== undefined) return tell(scheduleOf(seed, optionsOf(flags)), mutation);
        return runMany(flags, mutation);
      });
    });
}
