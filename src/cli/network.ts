/** `tenor network`: the file with a network's public facts, the same at every member. */
import { Command } from "commander";
import type { Hex } from "../base/bytes.ts";
import { asciiBytes } from "../base/bytes.ts";
import { definitionFiles } from "../node/definition-files.ts";
import { keccakHex } from "../base/keccak.ts";
import { ending } from "./fail.ts";
import { memberEntry, writeNetworkFile } from "./network-text.ts";
import { wholeNumber } from "./options.ts";
import { commaList, hexBytes, repeated } from "./public-values.ts";

type CreateOptions = {
  readonly name: string;
  readonly networkId: Hex;
  readonly configCount: number;
  readonly hub: Hex;
  readonly chainId: number;
  readonly slotMs: number;
  readonly feeds: readonly string[];
  readonly member: readonly unknown[];
  readonly out: string;
};

function create(options: CreateOptions): void {
  const { out, member: members, ...rest } = options;
  const { n, f, t, rules } = writeNetworkFile(out, { ...rest, members });
  process.stdout.write(`${JSON.stringify({ file: out, members: n, faultyMax: f, signers: t, feeds: rules.length })}\n`);
}

export function networkCommand(): Command {
  const network = new Command("network").description("make a network's file, and the id it is known by");
  network
    .command("create")
    .description("write the network file; refused as a node would refuse it, never overwritten")
    .requiredOption("--name <name>", "for people; it enters no signature")
    .requiredOption("--network-id <hex>", "32 bytes, as the hub was deployed with", hexBytes(32))
    .option(
      "--config-count <count>",
      "1 for the first configuration, higher after each rotation",
      wholeNumber(1, 2 ** 31),
      1,
    )
    .requiredOption("--hub <address>", "the hub's address", hexBytes(20))
    .requiredOption("--chain-id <id>", "the chain the hub is on", wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .requiredOption("--slot-ms <ms>", "time between two rounds", wholeNumber(250, 60_000))
    .requiredOption(
      "--feeds <files>",
      "definition files in the hub's order, or folders of them, with commas between",
      (text) => definitionFiles(commaList(text)),
    )
    .requiredOption(
      "--member <json>",
      "a member, as tenor keys init --member prints it, or @file; repeat for each",
      repeated(memberEntry),
    )
    .requiredOption("--out <file>", "the file to write")
    .action(async (options: CreateOptions) => await ending(async () => create(options)));
  network
    .command("id")
    .description("the network id of a name: keccak256 of its ASCII bytes")
    .argument("<name>", "such as tenor-testnet/2")
    .action(async (name: string) => {
      await ending(async () => void process.stdout.write(`${keccakHex(asciiBytes(name))}\n`));
    });
  return network;
}
