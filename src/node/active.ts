/** A running configuration: the machine, its signer and the transmitter, from the hub's word until the end. */
import { randomBytes } from "node:crypto";
import type { Hex } from "../base/bytes.ts";
import { ByteReader, concatBytes, toHex } from "../base/bytes.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { QuorumRpc } from "../chain/rpc.ts";
import { Transmitter } from "../chain/transmitter.ts";
import type { Keystore } from "../keystore/keystore.ts";
import { NonceVault } from "../keystore/nonce-vault.ts";
import type { Network } from "../network/network.ts";
import { decodeSignedReport } from "../protocol/report-bytes.ts";
import type { OracleConfig, OracleState } from "../protocol/state.ts";
import { latestReport } from "../protocol/state.ts";
import type { SignedReport } from "../report/report.ts";
import type { Store } from "../store/store.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { identityKeyOf } from "../threshold/peer-id.ts";
import type { Activated } from "./activation.ts";
import { DIRECT_ENVELOPE } from "./ceremony-driver.ts";
import type { NodeConfig } from "./config.ts";
import { verifyingKey } from "./envelope.ts";
import type { MarketEye } from "./market-eye.ts";
import type { NetworkFacts } from "./network-file.ts";
import { Story } from "./observe.ts";
import { Oracle } from "./oracle.ts";
import type { PublishedLog } from "./published-log.ts";
import { Sink } from "./report-sink.ts";
import { RestartSafety } from "./restart-safety.ts";
import type { RoundTracker } from "./round-tracker.ts";
import { Signer } from "./signer.ts";
import type { LiveView } from "./view.ts";

export type ActiveOptions = Activated & {
  readonly facts: NetworkFacts;
  readonly config: NodeConfig;
  readonly selfId: number;
  readonly transmitterAddress: Hex;
  /** Why the database takes nothing; null when all is well. */
  readonly trouble: string | null;
};

export type ActiveDoors = {
  readonly keystore: Keystore;
  readonly store: Store;
  readonly network: Network;
  readonly rpc: QuorumRpc;
  readonly eye: MarketEye;
  readonly published: PublishedLog;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Logger;
  readonly view: LiveView;
};

/** Of the five seconds a stop may take, most belong to transactions on their way. */
const DRAIN_MS = 2_500;
/** Of a slot. Higher: fewer polls fit into it. Lower: parsing a chain competes with signing. */
const REST_BEFORE_FRACTION = 0.04;
const REST_UNTIL_FRACTION = 0.1;

function storedReport(store: Store): SignedReport | null {
  const stored = store.latestReport();
  return stored === undefined ? null : decodeSignedReport(new ByteReader(stored.bytes));
}

export class ActiveConfiguration {
  readonly cfg: Hex;
  readonly groupKeyX: Hex;
  readonly keyResult: { readonly groupKeyX: Hex; readonly transcriptHash: Hex };
  readonly oracle: Oracle;
  readonly transmitter: Transmitter;
  readonly tracker: RoundTracker;
  readonly safety: RestartSafety;
  readonly #maySend: boolean;
  readonly #vault: NonceVault;
  readonly #clock: Clock;

