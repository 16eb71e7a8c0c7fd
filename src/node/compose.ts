/** The one page that knows every room: opens the windows in order, and closes them in reverse. */
import { join } from "node:path";
import { reasonOf } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";
import { startApi } from "../api/server.ts";
import { HubClient } from "../chain/hub-client.ts";
import { QuorumRpc } from "../chain/rpc.ts";
import { subscriptionsOf } from "../feeds/subscriptions.ts";
import { limitsFor } from "../network/limits-for.ts";
import { Network } from "../network/network.ts";
import type { PeerView } from "../network/peer-view.ts";
import { perVenue, type Venue } from "../market/venue.ts";
import type { VenueAccess } from "../sources/hosts.ts";
import { Collector } from "../sources/collector.ts";
import { sourceName } from "../sources/subscription.ts";
import { openStoreAnyway } from "../store/open-anyway.ts";
import { Metrics } from "../telemetry/metrics.ts";
import { watchProcess } from "../telemetry/process.ts";
import { loadArithmetic } from "./arithmetic.ts";
import { ChainWatch, chainPollMs } from "./chain-watch.ts";
import { systemClock, systemRng } from "./clock.ts";
import type { NodeConfig } from "./config.ts";
import { inCommittee } from "./committee-lines.ts";
import { ceremonyNow, Configurations } from "./configurations.ts";
import { Health } from "./health.ts";
import { Household } from "./household.ts";
import { Housekeeping } from "./housekeeping.ts";
import { MarketEye } from "./market-eye.ts";
import type { NetworkFacts } from "./network-file.ts";
import { watchNode } from "./node-metrics.ts";
import { PendingFile } from "./pending-file.ts";
import { PublishedLog } from "./published-log.ts";
import { selfIn } from "./self.ts";
import { settlementsOf } from "./settlements.ts";
import { TransmitterDesk } from "./transmitter-desk.ts";
import { evidencePiece, evidenceRows } from "./view-evidence.ts";
import { peerRows, transactionRows } from "./view-rows.ts";
import { sourceRows, venueRows } from "./view-sources.ts";
import { LiveView } from "./view.ts";
import { unlock } from "./unlock.ts";
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
  const curve = await loadArithmetic(log);
  const selfId = selfIn(facts, keystore);
  const { store, trouble, setAside } = openStoreAnyway({ path: join(config.dataDir, "tenor.sqlite") });
  closers.push(() => store.close());
  if (setAside !== null) log.error("the database was damaged and is set aside", { setAside });
  if (trouble !== null) log.error("the database cannot be written: this node only follows", { reason: trouble });
  const metrics = new Metrics();
  const processMetrics = watchProcess({ version }, { metrics, log });
  closers.push(() => processMetrics.stop());

  const rpc = new QuorumRpc({ ...config.chain, chainId: facts.chainId }, { log: log.child({ room: "chain" }) });
  const hub = new HubClient({ address: facts.hub }, { rpc });
  const collector = new Collector(
    { venues: accessOf(config), subscriptions: watchedBy(facts.feeds, config.watch), pollMs: config.pollMs },
    {
      clock,
      log: log.child({ room: "sources" }),
      rng: systemRng,
      restMs: () => configurations.current()?.restMs() ?? 0,
    },
  );
  const eye: MarketEye = new MarketEye(
    { feeds: facts.feeds, rules: facts.rules },
    { collector, windows: () => sampler, clock, log, metrics },
  );
  const { sampler, statements } = settlementsOf(facts, {
    observer: keystore,
    spot: (feed) => eye.spotOf(feed),
    memory: store.keyValue,
    clock,
    log,
    metrics,
  });
  const watch: ChainWatch = new ChainWatch(
    { feeds: facts.rules.length, pollMs: chainPollMs(config.chain.blockTimeMs) },
    { rpc, hub, clock, log: log.child({ room: "chain" }), onAnswers: () => view.changed("feeds") },
  );
  const published = new PublishedLog();

  const door: { configurations: Configurations | null } = { configurations: null };
  const network: Network = await Network.start(
    {
      selfId,
      listen: config.listen,
      members: facts.members,
      topicPrefix: `tenor/${facts.networkId.slice(2, 18)}`,
      limits: limitsFor({ members: facts.n, slotMs: facts.slotMs, feeds: facts.rules.length }),
    },
    {
      identity: keystore.handOverIdentity(),
      clock,
      log: log.child({ room: "network" }),
      // A peer may be there before the rest of this page is.
      judge: (channel, bytes, line) => door.configurations?.receive(channel, bytes, line) ?? "ignore",
      // Judging has queued what it accepted.
      deliver: () => undefined,
      answer: (bytes) => door.configurations?.answer(bytes) ?? null,
      acknowledged: (line, hash) => door.configurations?.acknowledged(line, hash),
      isHeard: (line) => door.configurations?.isHeard(line) ?? false,
    },
  );
  closers.push(() => network.stop());
  const transmitterAddress = keystore.publicIdentity().transmitter;
  const desk = new TransmitterDesk(
    {
      // A row that is forgotten with the process would let a nonce be used twice.
      maySend: !store.isVolatile,
      chainId: facts.chainId,
      hub: facts.hub,
      account: transmitterAddress,
      blockTimeMs: config.chain.blockTimeMs,
      finalityDepth: config.chain.finalityDepth,
      fees: { tipWei: BigInt(config.chain.tipWei), maxFeeCapWei: BigInt(config.chain.maxFeeCapWei) },
    },
    {
      rows: store.outbox,
      rpc,
      signDigest: (digest) => keystore.signTransmitterDigest(digest),
      clock,
      log: log.child({ room: "chain" }),
    },
  );
  closers.push(() => desk.stop());

  const committeePeers = (): readonly PeerView[] => inCommittee(network.peers(), configurations.lines());
  const health = new Health({
    clock,
    facts: () => ({
      waitingFor: configurations.waitingFor(),
      connectedPeers: committeePeers().filter(({ connected }) => connected).length,
      neededPeers: configurations.facts().t - 1,
      latestReportMs: configurations.current()?.latestReportMs() ?? null,
      slotMs: configurations.facts().slotMs,
      convicted: configurations.current()?.evidence.convictsSelf ?? false,
      holds: configurations.current()?.safety.reasons() ?? [],
      missingFeeds: eye.missing(),
      chainReadMs: watch.lastReadMs(),
      startedAtMs,
    }),
  });
  const names = facts.rules.map(({ name }) => name);
  const needed = new Set(subscriptionsOf(facts.feeds).map(sourceName));
  const view: LiveView = new LiveView(
    {
      facts,
      identity: {
        peerId: keystore.peerId(),
        networkId: facts.networkId,
        hub: facts.hub,
        chainId: facts.chainId,
        transmitter: transmitterAddress,
        version,
        startedAtMs,
      },
    },
    {
      health,
      chain: watch,
      committee: () => ({ ...configurations.facts(), nodeId: configurations.lines().selfId ?? selfId }),
      active: () => configurations.current(),
      ceremony: () => ceremonyNow(configurations),
      own: (name) => eye.own(name),
      smiles: (name) => eye.smiles(name),
      window: (name) => sampler.window(name, clock.nowMs()),
      history: (index, sinceMs, limit) => store.history(index, sinceMs, limit),
      publishedSince: (index, sinceMs) => published.since(index, sinceMs),
      peers: () => {
        const self = { selfId: configurations.lines().selfId ?? selfId, peerId: keystore.peerId() };
        return peerRows(self, committeePeers(), configurations.current()?.oracle.state);
      },
      transactions: () => transactionRows(names, desk.transmitter?.recent(50) ?? []),
      statements: () => statements.list(),
      evidence: () => evidenceRows(store.evidence),
      evidencePiece: (name) => evidencePiece(store.evidence, name),
      sources: () => sourceRows(collector.statistics(), collector.venueStatistics()),
      venues: () => {
        const venues = collector.venueStatistics();
        return venueRows(sourceRows(collector.statistics(), venues), venues, needed, clock.nowMs());
      },
    },
  );
  const configurations: Configurations = new Configurations(facts, {
    keystore,
    curve,
    store,
    trouble,
    household: new Household({ keystore }),
    network,
    eye,
    published,
    metrics,
    clock,
    log,
    view,
    desk,
    finalRound: () => hub.finalRound(),
    onActive: () => watch.start(),
  });
  door.configurations = configurations;
  const stopReading = watchNode({
    metrics,
    network: { peers: committeePeers, traffic: () => network.traffic(), faults: () => network.faults() },
    collector,
    transmitter: () => desk.transmitter,
  });
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
      summary: () => ({ ...network.traffic(), ...desk.transmitter?.counters() }),
    },
  );
  housekeeping.start();
  closers.push(() => housekeeping.stop());
  collector.start();
  closers.push(() => collector.stop());
  sampler.start();
  closers.push(() => sampler.stop());

  closers.push(() => configurations.stop());
  configurations.start();
  const pending =
    config.pending === undefined
      ? null
      : new PendingFile({ path: config.pending }, { onFile: (next) => configurations.propose(next), log });
  pending?.start();
  closers.push(() => pending?.stop());
  const follow = async (): Promise<void> => {
    await rpc.checkChain();
    await watch.follow((said) => configurations.hear(said));
  };
  closers.push(() => watch.stop());
  follow().catch((error: unknown) => log.error("the hub cannot be followed", { reason: reasonOf(error) }));
  log.info("node is up", { nodeId: selfId, peerId: keystore.peerId(), api: api.url });
  return api.url;
}
