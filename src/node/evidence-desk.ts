/**
 * Where a node's evidence comes together: from its own machine, from peers, from an earlier life. Nothing is believed before
 * it was judged here, the machine's own accusations included; what convicts is kept, told and passed on once. [R50]
 */
import { reasonOf } from "../base/errors.ts";
import type { Hex } from "../base/bytes.ts";
import type { Clock, Logger } from "../base/ports.ts";
import { decodeEvidence, decodeEvidenceHeader, encodeEvidence } from "../evidence/codec.ts";
import type { Evidence, EvidenceKind } from "../evidence/evidence.ts";
import { EVIDENCE_KINDS, nameOf } from "../evidence/evidence.ts";
import { evidenceOf } from "../evidence/from-accusation.ts";
import { EVIDENCE_BYTES_MAX } from "../evidence/limits.ts";
import type { JudgeDoors, PublicConfiguration } from "../evidence/public-configuration.ts";
import type { Fault } from "../evidence/verdict.ts";
import { verifyEvidence } from "../evidence/verify.ts";
import type { Accusation } from "../protocol/accusation.ts";
import type { EvidenceRow, EvidenceSaved, StoredEvidence } from "../store/evidence.ts";
import type { Counter, Gauge, Metrics } from "../telemetry/metrics.ts";
import { Allowance } from "./allowance.ts";

/** What the desk needs of the store's table. */
export type EvidenceRows = {
  save(row: StoredEvidence): EvidenceSaved;
  hasRoom(cfg: Hex, accused: number, bytes: number, nowMs: number): boolean;
  convicted(cfg: Hex): readonly { readonly accused: number; readonly kind: string }[];
  list(limit: number): readonly EvidenceRow[];
};

export type EvidenceDeskOptions = { readonly selfId: number; readonly configuration: PublicConfiguration };

export type EvidenceDeskDoors = {
  readonly judge: JudgeDoors;
  readonly rows: EvidenceRows;
  /** Gossips to all members. */
  readonly publish: (bytes: Uint8Array) => void;
  /** Tells the machine. */
  readonly convict: (member: number, kind: EvidenceKind) => void;
  readonly currentRound: () => number;
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
};

export type EvidenceAnswer = "accept" | "ignore" | "reject";

/**
 * Judged pieces a peer may bring at once, and one more each second. A judgement costs up to 20 ms at n = 31, so a liar gets 2 %
 * of a core until its score ends that. Higher: a burst holds up a slot. Lower: several liars at once are heard of in part.
 */
const JUDGED_BURST = 8;
const JUDGED_PER_SEC = 1;
/** Rounds that a peer's clock may be ahead; what is said of later ones can wait until they come. */
const ROUNDS_AHEAD_MAX = 8;
/** More names than tables hold for any committee: 64 for each of 100 members. */
const NAMES_MAX = 6_400;

export class EvidenceDesk {
  readonly #options: EvidenceDeskOptions;
  readonly #doors: EvidenceDeskDoors;
  readonly #known: Set<Hex>;
  readonly #allowances = new Map<number, Allowance>();
  readonly #convicted: Counter<"kind">;
  readonly #dismissed: Counter<"reason">;
  readonly #againstSelf: Gauge<never>;
  #convictsSelf = false;

