import { Command } from "commander";
import { runChaos } from "../devnet/chaos.ts";
import { ending } from "./fail.ts";
import { durationMs, wholeNumber } from "./options.ts";
import { stopSignal } from "./stop-signal.ts";

type ChaosFlags = {
  readonly for: number;
  readonly nodes: number;
  readonly seed: number;
  readonly keep?: string;
  readonly verbose?: boolean;
};

export function chaosCommand(): Command {
  return new Command("chaos")
    .description("run a devnet whose venues misbehave in turn and in every way, and judge what the feeds made of it")
    .option(
      "--for <duration>",
      "how long venues misbehave; under ten minutes not all in every way",
      durationMs,
      600_000,
    )
    .option("--nodes <n>", "number of nodes", wholeNumber(4, 16), 4)
    .option("--seed <n>", "seed of the synthetic market", wholeNumber(0, 0xffff_ffff), 7)
    .option("--keep <dir>", "keep databases, keys and logs in this folder")
    .option("--verbose", "nodes log every round")
    .action(async (flags: ChaosFlags) => {
      await ending(
        async () =>
          await runChaos(
            {
              forMs: flags.for,
              nodes: flags.nodes,
              slotMs: 1_000,
              live: false,
              ...(flags.keep === undefined ? {} : { keepDir: flags.keep }),
              apiPort: 0,
              blockTimeSec: 1,
              marketArguments: ["--seed", String(flags.seed)],
              settleEveryMs: 60_000,
              logLevel: flags.verbose === true ? "debug" : "info",
            },
            { write: (text) => void process.stdout.write(text), stopped: stopSignal() },
          ),
      );
    });
}
