/** A chain, a market and n nodes as processes on this machine: made in order, told step by step, ended without a trace. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "../base/bytes.ts";
import { asciiBytes } from "../base/bytes.ts";
import { OracleError } from "../base/errors.ts";
import { configureHub, type Deployed, deployHub } from "../chain/deploy.ts";
import { openUnlocked, type UnlockedAccount } from "../chain/unlocked.ts";
import { cfgOf } from "../node/activation.ts";
import { loadDefinitions, loadNetwork, type NetworkFacts } from "../node/network-file.ts";
import { keccakHex } from "../base/keccak.ts";
import type { StatusReply } from "../api/replies.ts";
import type { Child } from "./child.ts";
import { makeKeys, memberPaths, type MemberPaths, writeNetworkFiles } from "./members.ts";
import { ceremonyResult, type KeyResult } from "./key-result.ts";
import { type NodeSetup, spawnNode } from "./node-process.ts";
import { devnetFeeds } from "./feed-files.ts";
import { type Ground, LoopbackGround, type Place } from "./ground.ts";
import { requireBuilt } from "./paths.ts";
import { startChain, startMarketProcess } from "./servers.ts";
import { fetchJson, waitFor } from "./wait.ts";

export type DevnetOptions = {
  readonly nodes: number;
  readonly slotMs: number;
  /** Everything is kept here; without it a temporary folder that goes with the devnet. */
  readonly keepDir?: string;
  /** The real exchanges instead of the market process. */
  readonly live: boolean;
  /** Arguments of `tenor market`, such as --tape. */
  readonly marketArguments: readonly string[];
  /** 0: a free one. Node i's API is at apiPort + i − 1 when given. */
  readonly apiPort: number;
  readonly logLevel: "debug" | "info";
  readonly blockTimeSec: number;
  /** Sources that nodes hear besides those of the feeds, by node. */
  readonly watch?: Readonly<Record<number, readonly string[]>>;
  /** Definition files; the shipped ones when left out. */
  readonly feeds?: readonly string[];
  /** The shipped settlements fix a price so often; 0 leaves them at 08:00 UTC. */
  readonly settleEveryMs: number;
  /** Where the processes stand; this machine's loopback when left out. The devnet opens and closes it. */
  readonly ground?: Ground;
  /** Settings of a node besides the devnet's, such as flags for its runtime. */
  readonly nodeSetup?: (id: number) => NodeSetup;
};

export type DevnetDoors = { readonly progress: (line: string) => void };

export type DevnetNode = {
  readonly id: number;
  readonly apiUrl: string;
  readonly place: Place;
  readonly paths: MemberPaths;
  child: Child;
};

export const CHAIN_ID = 31_337;
const START_TIMEOUT_MS = 60_000;
/** Nodes start at once, and share the cores of one machine. */
const NODE_START_MS = 10_000;
/** From the transaction that configures the hub to the first slot: it has to be final, and nodes look once a second. */
const LEAD_MS = 6_000;
const STOP_GRACE_MS = 6_000;
const READER_GRACE_SEC = 300;

export class Devnet {
  readonly dir: string;
  readonly nodes: DevnetNode[] = [];
  readonly #options: DevnetOptions;
  readonly #progress: (line: string) => void;
  readonly #ground: Ground;
  readonly #startedMs = performance.now();
  #chain: Child | null = null;
  #market: Child | null = null;
  #owner: UnlockedAccount | null = null;
  #rpcUrl = "";
  #marketUrl: string | null = null;
  #hub: Hex | null = null;
  #readers: Deployed["readers"] = [];
  #facts: NetworkFacts | null = null;
  #firstRoundTimeMs = 0;
  #step = 0;

  private constructor(options: DevnetOptions, doors: DevnetDoors) {
    this.#options = options;
    this.#progress = doors.progress;
    this.#ground = options.ground ?? new LoopbackGround(options.apiPort);
    if (options.keepDir !== undefined) mkdirSync(options.keepDir, { recursive: true });
    this.dir = options.keepDir ?? mkdtempSync(join(tmpdir(), "tenor-devnet-"));
  }