  constructor(options: EvidenceDeskOptions, doors: EvidenceDeskDoors) {
    this.#options = options;
    this.#doors = doors;
    const { metrics, rows } = doors;
    this.#convicted = metrics.counter({
      name: "tenor_evidence_total",
      help: "Evidence that convicts a member, first seen since start, by kind",
      labels: ["kind"],
    });
    this.#dismissed = metrics.counter({
      name: "tenor_evidence_dismissed_total",
      help: "Evidence from peers that convicts nobody, by reason",
      labels: ["reason"],
    });
    this.#againstSelf = metrics.gauge({
      name: "tenor_evidence_against_self_flags",
      help: "1 while evidence is held that convicts this node",
    });
    this.#againstSelf.set(0);
    this.#known = new Set(rows.list(NAMES_MAX).map(({ name }) => name));
  }

  /** What an earlier life has stored of this configuration; the machine knows nothing of it yet. */
  remember(): void {
    for (const { accused, kind } of this.#doors.rows.convicted(this.#options.configuration.cfg)) {
      const known = EVIDENCE_KINDS.find((one) => one === kind);
      if (known === undefined) continue;
      this.#doors.convict(accused, known);
      if (accused === this.#options.selfId) this.#pageSelf();
    }
  }

  /** Whether evidence is held that convicts this very node. */
  get convictsSelf(): boolean {
    return this.#convictsSelf;
  }

  /** The machine accuses. Envelopes that it names, in any order. */
  accused(accusation: Accusation, envelopes: readonly Uint8Array[]): void {
    const { log, publish } = this.#doors;
    const { cfg } = this.#options.configuration;
    const { kind, accused, round } = accusation;
    const name = nameOf({ kind, cfg, accused, round });
    if (this.#known.has(name) || !this.#hasRoom(accused, 0)) return;
    const evidence = evidenceOf(cfg, accusation, envelopes);
    if (evidence === null) return log.warn("an accusation has lost its envelopes", { kind, accused, round });
    const verdict = verifyEvidence(evidence, this.#options.configuration, this.#doors.judge);
    if (!verdict.convicts) {
      return log.warn("an accusation convicts nobody and is dropped", { kind, accused, round, why: verdict.why });
    }
    const bytes = encodeEvidence(evidence);
    if (bytes.length > EVIDENCE_BYTES_MAX) {
      return log.warn("evidence is too large to be kept", { kind, accused, round, bytes: bytes.length });
    }
    if (this.#take(evidence, bytes, verdict.fault)) publish(bytes);
  }

  /** A peer's bytes, before they are forwarded. Garbage and what is known cost microseconds. [R50] */
  receive(bytes: Uint8Array, fromId: number): EvidenceAnswer {
    const { configuration } = this.#options;
    const header = decodeEvidenceHeader(bytes);
    if (header === null || header.accused < 1 || header.accused > configuration.n) return this.#reject("malformed");
    // A peer that is a configuration ahead or behind does nothing wrong.
    if (header.cfg !== configuration.cfg) return "ignore";
    if (header.round > this.#doors.currentRound() + ROUNDS_AHEAD_MAX) return "ignore";
    if (this.#known.has(nameOf(header))) return "ignore";
    if (!this.#allowanceOf(fromId).take(this.#doors.clock.monotonicMs())) return "ignore";
    if (!this.#hasRoom(header.accused, bytes.length)) return "ignore";
    const evidence = decodeEvidence(bytes);
    if (evidence === null) return this.#reject("malformed");
    const verdict = verifyEvidence(evidence, configuration, this.#doors.judge);
    if (!verdict.convicts) return this.#reject(verdict.why);
    return this.#take(evidence, bytes, verdict.fault) ? "accept" : "ignore";
  }

  /** A disk that cannot be read counts nothing: then the rate of judgements is the bound. */
  #hasRoom(accused: number, bytes: number): boolean {
    const { rows, clock, log } = this.#doors;
    try {
      return rows.hasRoom(this.#options.configuration.cfg, accused, bytes, clock.nowMs());
    } catch (error) {
      log.error("stored evidence cannot be read", { reason: reasonOf(error) });
      return true;
    }
  }

  #reject(reason: string): EvidenceAnswer {
    this.#dismissed.add(1, { reason });
    return "reject";
  }

  #allowanceOf(fromId: number): Allowance {
    let allowance = this.#allowances.get(fromId);
    if (allowance === undefined) {
      allowance = new Allowance({ perSec: JUDGED_PER_SEC, burst: JUDGED_BURST }, this.#doors.clock.monotonicMs());
      this.#allowances.set(fromId, allowance);
    }
    return allowance;
  }

  /** True when it is news. Disk first; a disk that refuses does not keep a liar from being named. */
  #take(evidence: Evidence, bytes: Uint8Array, fault: Fault): boolean {
    const { log, clock, rows, convict, onChange } = this.#doors;
    const { kind, cfg, accused, round } = evidence;
    const name = nameOf(evidence);
    try {
      const firstSeenMs = clock.nowMs();
      if (rows.save({ name, cfg, kind, accused, round, firstSeenMs, bytes }) !== "stored") return false;
    } catch (error) {
      log.error("evidence could not be stored", { name, kind, accused, round, reason: reasonOf(error) });
    }
    if (this.#known.size < NAMES_MAX) this.#known.add(name);
    this.#convicted.add(1, { kind });
    log.error("evidence convicts a member", { accused, kind, round, fault, name });
    if (accused === this.#options.selfId) this.#pageSelf();
    convict(accused, kind);
    onChange();
    return true;
  }

  /** It was judged like any other, and hiding it would help nobody: it is passed on, and the operator is woken. [R54] */
  #pageSelf(): void {
    this.#convictsSelf = true;
    this.#againstSelf.set(1);
    this.#doors.log.error("evidence convicts this node: its key said what no honest node says", {
      nodeId: this.#options.selfId,
    });
  }
}
