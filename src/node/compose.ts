/** The one page that knows every room: opens the windows in order, and closes them in reverse. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OracleError, reasonOf } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";
import { startApi } from "../api/server.ts";
import { HubClient } from "../chain/hub-client.ts";
import { QuorumRpc } from "../chain/rpc.ts";
import { subscriptionsOf } from "../feeds/subscriptions.ts";
import { type Keystore, openKeystore } from "../keystore/keystore.ts";
import { Network } from "../network/network.ts";
import { perVenue, type Venue } from "../market/venue.ts";
import type { VenueAccess } from "../sources/hosts.ts";
import { Collector } from "../sources/collector.ts";
import { sourceName } from "../sources/subscription.ts";
import { openStoreAnyway } from "../store/open-anyway.ts";
import { Metrics } from "../telemetry/metrics.ts";
import { watchProcess } from "../telemetry/process.ts";
import { ActiveConfiguration } from "./active.ts";
import { awaitConfiguration, sharesFor, startCeremony } from "./activation.ts";
import { type CeremonyDriver, DIRECT_CEREMONY, DIRECT_ENVELOPE } from "./ceremony-driver.ts";
import { ChainWatch } from "./chain-watch.ts";
import { systemClock, systemRng } from "./clock.ts";
import type { NodeConfig } from "./config.ts";
import { Health } from "./health.ts";
import { Housekeeping } from "./housekeeping.ts";
import { MarketEye } from "./market-eye.ts";
import type { NetworkFacts } from "./network-file.ts";
import { watchNode } from "./node-metrics.ts";
import { PublishedLog } from "./published-log.ts";
import { SettlementSampler } from "./settlement-sampler.ts";
import { peerRows, transactionRows } from "./view-rows.ts";
import { sourceRows, venueRows } from "./view-sources.ts";
import { LiveView } from "./view.ts";
import { watchedBy } from "./watched.ts";

export type NodeOptions = {
  readonly config: NodeConfig;
  readonly facts: NetworkFacts;
  readonly version: string;
  /** The built page; null serves none. */
  readonly dashboardDir: string | null;
};

export type RunningNode = {
  readonly apiUrl: string;
  /** Drains what is on its way, then closes every window. */
  stop(): Promise<void>;
};

const CHAIN_POLL_MS = 1_000;

async function unlock(config: NodeConfig): Promise<Keystore> {
  const { dir, passphraseFile } = config.keystore;
  let passphrase: string;
  try {
    passphrase = readFileSync(passphraseFile, "utf8").trim();
  } catch (error) {
    throw new OracleError(`passphrase file cannot be read: ${reasonOf(error)}`, { code: "keystore-passphrase" });
  }
  return await openKeystore({ dir, passphrase });
}

/** The member this keystore is; its keys must be the ones the network file lists. */
function selfIn(facts: NetworkFacts, keystore: Keystore): number {
  const peerId = keystore.peerId();
  const self = facts.members.find((member) => member.peerId === peerId);
  if (self === undefined) {
    throw new OracleError(`this keystore's peer id ${peerId} is no member of ${facts.name}`, {
      code: "not-a-member",
      peerId,
    });
  }
  const mine = keystore.publicIdentity();
  for (const key of ["observer", "transmitter"] as const) {
    if (mine[key].toLowerCase() === self[key].toLowerCase()) continue;
    throw new OracleError(
      `member ${self.id}'s ${key} is ${self[key]} in the network file, the keystore holds ${mine[key]}`,
      {
        code: "key-mismatch",
        key,
      },
    );
  }
  return self.id;
}

/** What the file does not say is left out, not undefined. */
function accessOf({ venues }: NodeConfig): Record<Venue, VenueAccess> {
  return perVenue((venue) => {
    const given = Object.entries(venues[venue]).filter(([, value]) => value !== undefined);
    return Object.fromEntries(given) as VenueAccess;
  });
}