  static async start(options: DevnetOptions, doors: DevnetDoors): Promise<Devnet> {
    requireBuilt();
    const devnet = new Devnet(options, doors);
    try {
      await devnet.#run();
      return devnet;
    } catch (error) {
      await devnet.stop();
      throw error;
    }
  }

  get rpcUrl(): string {
    return this.#rpcUrl;
  }

  /** null with the real exchanges. */
  get marketUrl(): string | null {
    return this.#marketUrl;
  }

  get facts(): NetworkFacts {
    return this.#known(this.#facts);
  }

  get hub(): Hex {
    return this.#known(this.#hub);
  }

  /** One per feed, in index order. */
  get readers(): Deployed["readers"] {
    return this.#readers;
  }

  get firstRoundTimeMs(): number {
    return this.#firstRoundTimeMs;
  }

  get marketPid(): number | null {
    return this.#market?.pid ?? null;
  }

  get chainPid(): number | null {
    return this.#chain?.pid ?? null;
  }

  /** A process that ended although nobody asked it to. */
  fallen(): Child | null {
    const all = [this.#chain, this.#market, ...this.nodes.map(({ child }) => child)];
    return all.find((child) => child !== null && child.exit !== null) ?? null;
  }

  /** Starts a node's process again on the same files and ports. */
  restart(id: number): void {
    const node = this.#known(this.nodes.find((one) => one.id === id) ?? null);
    if (node.child.exit === null) throw new OracleError(`node ${id} still runs`, { code: "still-running", id });
    node.child = this.#spawnNode(node);
  }

  /** Nodes first, so that they can drain; then the market and the chain. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(async ({ child }) => await child.stop(STOP_GRACE_MS)));
    this.#owner?.close();
    await Promise.all([this.#market?.stop(STOP_GRACE_MS), this.#chain?.stop(STOP_GRACE_MS)]);
    await this.#ground.close();
    if (this.#options.keepDir === undefined) rmSync(this.dir, { recursive: true, force: true });
  }

  #known<T>(value: T | null): T {
    if (value === null) throw new OracleError("the devnet is not that far yet", { code: "not-started" });
    return value;
  }

  #say(what: string, detail: string): void {
    this.#step += 1;
    const seconds = ((performance.now() - this.#startedMs) / 1_000).toFixed(1);
    this.#progress(`[${this.#step}/8] ${what.padEnd(13)} ${detail}  (${seconds} s)`);
  }

  async #run(): Promise<void> {
    const { nodes: count, slotMs } = this.#options;
    await this.#startChain();
    await this.#startMarket();
    const paths = Array.from({ length: count }, (_, i) => memberPaths(this.dir, i + 1));
    const members = await Promise.all(paths.map(async (one) => await makeKeys(one)));
    this.#say("keys", `${count} keystores, made by ${count} processes`);

    const feeds = this.#options.feeds ?? devnetFeeds(join(this.dir, "feeds"), this.#options.settleEveryMs);
    const networkId = keccakHex(asciiBytes(`tenor-devnet/${this.dir}`));
    await this.#deploy(
      networkId,
      feeds,
      members.map(({ transmitter }) => transmitter),
    );
    // As late as can be: a port that was free a minute ago may be somebody else's by now.
    const places = await this.#ground.open(count);
    const shared = join(this.dir, "network.yaml");
    const layout = { shared, ground: this.#ground, places };
    writeNetworkFiles({ networkId, slotMs, chainId: CHAIN_ID, hub: this.hub, feeds }, paths, members, layout);
    this.#facts = loadNetwork(shared);
    await this.#startNodes(paths, places);
    await this.#configure(await this.#ceremony());
    await this.#awaitReady();
    this.#say("page", this.nodes.map(({ apiUrl }) => apiUrl).join(" "));
  }

  async #startChain(): Promise<void> {
    const { blockTimeSec } = this.#options;
    const { child, url } = await startChain(
      { dir: this.dir, chainId: CHAIN_ID, blockTimeSec, host: this.#ground.serverHost },
      (made) => (this.#chain = made),
    );
    this.#rpcUrl = url;
    this.#say("chain", `anvil at ${url}, a block every ${blockTimeSec} s, pid ${child.pid}`);
  }

  async #startMarket(): Promise<void> {
    if (this.#options.live) {
      this.#say("market", "the real exchanges");
      return;
    }
    const { marketArguments } = this.#options;
    const { child, url } = await startMarketProcess(
      { dir: this.dir, marketArguments, host: this.#ground.serverHost },
      (made) => (this.#market = made),
    );
    this.#marketUrl = url;
    this.#say("market", `${url}, pid ${child.pid}`);
  }

  async #deploy(networkId: Hex, feeds: readonly string[], transmitters: readonly Hex[]): Promise<void> {
    const owner = await openUnlocked(this.#rpcUrl);
    this.#owner = owner;
    const { definitions, rules } = loadDefinitions(feeds);
    const deployed = await deployHub(
      {
        networkId,
        owner: owner.address,
        feeds: rules.map(({ name, feedId, definitionDigest, heartbeatMs }, i) => ({
          name,
          feedId,
          definitionDigest,
          decimals: definitions[i]!.decimals,
          heartbeatSec: Math.ceil(heartbeatMs / 1_000),
        })),
        readerGraceSec: READER_GRACE_SEC,
      },
      { signer: owner.signer },
    );
    await owner.fund(transmitters, "10");
    this.#hub = deployed.hub;
    this.#readers = deployed.readers;
    this.#say("contracts", `hub ${deployed.hub}, ${deployed.readers.length} readers`);
  }

  #spawnNode({ id, paths, place }: Omit<DevnetNode, "child">): Child {
    return spawnNode({
      id,
      paths,
      place,
      at: (command, args) => this.#ground.at(id, command, args),
      rpcUrl: this.#rpcUrl,
      marketUrl: this.#marketUrl,
      blockTimeMs: 1_000 * this.#options.blockTimeSec,
      watch: this.#options.watch?.[id] ?? [],
      logLevel: this.#options.logLevel,
      setup: this.#options.nodeSetup?.(id) ?? {},
    });
  }

  async #startNodes(paths: readonly MemberPaths[], places: readonly Place[]): Promise<void> {
    paths.forEach((one, i) => {
      const { api } = places[i]!;
      const node = { id: i + 1, apiUrl: `http://${api.host}:${api.port}`, place: places[i]!, paths: one };
      this.nodes.push({ ...node, child: this.#spawnNode(node) });
    });
    const timeoutMs = START_TIMEOUT_MS + NODE_START_MS * this.nodes.length;
    for (const { child, apiUrl } of this.nodes) {
      const waiting = { timeoutMs, pollMs: 100, what: "answer from its API", child };
      await waitFor(async () => await fetchJson<StatusReply>(`${apiUrl}/v1/status`), waiting);
    }
    this.#say("nodes", `pids ${this.nodes.map(({ child }) => child.pid).join(", ")}`);
  }

  async #ceremony(): Promise<KeyResult> {
    const result = await ceremonyResult(this.nodes);
    this.#say("ceremony", `group key ${result.groupKeyX.slice(0, 18)}…, ${this.facts.t} of ${this.facts.n} sign`);
    return result;
  }

  async #configure(key: KeyResult): Promise<void> {
    const { slotMs } = this.#options;
    this.#firstRoundTimeMs = Math.ceil((Date.now() + LEAD_MS) / slotMs) * slotMs;
    const times = { firstRound: 1, firstRoundTimeMs: this.#firstRoundTimeMs, slotMs };
    const cfg = cfgOf(this.facts, key, times);
    const configuration = { cfg, groupKeyX: key.groupKeyX, configCount: this.facts.configCount, ...times };
    const { block } = await configureHub({ hub: this.hub, configuration }, { signer: this.#known(this.#owner).signer });
    this.#say("configured", `in block ${block}, first slot at ${new Date(this.#firstRoundTimeMs).toISOString()}`);
  }

  async #awaitReady(): Promise<void> {
    for (const { child, apiUrl } of this.nodes) {
      const waiting = { timeoutMs: START_TIMEOUT_MS, pollMs: 100, what: "active configuration", child };
      await waitFor(async () => (await fetchJson<StatusReply>(`${apiUrl}/v1/status`))?.identity.cfg ?? null, waiting);
    }
  }
}
