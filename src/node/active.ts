/** A running configuration: the machine, its signer and what becomes of its reports, from its first round to its last. */
import { randomBytes } from "node:crypto";
import type { GroupFileView } from "../api/evidence-view.ts";
import type { Hex } from "../base/bytes.ts";
import { ByteReader, concatBytes, fromHex, toHex } from "../base/bytes.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { Publication } from "../chain/outbox-rows.ts";
import type { Keystore } from "../keystore/keystore.ts";
import { NonceVault } from "../keystore/nonce-vault.ts";
import type { Network } from "../network/network.ts";
import type { PeerView } from "../network/peer-view.ts";
import type { Effect } from "../protocol/events.ts";
import { decodeSignedReport } from "../protocol/report-bytes.ts";
import type { OracleConfig, OracleState } from "../protocol/state.ts";
import { latestReport } from "../protocol/state.ts";
import type { SignedReport } from "../report/report.ts";
import type { Store } from "../store/store.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { identityKeyOf } from "../threshold/peer-id.ts";
import type { SigningCurve } from "../threshold/signing-curve.ts";
import { DIRECT_ENVELOPE } from "./ceremony-driver.ts";
import { type CommitteeLines, inCommittee } from "./committee-lines.ts";
import { verifyingKey } from "./envelope.ts";
import { EvidenceDesk } from "./evidence-desk.ts";
import { groupFileOf, judgeDoorsOf, publicConfigurationOf } from "./evidence-of.ts";
import type { Household } from "./household.ts";
import { Story } from "./observe.ts";
import { Oracle } from "./oracle.ts";
import type { ObservationPort, PeerPort } from "./ports.ts";
import type { PublishedLog } from "./published-log.ts";
import { Sink } from "./report-sink.ts";
import { ReportWriter } from "./report-writer.ts";
import { RestartSafety } from "./restart-safety.ts";
import type { RoundTracker } from "./round-tracker.ts";
import { Signer } from "./signer.ts";
import type { Term } from "./terms.ts";
import type { LiveView } from "./view.ts";

export type ActiveOptions = {
  readonly term: Term;
  readonly selfId: number;
  /** Never act in rounds up to this one: earlier lives did, or this one under the key before. −1 when none. */
  readonly floorRound: number;
  /** The key ceremony's messages, as far as they are at hand. */
  readonly ceremonyMessages: readonly Uint8Array[];
};

export type ActiveDoors = {
  readonly keystore: Keystore;
  readonly curve: SigningCurve;
  readonly store: Pick<
    Store,
    | "latestReport"
    | "reserve"
    | "reservedUpTo"
    | "inOneCommit"
    | "saveReport"
    | "saveValues"
    | "evidence"
    | "keyValue"
    | "envelopes"
    | "saveEnvelopes"
    | "onFault"
  >;
  /** Why the database takes nothing, when that was known at the start; null when all is well. */
  readonly trouble: string | null;
  readonly household: Household;
  readonly network: Pick<Network, "publish" | "send" | "request" | "rttMs"> & {
    peers(): readonly Pick<PeerView, "id" | "slowTripMs">[];
  };
  readonly lines: CommitteeLines;
  readonly offer: (publication: Publication) => void;
  /** A report of this configuration, for the one that follows it. */
  readonly onReport: (signed: SignedReport) => void;
  readonly eye: ObservationPort;
  readonly published: PublishedLog;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Logger;
  readonly view: Pick<LiveView, "changed">;
};

/** Of a slot. Higher: fewer polls fit into it. Lower: parsing a chain competes with signing. */
const REST_BEFORE_FRACTION = 0.04;
const REST_UNTIL_FRACTION = 0.1;

function isBelow(effect: Effect, firstRound: number): boolean {
  return effect.kind === "publish" && effect.signed.report.round < firstRound;
}

function storedReport(store: ActiveDoors["store"]): SignedReport | null {
  const stored = store.latestReport();
  return stored === undefined ? null : decodeSignedReport(new ByteReader(stored.bytes));
}

export class ActiveConfiguration {
  readonly cfg: Hex;
  readonly keyResult: { readonly groupKeyX: Hex; readonly transcriptHash: Hex };
  readonly oracle: Oracle;
  readonly tracker: RoundTracker;
  readonly evidence: EvidenceDesk;
  readonly safety: RestartSafety;
  readonly groupFile: GroupFileView | null;
  readonly #vault: NonceVault;
  readonly #writer: ReportWriter;
  readonly #onReport: (signed: SignedReport) => void;
  readonly #clock: Clock;
  #term: Term;

