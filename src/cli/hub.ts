/** `tenor hub`: deploys the contracts and sets the first configuration, with an account that an RPC holds. */
import { setTimeout as sleepFor } from "node:timers/promises";
import { Command } from "commander";
import type { CeremonyView } from "../api/view.ts";
import type { StatusReply } from "../api/replies.ts";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { configureHub, deployHub } from "../chain/deploy.ts";
import { openUnlocked } from "../chain/unlocked.ts";
import { cfgOf } from "../node/activation.ts";
import { definitionFiles } from "../node/definition-files.ts";
import { loadDefinitions, loadNetwork, type NetworkFacts } from "../node/network-file.ts";
import { ending } from "./fail.ts";
import { wholeNumber } from "./options.ts";
import { commaList, hexBytes, httpUrl, repeated } from "./public-values.ts";

type DeployOptions = {
  readonly rpc: string;
  readonly account: number;
  readonly networkId: Hex;
  readonly feeds: readonly string[];
  readonly readerGraceSec: number;
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

type CeremonyResult = { readonly groupKeyX: Hex; readonly transcriptHash: Hex };

const POLL_MS = 250;
const REQUEST_TIMEOUT_MS = 2_000;

async function deploy(options: DeployOptions): Promise<void> {
  const { definitions, rules } = loadDefinitions(definitionFiles(options.feeds));
  const owner = await openUnlocked(options.rpc, options.account);
  try {
    const feeds = rules.map(({ name, feedId, definitionDigest, heartbeatMs }, i) => ({
      name,
      feedId,
      definitionDigest,
      decimals: definitions[i]!.decimals,
      heartbeatSec: Math.ceil(heartbeatMs / 1_000),
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

/** JSON of a node's API; null while it does not answer. */
async function ask<T>(url: string): Promise<T | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    return response.ok ? ((await response.json()) as T) : null;
  } catch {
    return null;
  }
}

/** The member that answers at this address, and what came out of the ceremony there; "active" when it signs already. */
async function resultOf(
  node: string,
  facts: NetworkFacts,
  endMs: number,
): Promise<{ id: number; result: CeremonyResult } | "active"> {
  for (;;) {
    const status = await ask<StatusReply>(`${node}/v1/status`);
    if (status !== null && status.identity.networkId !== facts.networkId) {
      throw new OracleError(`${node} is a node of network ${status.identity.networkId}, wanted ${facts.networkId}`, {
        code: "other-network",
        node,
      });
    }
    if (status !== null && status.identity.cfg !== null) return "active";
    const ceremony = await ask<CeremonyView>(`${node}/v1/ceremony`);
    if (ceremony !== null && ceremony.culprits.length > 0) {
      throw new OracleError(`${node}: the key ceremony names culprits: ${ceremony.culprits.join(", ")}`, {
        code: "ceremony-failed",
        culprits: ceremony.culprits,
      });
    }
    const result = ceremony?.result ?? null;
    if (status !== null && result !== null) {
      const { groupKeyX, transcriptHash } = result;
      return {
        id: status.identity.nodeId,
        result: { groupKeyX: groupKeyX as Hex, transcriptHash: transcriptHash as Hex },
      };
    }
    if (performance.now() > endMs) {
      const seen = status === null ? "no answer" : `phase ${ceremony?.phase ?? "unknown"}`;
      throw new OracleError(`${node}: the key ceremony is not complete in time, saw ${seen}`, {
        code: "ceremony-late",
        node,
      });
    }
    await sleepFor(POLL_MS);
  }
}

/**
 * What enough different members say came out of their ceremony; null when one has an active configuration already.
 * @throws OracleError `too-few-members`, `ceremony-split`, `ceremony-late`, `ceremony-failed`, `other-network`
 */
async function agreedKey({ node, timeoutMs }: ConfigureOptions, facts: NetworkFacts): Promise<CeremonyResult | null> {
  const endMs = performance.now() + timeoutMs;
  const answers = await Promise.all(node.map(async (url) => await resultOf(url, facts, endMs)));
  const said = answers.filter((answer) => answer !== "active");
  if (said.length < answers.length) return null;
  const ids = new Set(said.map(({ id }) => id));
  if (ids.size < facts.t) {
    throw new OracleError(
      `the key is vouched for by members ${[...ids].join(", ")}, wanted at least ${facts.t} members`,
      {
        code: "too-few-members",
        seen: ids.size,
        wanted: facts.t,
      },
    );
  }
  const first = said[0]!.result;
  const other = said.find(
    ({ result }) => result.groupKeyX !== first.groupKeyX || result.transcriptHash !== first.transcriptHash,
  );
  if (other === undefined) return first;
  throw new OracleError(`members ${said[0]!.id} and ${other.id} have different results of the key ceremony`, {
    code: "ceremony-split",
  });
}

async function configure(options: ConfigureOptions): Promise<void> {
  const facts = loadNetwork(options.network);
  const { slotMs, configCount, hub } = facts;
  const key = await agreedKey(options, facts);
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
  return hub;
}
