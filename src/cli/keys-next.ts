/**
 * `tenor keys refresh` and `tenor keys rotate`: write the network file of the configuration that follows. The operators compare it
 * as they did the first one; each member that is given it takes part in its ceremony beside its work.
 */
import { Command } from "commander";
import { loadNetwork, networkFeedFiles, type NetworkFacts } from "../node/network-file.ts";
import { ending } from "./fail.ts";
import { memberEntry, writeNetworkFile } from "./network-text.ts";
import { checkLeaving, nextMembers } from "./next-members.ts";
import { wholeNumber } from "./options.ts";
import { predecessorAt } from "./predecessor.ts";
import { httpUrl, repeated } from "./public-values.ts";
import { stopSignal } from "./stop-signal.ts";

type NextOptions = {
  readonly network: string;
  readonly node: readonly string[];
  readonly configCount?: number;
  readonly out: string;
};

type RotateOptions = NextOptions & { readonly add?: readonly unknown[]; readonly remove?: readonly number[] };

/** The old file's facts under a new count. */
async function writeNext(
  options: NextOptions,
  facts: NetworkFacts,
  kind: NetworkFacts["kind"],
  members: readonly unknown[],
): Promise<NetworkFacts> {
  const previous = await predecessorAt(options.node, facts, stopSignal());
  const { name, networkId, slotMs, chainId, hub } = facts;
  const configCount = options.configCount ?? facts.configCount + 1;
  const feeds = networkFeedFiles(options.network);
  const follows = { kind, previous };
  return writeNetworkFile(options.out, { name, networkId, configCount, slotMs, chainId, hub, feeds, members, follows });
}

function printed({ n, f, t, configCount, kind }: NetworkFacts, out: string): object {
  return { file: out, configCount, kind, members: n, faultyMax: f, signers: t };
}

async function refresh(options: NextOptions): Promise<void> {
  const facts = loadNetwork(options.network);
  const next = await writeNext(options, facts, "refresh", facts.members);
  process.stdout.write(`${JSON.stringify(printed(next, options.out))}\n`);
}

async function rotate(options: RotateOptions): Promise<void> {
  const { network, out, add = [], remove = [] } = options;
  const facts = loadNetwork(network);
  checkLeaving(facts, remove);
  const next = await writeNext(options, facts, "ceremony", nextMembers(facts.members, add, remove));
  const before = new Map(facts.members.map(({ peerId, id }) => [peerId, id]));
  const joins = next.members.filter(({ peerId }) => !before.has(peerId)).map(({ id }) => id);
  const moves = next.members.filter(({ peerId, id }) => (before.get(peerId) ?? id) !== id);
  const moved = moves.map(({ peerId, id }) => ({ from: before.get(peerId), to: id }));
  process.stdout.write(`${JSON.stringify({ ...printed(next, out), leaves: remove, joins, moves: moved })}\n`);
}

function nextCommand(name: string): Command {
  return new Command(name)
    .requiredOption("--network <file>", "the network file of the active configuration")
    .requiredOption("--node <url>", "a member's API that says what is active; repeat for more", repeated(httpUrl))
    .option("--config-count <count>", "default one more; higher after a ceremony that failed", wholeNumber(2, 2 ** 31))
    .requiredOption("--out <file>", "the file to write, never over another");
}

export function refreshCommand(): Command {
  return nextCommand("refresh")
    .description("write the network file by which the same members make new shares of the same group key")
    .action(async (options: NextOptions) => await ending(async () => await refresh(options)));
}

export function rotateCommand(): Command {
  return nextCommand("rotate")
    .description("write the network file of the next members, who make a new group key")
    .option(
      "--add <json>",
      "a member who joins, as tenor keys show --member prints it, or @file",
      repeated(memberEntry),
    )
    .option("--remove <id>", "a member who leaves", repeated(wholeNumber(1, 100)))
    .action(async (options: RotateOptions) => await ending(async () => await rotate(options)));
}