  constructor(options: ActiveOptions, doors: ActiveDoors) {
    const { term, selfId } = options;
    const { facts, configuration, share, before } = term;
    const { keystore, store, network, lines, metrics, clock, log, view, published } = doors;
    const { cfg, groupKeyX, firstRound } = configuration;
    this.#clock = clock;
    this.#term = term;
    this.cfg = cfg;
    this.keyResult = { groupKeyX, transcriptHash: share.transcriptHash };
    const signingShare = keystore.openShare(share.transcriptHash);
    this.#vault = new NonceVault(
      { share: signingShare, cfg },
      { curve: doors.curve, onUse: (commitment, digest) => log.debug("nonce used", { commitment, digest }) },
    );
    signingShare.destroy();
    const oracleConfig: OracleConfig = {
      cfg,
      networkId: facts.networkId,
      selfId,
      n: facts.n,
      f: facts.f,
      t: facts.t,
      slotMs: configuration.slotMs,
      firstRound,
      firstRoundTimeMs: configuration.firstRoundTimeMs,
      rules: facts.rules,
    };
    const story = new Story(oracleConfig, { log, metrics, onRound: () => view.changed("round") });
    this.tracker = story.tracker;
    this.#writer = new ReportWriter({ store, clock, log });
    const sink = new Sink(
      { networkId: facts.networkId, groupKeyX, firstRound, rules: facts.rules },
      {
        writer: this.#writer,
        offer: doors.offer,
        published,
        metrics,
        log,
        onReport: (hasPushes) => {
          view.changed("report");
          if (hasPushes) view.changed("transaction");
        },
      },
    );
    this.groupFile = groupFileOf(facts, term, options.ceremonyMessages, store.keyValue);
    this.evidence = new EvidenceDesk(
      { selfId, configuration: publicConfigurationOf(facts, term) },
      {
        judge: judgeDoorsOf(facts.members, doors.curve),
        rows: store.evidence,
        publish: (bytes) => network.publish("evidence", bytes),
        convict: (member, kind) => this.oracle.convicted(member, kind),
        currentRound: () => this.oracle.state.currentRound,
        onChange: () => view.changed("evidence"),
        clock,
        log,
        metrics,
      },
    );
    const keys = facts.members.map((member) => [member.id, verifyingKey(identityKeyOf(member.peerId))] as const);
    const memberKeys = new Map(keys);
    // Ids and rounds mean something within a configuration only, so a question names it.
    const request: PeerPort["request"] = (toId, bytes, timeoutMs) =>
      network.request(lines.lineOf(toId), concatBytes(fromHex(cfg), bytes), timeoutMs);
    this.safety = new RestartSafety(
      { config: oracleConfig, groupKeyX, floorRound: options.floorRound, memberKeys, trouble: doors.trouble },
      {
        oracle: () => this.oracle,
        store,
        keystore,
        household: doors.household,
        request,
        rttMs: (peer) => network.rttMs(lines.lineOf(peer)),
        clock,
        log,
        metrics,
      },
    );
    this.oracle = new Oracle(
      {
        config: oracleConfig,
        reservedRound: options.floorRound,
        latest: storedReport(store),
        memberKeys,
        remembered: store.envelopes(cfg),
      },
      {
        clock,
        log,
        signing: new Signer(
          {
            incarnation: toHex(randomBytes(16)),
            group: share.group,
            ...(before === null ? {} : { before: { groupKeyX: before.groupKeyX, belowRound: firstRound } }),
          },
          { vault: this.#vault, curve: doors.curve },
        ),
        peers: {
          publish: (topic, bytes) => network.publish(topic, bytes),
          send: (toId, bytes, tag) =>
            network.send(lines.lineOf(toId), concatBytes(Uint8Array.of(DIRECT_ENVELOPE), bytes), tag),
          request,
          roundTripsMs: () => inCommittee(network.peers(), lines).map(({ slowTripMs }) => slowTripMs),
        },
        disk: this.safety.disk,
        market: doors.eye,
        sink: { published: (signed) => this.#published(sink, signed) },
        watcher: {
          heard: (message, fromId) => this.safety.heard(message, fromId),
          stepped: (state, event, effects, at) => {
            this.safety.stepped(state, event);
            // What the configuration before has signed was told there.
            const mine = effects.filter((effect) => !isBelow(effect, firstRound));
            story.stepped(state, event, mine, at);
          },
          noted: (note) => story.noted(note),
          refused: (channel, why, fromId) => story.refused(channel, why, fromId),
        },
        evidence: this.evidence,
        signEnvelope: (bytes) => keystore.signEnvelope(bytes),
      },
    );
    this.#onReport = doors.onReport;
    this.endAt(term);
    log.info("configuration is active", { cfg, groupKeyX, firstRound, endRound: term.endRound });
  }

  get term(): Term {
    return this.#term;
  }

  /** The same term with another end, as the hub's word changes. */
  endAt(term: Term): void {
    this.#term = term;
    this.oracle.endBefore(term.endRound ?? Number.POSITIVE_INFINITY);
  }

  start(): void {
    this.safety.start();
    this.evidence.remember();
    this.oracle.start();
  }

  stop(): void {
    this.safety.stop();
    this.oracle.stop();
    this.#writer.stop();
    this.#vault.destroy();
  }

  /** The group key that signs this round, as far as this configuration knows. */
  keyOf(round: number): Hex | null {
    const { configuration, before } = this.#term;
    return round >= configuration.firstRound ? configuration.groupKeyX : (before?.groupKeyX ?? null);
  }

  /** Whether a report of this configuration itself is held. */
  hasSigned(): boolean {
    const latest = latestReport(this.oracle.state);
    return latest !== null && latest.report.round >= this.#term.configuration.firstRound;
  }

  /** [R71] Past its last round a configuration's key counts for nothing, whoever still signs with it. */
  #published(sink: Sink, signed: SignedReport): void {
    const { endRound, configuration } = this.#term;
    const { round } = signed.report;
    if (endRound !== null && round >= endRound) return;
    sink.published(signed);
    if (round >= configuration.firstRound) this.#onReport(signed);
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
