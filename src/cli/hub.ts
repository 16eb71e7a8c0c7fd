/** `tenor hub`: deploys the contracts and sets configurations, with an account that an RPC holds. */
import { Command } from "commander";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { configureHub, deployHub } from "../chain/deploy.ts";
import { openUnlocked } from "../chain/unlocked.ts";
import { cfgOf } from "../node/activation.ts";
import { definitionFiles } from "../node/definition-files.ts";
import { loadDefinitions, loadNetwork } from "../node/network-file.ts";
import { vouchedKey } from "./ceremony-results.ts";
import { ending } from "./fail.ts";
import { marketCommand } from "./hub-market.ts";
import { rotateCommand } from "./hub-rotate.ts";
import { wholeNumber } from "./options.ts";
import { commaList, hexBytes, httpUrl, repeated } from "./public-values.ts";

type DeployOptions = {
  readonly rpc: string;
  readonly account: number;
  readonly networkId: Hex;
  readonly feeds: readonly string[];
  readonly readerGraceSec: number;
  readonly history: readonly string[];
  readonly fund?: readonly Hex[];
  readonly fundEther: string;
};

type ConfigureOptions = {
  readonly rpc: string;
  readonly account: number;
  readonly network: string;
  readonly node: readonly string[];
  readonly leadMs: number;
  readonly firstRound: number;
  readonly timeoutMs: number;
};

async function deploy(options: DeployOptions): Promise<void> {
  const { definitions, rules } = loadDefinitions(definitionFiles(options.feeds));
  const owner = await openUnlocked(options.rpc, options.account);
  try {
    const unknown = options.history.filter((kept) => !rules.some(({ name }) => name === kept));
    if (unknown.length > 0)
      throw new OracleError(`--history: no feed of this name: ${unknown.join(", ")}`, {
        code: "unknown-feed",
        unknown,
      });
    const feeds = rules.map(({ name, feedId, definitionDigest, heartbeatMs }, i) => ({
      name,
      feedId,
      definitionDigest,
      decimals: definitions[i]!.decimals,
      heartbeatSec: Math.ceil(heartbeatMs / 1_000),
      history: options.history.includes(name),
    }));
    const { networkId, readerGraceSec } = options;
    const deployed = await deployHub(
      { networkId, owner: owner.address, feeds, readerGraceSec },
      { signer: owner.signer },
    );
    if (options.fund !== undefined) await owner.fund(options.fund, options.fundEther);
    process.stdout.write(`${JSON.stringify({ ...deployed, owner: owner.address, networkId })}\n`);
  } finally {
    owner.close();
  }
}

async function configure(options: ConfigureOptions): Promise<void> {
  const facts = loadNetwork(options.network);
  const { slotMs, configCount, hub } = facts;
  const key = await vouchedKey({ nodes: options.node, timeoutMs: options.timeoutMs, orActive: true }, facts);
  // A second start of the same services: what the chain holds is not for this command to change.
  if (key === null) return void process.stdout.write(`${JSON.stringify({ hub, alreadyConfigured: true })}\n`);
  const firstRoundTimeMs = Math.ceil((Date.now() + options.leadMs) / slotMs) * slotMs;
  const times = { firstRound: options.firstRound, firstRoundTimeMs, slotMs };
  const configuration = { cfg: cfgOf(facts, key, times), groupKeyX: key.groupKeyX, configCount, ...times };
  const owner = await openUnlocked(options.rpc, options.account);
  try {
    const { block } = await configureHub({ hub, configuration }, { signer: owner.signer });
    process.stdout.write(`${JSON.stringify({ hub, block, ...configuration })}\n`);
  } finally {
    owner.close();
  }
}

export function hubCommand(): Command {
  const hub = new Command("hub").description("deploy and configure the contracts");
  const withAccount = (command: Command): Command =>
    command
      .requiredOption("--rpc <url>", "an RPC that holds the owner's account", httpUrl)
      .option("--account <index>", "which of its accounts", wholeNumber(0, 1_000), 0);
  withAccount(hub.command("deploy"))
    .description("deploy the hub, its feeds and a reader each; prints the addresses as JSON")
    .requiredOption("--network-id <hex>", "32 bytes; reports for another network are refused for ever", hexBytes(32))
    .requiredOption(
      "--feeds <files>",
      "definition files in the order they shall have, or folders of them, with commas between",
      commaList,
    )
    .option(
      "--reader-grace-sec <s>",
      "readers refuse answers older than the heartbeat plus this",
      wholeNumber(0, 86_400),
      300,
    )
    .option(
      "--history <names>",
      "feeds whose last 512 values the hub keeps, for some 5 100 gas an update and for ever, with commas between",
      commaList,
      [],
    )
    .option("--fund <address>", "send ether to this account, such as a transmitter; repeatable", repeated(hexBytes(20)))
    .option("--fund-ether <amount>", "how much each gets", "10")
    .action(async (options: DeployOptions) => await ending(async () => await deploy(options)));
  withAccount(hub.command("configure"))
    .description("wait for the key ceremony and set the hub's first configuration; does nothing when there is one")
    .requiredOption("--network <file>", "the network file")
    .requiredOption("--node <url>", "a member's API; repeat for each, at least as many as sign", repeated(httpUrl))
    .option("--lead-ms <ms>", "from now to the first slot", wholeNumber(1_000, 86_400_000), 5_000)
    .option("--first-round <round>", "number of the first round", wholeNumber(1, 2 ** 33), 1)
    .option("--timeout-ms <ms>", "how long the ceremony may take", wholeNumber(1_000, 86_400_000), 120_000)
    .action(async (options: ConfigureOptions) => await ending(async () => await configure(options)));
  marketCommand(withAccount(hub.command("deploy-market")));
  rotateCommand(withAccount(hub.command("rotate")));
  return hub;
}
