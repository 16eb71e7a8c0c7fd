/** Puts a hub, its feeds and their readers on a chain, and sets its configuration. For operators and the devnet. */
import { setTimeout } from "node:timers/promises";
import type { Signer } from "ethers";
import { Contract, ContractFactory } from "ethers";
import type { Hex } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import type { ContractName } from "./artifacts.ts";
import { loadArtifact } from "./artifacts.ts";
import { type HubConfiguration, type HubConfigurations, toConfiguration } from "./hub-client.ts";
import { explainRevert } from "./revert.ts";

export type FeedToAdd = {
  /** The stable name, such as `BTC-USD.spot-index`; the reader checks it against the id. */
  readonly name: string;
  readonly feedId: Hex;
  readonly definitionDigest: Hex;
  readonly decimals: number;
  readonly heartbeatSec: number;
  /** Whether the hub keeps its last 512 values, for about 5 100 gas an update. For ever. */
  readonly history?: boolean;
};

export type DeployOptions = {
  readonly networkId: Hex;
  readonly owner: Hex;
  /** In the order of their indices, which is for ever. */
  readonly feeds: readonly FeedToAdd[];
  /**
   * Readers refuse answers older than the feed's heartbeat plus this.
   * Lower: a reader may refuse while a heartbeat update is on its way. Higher: it serves older answers.
   */
  readonly readerGraceSec: number;
};

export type Deployed = {
  readonly hub: Hex;
  /** Block of the hub's deployment. */
  readonly block: number;
  /** One per feed, in the same order. */
  readonly readers: readonly { readonly name: string; readonly address: Hex; readonly maxAgeSec: number }[];
};

/** Some 100 000 gas each: a third of a block of 30 million. */
const FEEDS_A_TRANSACTION = 100;
/** Some 1.2 million gas each. */
const READERS_A_BLOCK = 20;
const MINED_POLL_MS = 200;
const MINED_TIMEOUT_MS = 180_000;

/**
 * Deploys the hub, adds the feeds and deploys one reader per feed. When the signer is not the owner, the owner has to
 * add the feeds, so this refuses at once.
 * @throws OracleError `deploy-not-owner`, `deploy-failed` with the step and the reason
 */
export async function deployHub(options: DeployOptions, doors: { readonly signer: Signer }): Promise<Deployed> {
  const { signer } = doors;
  const signerAddress = await signer.getAddress();
  if (signerAddress.toLowerCase() !== options.owner.toLowerCase()) {
    throw new OracleError(`the owner ${options.owner} must deploy, the signer is ${signerAddress}`, {
      code: "deploy-not-owner",
      owner: options.owner,
      signer: signerAddress,
    });
  }
  const hub = await deployOne("OracleHub", [options.networkId, options.owner], signer);
  const feeds = options.feeds.map(({ feedId, definitionDigest, decimals, heartbeatSec, history = false }) => [
    feedId,
    definitionDigest,
    decimals,
    heartbeatSec,
    history,
  ]);
  for (let from = 0; from < feeds.length; from += FEEDS_A_TRANSACTION) {
    await sendOwn(hub.address, "addFeeds", [feeds.slice(from, from + FEEDS_A_TRANSACTION)], signer);
  }
  // Each reader asks the hub for its feed, so they wait for `addFeeds`; among themselves as many as fit share a block.
  const readers: Deployed["readers"][number][] = [];
  for (let from = 0; from < options.feeds.length; from += READERS_A_BLOCK) {
    readers.push(...(await deployReaders(hub.address, options, from, signer)));
  }
  return { hub: hub.address, block: hub.block, readers };
}

async function deployReaders(
  hub: Hex,
  { feeds, readerGraceSec }: DeployOptions,
  from: number,
  signer: Signer,
): Promise<Deployed["readers"]> {
  const firstNonce = await signer.getNonce("pending");
  return await Promise.all(
    feeds.slice(from, from + READERS_A_BLOCK).map(async (feed, i) => {
      const maxAgeSec = feed.heartbeatSec + readerGraceSec;
      const args = [hub, from + i, feed.name, requirements(maxAgeSec), { nonce: firstNonce + i }];
      const reader = await deployOne("FeedReader", args, signer);
      return { name: feed.name, address: reader.address, maxAgeSec };
    }),
  );
}

