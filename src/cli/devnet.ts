import { Command } from "commander";
import { runDevnet } from "../devnet/run.ts";
import { ending } from "./fail.ts";
import { durationMs, positiveNumber, wholeNumber } from "./options.ts";
import { stopSignal } from "./stop-signal.ts";

type DevnetFlags = {
  readonly nodes: number;
  readonly slot: number;
  readonly for?: number;
  readonly live?: boolean;
  readonly keep?: string;
  readonly apiPort: number;
  readonly blockTime: number;
  readonly seed: number;
  readonly recordings?: string;
  readonly tape?: string;
  readonly chain?: string;
  readonly tapeMinutes?: string;
  readonly tapeChain?: string;
  readonly speed?: number;
  readonly from?: number;
  readonly settleEvery: number;
  readonly verbose?: boolean;
};

function marketArguments({
  seed,
  recordings,
  tape,
  chain,
  tapeMinutes,
  tapeChain,
  speed,
  from,
}: DevnetFlags): readonly string[] {
  const flags: readonly (readonly [string, string | number | undefined])[] = [
    ["--seed", seed],
    ["--recordings", recordings],
    ["--tape", tape],
    ["--chain", chain],
    ["--tape-minutes", tapeMinutes],
    ["--tape-chain", tapeChain],
    ["--speed", speed],
    ["--from", from],
  ];
  return flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)]));
}

export function devnetCommand(): Command {
  return new Command("devnet")
    .description("run a chain, a market and n nodes on this machine, and watch answers land")
    .option("--nodes <n>", "number of nodes", wholeNumber(4, 16), 4)
    .option("--slot <ms>", "slot length", wholeNumber(250, 60_000), 1_000)
    .option("--for <duration>", "stop so long after the first slot, print a summary and judge it: 90s, 5m", durationMs)
    .option("--live", "the real exchanges instead of the synthetic market")
    .option("--keep <dir>", "keep databases, keys and logs in this folder")
    .option("--api-port <n>", "first node's port, the others follow; 0 takes free ones", wholeNumber(0, 65_000), 0)
    .option("--block-time <s>", "seconds between blocks", wholeNumber(1, 60), 1)
    .option("--seed <n>", "seed of the synthetic market", wholeNumber(0, 0xffff_ffff), 7)
    .option("--recordings <dir>", "the market serves recorded bodies")
    .option("--tape <dir>", "the market plays the minute bars of this folder, or one of its option chains")
    .option("--chain <time>", "with --tape: the chain to play, such as 20260113T092145Z")
    .option("--tape-minutes <csv>", "the market plays minute bars")
    .option("--tape-chain <csv>", "the market plays a recorded option chain")
    .option("--speed <x>", "market time per wall time", positiveNumber)
    .option("--from <unix>", "tape time to begin at, unix seconds", wholeNumber(0, 4_102_444_800))
    .option("--settle-every <duration>", "settlements fix a price so often: 60s, 10m", durationMs, 60_000)
    .option("--verbose", "nodes log every round")
    .action(async (flags: DevnetFlags) => {
      await ending(
        async () =>
          await runDevnet(
            {
              nodes: flags.nodes,
              slotMs: flags.slot,
              forMs: flags.for ?? null,
              live: flags.live ?? false,
              ...(flags.keep === undefined ? {} : { keepDir: flags.keep }),
              apiPort: flags.apiPort,
              blockTimeSec: flags.blockTime,
              marketArguments: marketArguments(flags),
              settleEveryMs: flags.settleEvery,
              logLevel: flags.verbose === true ? "debug" : "info",
              isTerminal: process.stdout.isTTY,
            },
            { write: (text) => void process.stdout.write(text), stopped: stopSignal() },
          ),
      );
    });
}
