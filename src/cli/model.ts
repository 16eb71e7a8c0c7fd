/** `tenor model`: every run of a small committee with one liar, within a bound. */
import { Command, Option } from "commander";
import { BUGS, type Bug } from "../sim/model/bugs.ts";
import { explore } from "../sim/model/search.ts";
import { SmallModel } from "../sim/model/world.ts";
import { ending } from "./fail.ts";
import { wholeNumber } from "./options.ts";

type ModelFlags = {
  readonly rounds: number;
  readonly departures: number;
  readonly lies: number;
  readonly statesMax: number;
  readonly mutate?: Bug;
};

export function modelCommand(): Command {
  return new Command("model")
    .description(
      "explore all states of four members, one of them a liar, over the production machine; checks S2 to S5 in each",
    )
    .option("--rounds <n>", "rounds that are played", wholeNumber(1, 4), 2)
    .option("--departures <n>", "overtakings, losses, early timers and power cuts in one run", wholeNumber(0, 8), 1)
    .option("--lies <n>", "rounds in which the liar may do as it likes", wholeNumber(0, 4), 1)
    .option("--states-max <n>", "give up after so many states", wholeNumber(1, 16_000_000), 16_000_000)
    .addOption(new Option("--mutate <bug>", "plant a mistake on purpose").choices([...BUGS]))
    .action(async ({ rounds, departures, lies, statesMax, mutate }: ModelFlags) => {
      await ending(() => {
        const model = new SmallModel({ rounds, departures, lies }, mutate ?? null);
        const startedMs = performance.now();
        const say = (line: string): void => void process.stdout.write(`${line}\n`);
        const { states, transitions, depth, ends, isCut, violation } = explore(model, {
          statesMax,
          onProgress: (seen, at) => void process.stderr.write(`${seen} states, depth ${at}\n`),
        });
        const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
        for (const line of violation?.trace ?? []) say(`  ${line}`);
        say(
          `${states} states, ${transitions} transitions, depth ${depth}, ${ends} ends; ${model.steps} different steps of a member; ${seconds} s`,
        );
        if (violation !== null) say(`violation: ${violation.what}`);
        else if (isCut) say(`no violation as far as was looked: the search was cut at ${statesMax} states`);
        else say(`no violation in any state within ${rounds} rounds, ${departures} departures, ${lies} lying rounds`);
        return Promise.resolve(violation === null && !isCut ? 0 : 1);
      });
    });
}
