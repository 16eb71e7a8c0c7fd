import { Command, Option } from "commander";
import { MUTATIONS, type Mutation } from "../sim/rounds/plan.ts";
import { simulate } from "../sim/rounds/simulate.ts";
import { ending } from "./fail.ts";
import { wholeNumber } from "./options.ts";

type SimulateFlags = {
  readonly seeds: number;
  readonly from: number;
  readonly nodes: number;
  readonly slots: number;
  readonly mutate?: Mutation;
  readonly story?: boolean;
};

export function simulateCommand(): Command {
  return new Command("simulate")
    .description("run the production machines through seeded faults and check S1 to S5 after every event")
    .option("--seeds <n>", "how many seeds", wholeNumber(1, 1_000_000), 200)
    .option("--from <s>", "first seed", wholeNumber(0, 0xffff_ffff), 0)
    .option("--nodes <n>", "number of nodes", wholeNumber(4, 31), 4)
    .option("--slots <n>", "slots per seed", wholeNumber(1, 10_000), 24)
    .addOption(new Option("--mutate <weakening>", "break the protocol on purpose").choices([...MUTATIONS]))
    .option("--story", "tell each seed round by round")
    .action(async ({ seeds, from, nodes, slots, mutate, story: tellAll }: SimulateFlags) => {
      await ending(async () => {
        let failed = 0;
        let completed = 0;
        for (let seed = from; seed < from + seeds; seed++) {
          const options = { n: nodes, slots, ...(mutate === undefined ? {} : { mutation: mutate }) };
          const { plan, violations, completedRounds, story } = simulate(seed, options);
          completed += completedRounds;
          if (violations.length > 0) failed += 1;
          if (tellAll === true || violations.length > 0) {
            const liar = plan.liar === null ? "nobody lies" : `node ${plan.liar} is ${plan.liarKind}`;
            process.stdout.write(`seed ${seed}: ${liar}, ${plan.crashes.length} crashes, ${completedRounds} rounds\n`);
            process.stdout.write(`${(tellAll === true ? story : story.slice(-15)).join("\n")}\n`);
          }
          for (const { property, detail } of violations) {
            const mutation = mutate === undefined ? "" : ` --mutate ${mutate}`;
            process.stdout.write(`seed ${seed} breaks ${property}: ${detail}\n`);
            process.stdout.write(
              `replay: npm run simulate -- --seeds 1 --from ${seed} --nodes ${nodes} --slots ${slots}${mutation} --story\n`,
            );
          }
        }
        process.stdout.write(`${seeds} seeds, ${completed} rounds completed, ${failed} seeds with a violation\n`);
        return failed === 0 ? 0 : 1;
      });
    });
}