/** Sets the hub's first configuration. @throws OracleError `deploy-failed` with the contract's reason */
export async function configureHub(
  options: { readonly hub: Hex; readonly configuration: HubConfiguration },
  doors: { readonly signer: Signer },
): Promise<{ readonly block: number }> {
  return await sendOwn(options.hub, "configure", [toTuple(options.configuration)], doors.signer);
}

/** Sets the configuration that signs from its first round on. @throws OracleError `deploy-failed` */
export async function rotateHub(
  options: { readonly hub: Hex; readonly configuration: HubConfiguration },
  doors: { readonly signer: Signer },
): Promise<{ readonly block: number }> {
  return await sendOwn(options.hub, "rotate", [toTuple(options.configuration)], doors.signer);
}

/** The hub at its head as the signer's own RPC tells it: enough to plan by, as the contract checks what is sent. */
export async function hubWord(
  hub: Hex,
  doors: { readonly signer: Signer },
): Promise<HubConfigurations & { readonly latestRound: number }> {
  const contract = new Contract(hub, loadArtifact("OracleHub").abi, doors.signer);
  try {
    const rows = (await contract.getFunction("configuration").staticCall()) as readonly unknown[];
    const [newest, previous] = rows;
    const latestRound = Number(await contract.getFunction("latestRound").staticCall());
    return { newest: toConfiguration(newest), previous: toConfiguration(previous), latestRound };
  } catch (error) {
    throw failure(`reading ${hub}`, error);
  }
}

const ZERO_ADDRESS = `0x${"0".repeat(40)}`;

/** What every consumer can live with: of an age, and a revert otherwise. Who wants more deploys a reader of its own. */
function requirements(maxAgeSec: number): readonly unknown[] {
  const [maxConfidencePpb, positiveOnly, onBadAnswer, graceSec] = [0, false, 0, 0];
  return [maxAgeSec, maxConfidencePpb, positiveOnly, onBadAnswer, graceSec, ZERO_ADDRESS, ZERO_ADDRESS];
}

function toTuple(configuration: HubConfiguration): readonly unknown[] {
  const { cfg, groupKeyX, configCount, firstRound, firstRoundTimeMs, slotMs } = configuration;
  return [cfg, groupKeyX, configCount, firstRound, firstRoundTimeMs, slotMs];
}

/** Deploys one contract and waits until it is mined. @throws OracleError `deploy-failed` with the contract's reason */
export async function deployOne(
  name: ContractName,
  args: readonly unknown[],
  signer: Signer,
): Promise<{ readonly address: Hex; readonly block: number }> {
  const { abi, bytecode } = loadArtifact(name);
  try {
    const contract = await new ContractFactory(abi, bytecode, signer).deploy(...args);
    const block = await minedIn(signer, contract.deploymentTransaction()!.hash);
    return { address: (await contract.getAddress()) as Hex, block };
  } catch (error) {
    throw failure(`deploying ${name}`, error);
  }
}

async function sendOwn(
  hub: Hex,
  method: "addFeeds" | "configure" | "rotate",
  args: readonly unknown[],
  signer: Signer,
): Promise<{ readonly block: number }> {
  try {
    const sent = await new Contract(hub, loadArtifact("OracleHub").abi, signer).getFunction(method).send(...args);
    return { block: await minedIn(signer, sent.hash) };
  } catch (error) {
    throw failure(`${method} on ${hub}`, error);
  }
}

/** ethers would look every four seconds; a local chain has a block each second or at once. */
async function minedIn(signer: Signer, hash: string): Promise<number> {
  for (let waitedMs = 0; waitedMs < MINED_TIMEOUT_MS; waitedMs += MINED_POLL_MS) {
    const receipt = await signer.provider!.getTransactionReceipt(hash);
    if (receipt !== null && receipt.status === 0) {
      throw new OracleError(`transaction ${hash} reverted in block ${receipt.blockNumber}`, {
        code: "deploy-failed",
        hash,
        block: receipt.blockNumber,
      });
    }
    if (receipt !== null) return receipt.blockNumber;
    await setTimeout(MINED_POLL_MS);
  }
  throw new OracleError(`transaction ${hash} is not mined after ${MINED_TIMEOUT_MS / 1_000} s`, {
    code: "deploy-not-mined",
    hash,
    timeoutMs: MINED_TIMEOUT_MS,
  });
}

function failure(step: string, error: unknown): unknown {
  if (error instanceof OracleError) return error;
  const reason = explainRevert(error);
  return new OracleError(
    `${step} failed: ${reason.text}`,
    { code: "deploy-failed", step, reason: reason.name, details: reason.fields },
    error,
  );
}