export async function startNode(options: NodeOptions, doors: { readonly log: Logger }): Promise<RunningNode> {
  const closers: (() => void | Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        doors.log.error("closing failed", { reason: reasonOf(error) });
      }
    }
  };
  try {
    const apiUrl = await open(options, doors.log, closers);
    return { apiUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function open(options: NodeOptions, log: Logger, closers: (() => void | Promise<void>)[]): Promise<string> {
  const { config, facts, version, dashboardDir } = options;
  const clock = systemClock;
  const startedAtMs = clock.nowMs();
  const keystore = await unlock(config);
  const selfId = selfIn(facts, keystore);
  const { store, trouble, setAside } = openStoreAnyway({ path: join(config.dataDir, "tenor.sqlite") });
  closers.push(() => store.close());
  if (setAside !== null) log.error("the database was damaged and is set aside", { setAside });
  if (trouble !== null) log.error("the database cannot be written: this node only follows", { reason: trouble });
  const metrics = new Metrics();
  const processMetrics = watchProcess({ version }, { metrics });
  closers.push(() => processMetrics.stop());

  let active: ActiveConfiguration | null = null;
  let ceremony: CeremonyDriver | null = null;
  const rpc = new QuorumRpc({ ...config.chain, chainId: facts.chainId }, { log: log.child({ room: "chain" }) });
  const hub = new HubClient({ address: facts.hub }, { rpc });
  const collector = new Collector(
    { venues: accessOf(config), subscriptions: watchedBy(facts.feeds, config.watch), pollMs: config.pollMs },
    { clock, log: log.child({ room: "sources" }), rng: systemRng, restMs: () => active?.restMs() ?? 0 },
  );
  const eye: MarketEye = new MarketEye(
    { feeds: facts.feeds, rules: facts.rules },
    { collector, windows: () => sampler, clock, log, metrics },
  );
  const sampler = new SettlementSampler(
    { feeds: facts.feeds, rules: facts.rules },
    { spot: (feed) => eye.spotOf(feed), memory: store.keyValue, clock, log, metrics },
  );
  const watch: ChainWatch = new ChainWatch(
    { feeds: facts.rules.length, pollMs: CHAIN_POLL_MS },
    { hub, clock, log: log.child({ room: "chain" }), onAnswers: () => view.changed("feeds") },
  );
  const published = new PublishedLog();

  const network: Network = await Network.start(
    {
      selfId,
      listen: config.listen,
      members: facts.members,
      topicPrefix: `tenor/${facts.networkId.slice(2, 18)}/${facts.configCount}`,
    },
    {
      identity: keystore.handOverIdentity(),
      clock,
      log: log.child({ room: "network" }),
      judge: (channel, bytes, fromId) => {
        if (channel === "direct" && bytes[0] === DIRECT_CEREMONY) {
          return ceremony === null || ceremony.receive(bytes.subarray(1)) ? "accept" : "reject";
        }
        if (channel === "direct" && bytes[0] !== DIRECT_ENVELOPE) return "reject";
        const envelope = channel === "direct" ? bytes.subarray(1) : bytes;
        // A member that is active before this one does nothing wrong by speaking.
        return active === null ? "ignore" : active.oracle.receive(channel, envelope, fromId);
      },
      // Judging has queued what it accepted.
      deliver: () => undefined,
      answer: (bytes) => active?.oracle.answer(bytes) ?? null,
    },
  );
  closers.push(() => network.stop());

  const health = new Health({
    clock,
    facts: () => ({
      waitingFor:
        active !== null
          ? null
          : ceremony === null
            ? "waiting for the hub's configuration"
            : "the key ceremony is not finished",
      connectedPeers: network.peers().filter(({ connected }) => connected).length,
      neededPeers: facts.t - 1,
      latestReportMs: active?.latestReportMs() ?? null,
      slotMs: facts.slotMs,
      holds: active?.safety.reasons() ?? [],
      missingFeeds: eye.missing(),
      chainReadMs: watch.lastReadMs(),
      startedAtMs,
    }),
  });
  const names = facts.rules.map(({ name }) => name);
  const needed = new Set(subscriptionsOf(facts.feeds).map(sourceName));
  const transmitterAddress = keystore.publicIdentity().transmitter;
  const view: LiveView = new LiveView(
    {
      facts,
      identity: {
        nodeId: selfId,
        peerId: keystore.peerId(),
        networkId: facts.networkId,
        hub: facts.hub,
        chainId: facts.chainId,
        slotMs: facts.slotMs,
        n: facts.n,
        f: facts.f,
        t: facts.t,
        transmitter: transmitterAddress,
        version,
        startedAtMs,
      },
    },
    {
      health,
      chain: watch,
      active: () => active,
      ceremony: () => ceremony?.status() ?? null,
      keyResult: () => active?.keyResult ?? ceremony?.result() ?? null,
      own: (name) => eye.own(name),
      smiles: (name) => eye.smiles(name),
      window: (name) => sampler.window(name, clock.nowMs()),
      history: (index, sinceMs, limit) => store.history(index, sinceMs, limit),
      publishedSince: (index, sinceMs) => published.since(index, sinceMs),
      peers: () => peerRows({ selfId, peerId: keystore.peerId() }, network.peers(), active?.oracle.state),
      transactions: () => transactionRows(names, active?.transmitter.recent(50) ?? []),
      sources: () => sourceRows(collector.statistics(), collector.venueStatistics()),
      venues: () => {
        const venues = collector.venueStatistics();
        return venueRows(sourceRows(collector.statistics(), venues), venues, needed, clock.nowMs());
      },
    },
  );
  const stopReading = watchNode({ metrics, network, collector, transmitter: () => active?.transmitter ?? null });
  closers.push(stopReading);
  const api = await startApi({ ...config.api, dashboardDir }, { view, metrics, log: log.child({ room: "api" }) });
  closers.push(() => api.stop());

  const housekeeping = new Housekeeping(
    { rules: facts.rules, retentionDays: config.retentionDays },
    {
      clock,
      log,
      metrics,
      beat: () => health.beat(),
      onChainTimeMs: (index) => {
        const answer = watch.answer(index);
        return answer === undefined || answer.count === 0 ? null : answer.timeSec * 1_000;
      },
      prune: (bounds) => store.prune(bounds),
      summary: () => ({ ...network.traffic(), ...active?.transmitter.counters() }),
    },
  );
  housekeeping.start();
  closers.push(() => housekeeping.stop());
  collector.start();
  closers.push(() => collector.stop());
  sampler.start();
  closers.push(() => sampler.stop());

  const activate = async (): Promise<void> => {
    await rpc.checkChain();
    if (sharesFor(facts, keystore).length === 0)
      log.info("no share of this network's key yet: the key ceremony begins");
    // Also with a share in hand: a member that was away may still need this node's certificate.
    ceremony = startCeremony(facts, keystore, {
      send: (toId, bytes) => network.send(toId, bytes),
      log,
      onChange: () => view.changed("peers"),
    });
    closers.push(() => ceremony?.stop());
    const found = await awaitConfiguration(facts, keystore, watch);
    if (found === null) return;
    active = new ActiveConfiguration(
      { facts, config, selfId, transmitterAddress, trouble, ...found },
      { keystore, store, network, rpc, eye, published, metrics, clock, log, view },
    );
    active.start();
    closers.push(() => active?.stop());
    watch.start();
    ceremony.stop();
    ceremony = null;
  };
  closers.push(() => watch.stop());
  activate().catch((error: unknown) => log.error("the node cannot become active", { reason: reasonOf(error) }));
  log.info("node is up", { nodeId: selfId, peerId: keystore.peerId(), api: api.url });
  return api.url;
}
