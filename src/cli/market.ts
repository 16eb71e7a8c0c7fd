import { Command } from "commander";
import type { MarketOptions } from "../replay/options.ts";
import { startMarket } from "../replay/server.ts";
import { ending } from "./fail.ts";
import { positiveNumber, wholeNumber } from "./options.ts";
import { stopSignal, untilStopped } from "./stop-signal.ts";
import { chooseTape, type TapeFlags } from "./tape.ts";

type MarketFlags = TapeFlags & {
  readonly host: string;
  readonly port: number;
  readonly seed: number;
  readonly recordings?: string;
  readonly recording?: string;
  readonly speed: number;
  readonly strikes: number;
  readonly from?: number;
};

function optionsOf(flags: MarketFlags): MarketOptions {
  const { host, port, seed, recordings, recording, speed, strikes, from } = flags;
  const shared = {
    host,
    port,
    seed,
    ...(recordings === undefined ? {} : { recordings }),
    ...(recording === undefined ? {} : { recording }),
  };
  const tape = chooseTape(flags);
  if (tape === null) return { ...shared, speed, strikeDensity: strikes };
  return { ...shared, tape: { speed, ...tape, ...(from === undefined ? {} : { fromUnix: from }) } };
}

export function marketCommand(): Command {
  return new Command("market")
    .description("serve the exchanges' public APIs from a synthetic market, recordings or real history")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <n>", "port; 0 takes a free one", wholeNumber(0, 65_535), 0)
    .option("--seed <n>", "seed of the synthetic market", wholeNumber(0, 0xffff_ffff), 7)
    .option("--recordings <dir>", "serve recorded bodies from this folder")
    .option("--recording <dir>", "serve what tenor record wrote, as it was answered then")
    .option("--tape <dir>", "play the minute bars of this folder, or one of its option chains")
    .option("--chain <time>", "with --tape: the chain to play, such as 20260113T092145Z")
    .option("--tape-minutes <csv>", "play minute bars")
    .option("--tape-chain <csv>", "play a recorded option chain")
    .option("--speed <x>", "market time per wall time", positiveNumber, 1)
    .option(
      "--strikes <n>",
      "that many strikes for one of the synthetic chains; 2 is about 900 options a venue and coin",
      wholeNumber(1, 4),
      1,
    )
    .option("--from <unix>", "tape time to begin at, unix seconds", wholeNumber(0, 4_102_444_800))
    .action(async (flags: MarketFlags) => {
      await ending(async () => {
        const signal = stopSignal();
        const market = await startMarket(optionsOf(flags));
        process.stdout.write(`market at ${market.url}\n`);
        await untilStopped(signal);
        await market.stop();
      });
    });
}