  constructor(options: ActiveOptions, doors: ActiveDoors) {
    const { facts, config, configuration, share, selfId } = options;
    const { keystore, store, network, metrics, clock, log, view, published } = doors;
    const { cfg, groupKeyX } = configuration;
    this.#clock = clock;
    this.#maySend = !store.isVolatile;
    this.cfg = cfg;
    this.groupKeyX = groupKeyX;
    this.keyResult = { groupKeyX, transcriptHash: share.transcriptHash };
    const signingShare = keystore.openShare(share.transcriptHash);
    this.#vault = new NonceVault(
      { share: signingShare, cfg },
      { onUse: (commitment, digest) => log.debug("nonce used", { commitment, digest }) },
    );
    signingShare.destroy();
    this.transmitter = new Transmitter(
      {
        chainId: facts.chainId,
        hub: facts.hub,
        account: options.transmitterAddress,
        selfId,
        members: facts.members.map(({ id }) => id),
        cfg,
        blockTimeMs: config.chain.blockTimeMs,
        finalityDepth: config.chain.finalityDepth,
        fees: { tipWei: BigInt(config.chain.tipWei), maxFeeCapWei: BigInt(config.chain.maxFeeCapWei) },
      },
      {
        rows: store.outbox,
        rpc: doors.rpc,
        signDigest: (digest) => keystore.signTransmitterDigest(digest),
        clock,
        log: log.child({ room: "chain" }),
      },
    );
    const oracleConfig: OracleConfig = {
      cfg,
      networkId: facts.networkId,
      selfId,
      n: facts.n,
      f: facts.f,
      t: facts.t,
      slotMs: configuration.slotMs,
      firstRound: configuration.firstRound,
      firstRoundTimeMs: configuration.firstRoundTimeMs,
      rules: facts.rules,
    };
    const story = new Story(oracleConfig, { log, metrics, onRound: () => view.changed("round") });
    this.tracker = story.tracker;
    const sink = new Sink(
      { networkId: facts.networkId, groupKeyX, rules: facts.rules },
      {
        store,
        // A row that is forgotten with the process would let a nonce be used twice.
        offer: (publication) => {
          if (this.#maySend) this.transmitter.offer(publication);
        },
        published,
        metrics,
        log,
        onReport: (hasPushes) => {
          view.changed("report");
          if (hasPushes) view.changed("transaction");
        },
      },
    );
    const keys = facts.members.map((member) => [member.id, verifyingKey(identityKeyOf(member.peerId))] as const);
    const memberKeys = new Map(keys);
    const safety = new RestartSafety(
      { config: oracleConfig, groupKeyX, memberKeys, trouble: options.trouble },
      {
        oracle: () => this.oracle,
        store,
        keystore,
        request: (toId, bytes, timeoutMs) => network.request(toId, bytes, timeoutMs),
        rttMs: (peer) => network.peers().find(({ id }) => id === peer)?.rttMs ?? null,
        clock,
        log,
        metrics,
      },
    );
    this.safety = safety;
    this.oracle = new Oracle(
      {
        config: oracleConfig,
        reservedRound: safety.reservedRound,
        latest: storedReport(store),
        memberKeys,
        remembered: store.envelopes(cfg),
      },
      {
        clock,
        log,
        signing: new Signer({ incarnation: toHex(randomBytes(16)), group: share.group }, { vault: this.#vault }),
        peers: {
          publish: (topic, bytes) => network.publish(topic, bytes),
          send: (toId, bytes) => network.send(toId, concatBytes(Uint8Array.of(DIRECT_ENVELOPE), bytes)),
          request: (toId, bytes, timeoutMs) => network.request(toId, bytes, timeoutMs),
        },
        disk: safety.disk,
        market: doors.eye,
        sink,
        watcher: {
          heard: (message, fromId) => safety.heard(message, fromId),
          stepped: (state, event, effects, atMs) => {
            safety.stepped(state, event);
            story.stepped(state, event, effects, atMs);
          },
          noted: (note) => story.noted(note),
          refused: (channel, why, fromId) => story.refused(channel, why, fromId),
        },
        signEnvelope: (bytes) => keystore.signEnvelope(bytes),
      },
    );
    log.info("configuration is active", { cfg, groupKeyX, firstRound: configuration.firstRound });
  }

  start(): void {
    this.safety.start();
    this.oracle.start();
    if (this.#maySend) this.transmitter.start();
  }

  async stop(): Promise<void> {
    this.safety.stop();
    await this.oracle.stop();
    await this.transmitter.drain(DRAIN_MS);
    await this.transmitter.stop();
    this.#vault.destroy();
  }

  /** How long polls should rest: from just before a slot until its round is usually signed. */
  restMs(): number {
    const { firstRoundTimeMs, slotMs } = this.oracle.state.config;
    const phaseMs = (this.#clock.nowMs() - firstRoundTimeMs) % slotMs;
    const untilMs = slotMs * REST_UNTIL_FRACTION;
    if (phaseMs < untilMs) return untilMs - phaseMs;
    const leftMs = slotMs - phaseMs;
    return leftMs < slotMs * REST_BEFORE_FRACTION ? leftMs + untilMs : 0;
  }

  state(): OracleState {
    return this.oracle.state;
  }

  latestReportMs(): number | null {
    return latestReport(this.oracle.state)?.report.reportTimeMs ?? null;
  }
}
