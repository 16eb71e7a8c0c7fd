/**
 * `tenor keys ceremony`: follows the key ceremony of a network file at running members. The members run it by themselves; this
 * only looks on, and ends when they agree on a key or no longer can.
 */
import { Command } from "commander";
import { loadNetwork } from "../node/network-file.ts";
import { seenText, watchCeremony } from "./ceremony-watch.ts";
import { ending } from "./fail.ts";
import { durationMs } from "./options.ts";
import { httpUrl, repeated } from "./public-values.ts";
import { stopSignal } from "./stop-signal.ts";

type CeremonyOptions = {
  readonly network: string;
  readonly node: readonly string[];
  readonly timeout: number;
  readonly json?: true;
};

async function ceremony({ network, node: nodes, timeout, json }: CeremonyOptions): Promise<number> {
  const facts = loadNetwork(network);
  const said = new Map<string, string>();
  const found = await watchCeremony(
    { facts, nodes, endMs: performance.now() + timeout },
    {
      stop: stopSignal(),
      // Once for each change: most looks show what the last one did.
      say: (seen) => {
        const line = json === true ? JSON.stringify(seen) : seenText(seen);
        if (said.get(seen.node) !== line) process.stdout.write(`${line}\n`);
        said.set(seen.node, line);
      },
    },
  );
  if (found === null) return 1;
  process.stdout.write(`${JSON.stringify({ ...found.result, vouchedForBy: found.vouchedForBy })}\n`);
  return 0;
}

export function ceremonyCommand(): Command {
  return new Command("ceremony")
    .description(
      "follow the key ceremony of a network file: 0 when the members asked have one key, 1 when they have not",
    )
    .requiredOption("--network <file>", "the network file whose ceremony it is")
    .requiredOption("--node <url>", "a member's API; repeat for more", repeated(httpUrl))
    .option("--timeout <duration>", "how long to look, such as 90s or 10m", durationMs, 600_000)
    .option("--json", "every change as one JSON object")
    .action(async (options: CeremonyOptions) => await ending(async () => await ceremony(options)));
}
