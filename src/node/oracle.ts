/**
 * The machine in the world: takes events one by one, performs the effects in their order. What it says on the wire was
 * reserved on disk first because the machine orders it so and nothing here reorders.
 */
import type { KeyObject } from "node:crypto";
import type { Hex } from "../base/bytes.ts";
import { reasonOf, unreachable } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { Observed } from "../feeds/observed.ts";
import type { Effect, OracleEvent } from "../protocol/events.ts";
import type { Message } from "../protocol/messages.ts";
import { roundWindow } from "../protocol/phase-slot.ts";
import { encodeSignedReport } from "../protocol/report-bytes.ts";
import type { OracleConfig, OracleState } from "../protocol/state.ts";
import { initialState, latestReport, slotTimeMs } from "../protocol/state.ts";
import { step } from "../protocol/step.ts";
import type { SignedReport } from "../report/report.ts";
import { sealEnvelope } from "./envelope.ts";
import { Fetches } from "./fetches.ts";
import type { Channel } from "./inbox.ts";
import { Inbox } from "./inbox.ts";
import { momentOf } from "./moment.ts";
import type { OracleWatcher } from "./oracle-watcher.ts";
import { type Accusation, type AccusationKind, messagesOf } from "../protocol/accusation.ts";
import type { DiskPort, EvidencePort, ObservationPort, PeerPort, FrameTag, ReportSink, SigningPort } from "./ports.ts";
import { decodeRequest } from "./requests.ts";
import { slowRoundTripMs } from "./round-trips.ts";
import { SlotClock } from "./slots.ts";
import { WorkQueue } from "./work-queue.ts";

export type OracleOptions = {
  readonly config: OracleConfig;
  /** Highest round reserved by earlier lives of this key; −1 when none. */
  readonly reservedRound: number;
  readonly latest: SignedReport | null;
  /** Envelope keys of all members. */
  readonly memberKeys: ReadonlyMap<number, KeyObject>;
};

export type OracleDoors = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly signing: SigningPort;
  readonly peers: PeerPort;
  readonly disk: DiskPort;
  readonly market: ObservationPort;
  readonly sink: ReportSink;
  readonly evidence: EvidencePort;
  readonly watcher: OracleWatcher;
  readonly signEnvelope: (bytes: Uint8Array) => Uint8Array;
};

/** What a timer can hold. */
const TIMER_MAX_MS = 0x7fff_ffff;
/** Of a slot: after a round has ended or failed, before the next one begins. */
const PREPARE_AT_FRACTION = 0.6;
/** Of a slot: as late as leaves time to read a chain, so that few fresh ones arrive after it. */
const LOOK_AHEAD_AT_FRACTION = 0.85;

export class Oracle {
  readonly #doors: OracleDoors;
  readonly #config: OracleConfig;
  readonly #inbox: Inbox;
  readonly #queue: WorkQueue<OracleEvent>;
  readonly #slots: SlotClock;
  readonly #fetches: Fetches;
  readonly #timers = new Set<NodeJS.Timeout>();
  #state: OracleState;
  #lastValues: readonly Observed[] = [];

  constructor(options: OracleOptions, doors: OracleDoors) {
    this.#doors = doors;
    this.#config = options.config;
    this.#state = initialState(options.config, Math.max(0, options.reservedRound), options.latest);
    this.#inbox = new Inbox(
      { ...options.config, keys: options.memberKeys },
      { window: () => roundWindow(this.#state), monotonicMs: () => doors.clock.monotonicMs() },
    );
    this.#queue = new WorkQueue({ handle: (event) => this.#handle(event), log: doors.log });
    this.#fetches = new Fetches(options.config, {
      ...doors,
      inbox: this.#inbox,
      tell: (event) => this.#queue.push(event),
      receive: (bytes, fromId) => void this.receive("fetched", bytes, fromId),
    });
    this.#slots = new SlotClock(options.config, {
      clock: doors.clock,
      onSlot: (round) => this.#queue.push({ kind: "slot-started", round }),
    });
  }

  get state(): OracleState {
    return this.#state;
  }

  start(): void {
    // Before the first slot as before any other: reading a market's chains for the first time costs most.
    const firstInMs = slotTimeMs(this.#config, this.#config.firstRound) - this.#doors.clock.nowMs();
    const aheadMs = firstInMs - this.#config.slotMs * (1 - LOOK_AHEAD_AT_FRACTION);
    this.#later(Math.min(Math.max(0, aheadMs), TIMER_MAX_MS), "market", () => this.#doors.market.prepare());
    this.#slots.start();
  }

  /** The first round that is not this configuration's any more. See {@link SlotClock.endBefore}. */
  endBefore(round: number): void {
    this.#slots.endBefore(round);
  }

  /** A report from elsewhere than this configuration's messages; it is believed when its key signed it. [R72] */
  learn(signed: SignedReport): void {
    if (!this.#state.reports.has(signed.report.round)) this.#fetches.verifyReport(signed);
  }

  async stop(): Promise<void> {
    this.#slots.stop();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await this.#queue.stop();
  }

  /** The verdict on a peer's bytes; an accepted message is queued for the machine. */
  receive(channel: Channel, bytes: Uint8Array, fromId: number): "accept" | "ignore" | "reject" {
    const verdict = this.#inbox.judge(channel, bytes, fromId);
    if (verdict.verdict === "accept" || (verdict.verdict === "ignore" && verdict.why === "round-closed")) {
      this.#queue.push({ kind: "message-received", message: verdict.message, hash: verdict.hash });
    } else if (verdict.verdict === "reject") {
      this.#doors.watcher.refused(channel, verdict.why, fromId);
    }
    return verdict.verdict === "pass-on" ? "accept" : verdict.verdict;
  }

  /** Evidence against a member was verified. */
  convicted(member: number, fault: AccusationKind): void {
    this.#queue.push({ kind: "convicted", member, fault });
  }

  /** A peer's network layer took a frame, named by its tag. */
  acknowledged(fromId: number, hash: Hex): void {
    this.#queue.push({ kind: "acknowledged", from: fromId, hash });
  }

  answer(bytes: Uint8Array): Uint8Array | null {
    const request = decodeRequest(bytes);
    if (request === null) return null;
    if (request.kind === "message") return this.#inbox.envelope(request.hash) ?? null;
    const held = this.#state.reports.get(request.round);
    return held !== undefined && held.digest === request.digest ? encodeSignedReport(held) : null;
  }

  async #handle(event: OracleEvent): Promise<void> {
    const next = step(this.#state, event);
    const at = momentOf(this.#doors.clock, event.kind === "slot-started" || next.effects.length > 0);
    this.#state = next.state;
    for (const effect of next.effects) {
      try {
        this.#perform(effect);
      } catch (error) {
        // The orders behind a failed one are not carried out: nothing is said that was not written down.
        this.#doors.log.error("effect failed", { effect: effect.kind, reason: reasonOf(error) });
        if (effect.kind === "reserve-rounds") this.#queue.push({ kind: "disk-failed", why: reasonOf(error) });
        break;
      }
    }
    this.#doors.watcher.stepped(this.#state, event, next.effects, at);
    // A slot that is not used needs no successor: a clock that is wrong must not fill the vault with rounds to come.
    if (event.kind === "slot-started" && next.effects.some(({ kind }) => kind === "observe")) {
      this.#prepareNext(event.round + 1);
    }
  }

  #perform(effect: Effect): void {
    const { signing, disk, sink, watcher } = this.#doors;
    switch (effect.kind) {
      case "reserve-rounds":
        disk.reserve(effect.upTo);
        this.#queue.push({ kind: "rounds-reserved", upTo: effect.upTo });
        return;
      case "observe":
        return this.#observe(effect.round);
      case "broadcast":
        return this.#broadcast(effect.message);
      case "forward": {
        const bytes = this.#inbox.envelope(effect.hash);
        if (bytes !== undefined) this.#sendToAll(bytes, { round: effect.round, hash: effect.hash });
        return;
      }
      case "sign-share": {
        const { round, proposalHash, digest } = effect;
        const made = signing.sign(round, digest, effect.commitments);
        if (!made.ok) {
          const { why, culprits } = made;
          this.#queue.push({ kind: "share-refused", round, proposalHash, why, culprits });
          return;
        }
        const next = effect.drawNext ? signing.drawFresh(round) : null;
        this.#queue.push({ kind: "share-made", round, proposalHash, digest, z: made.z, next });
        return;
      }
      case "aggregate": {
        const { round, proposalHash } = effect;
        const result = signing.aggregate(effect.digest, effect.commitments, effect.shares);
        if (result.ok) this.#queue.push({ kind: "aggregated", round, proposalHash, signature: result.signature });
        else this.#queue.push({ kind: "aggregate-failed", round, proposalHash, culprits: result.culprits });
        return;
      }
      case "set-timer":
        return this.#setTimer(effect);
      case "verify-report":
        return this.#fetches.verifyReport(effect.signed);
      case "fetch-message":
        return this.#fetches.message(effect.hash, effect.from);
      case "fetch-report":
        return this.#fetches.report(effect.round, effect.digest, effect.from);
      case "publish":
        return sink.published(effect.signed, effect.own);
      case "forget-nonces":
        return signing.forgetBefore(effect.belowRound);
      case "accuse":
        return this.#accuse(effect.accusation);
      case "note":
        return watcher.noted(effect.note);
      default:
        return unreachable(effect);
    }
  }

  #observe(round: number): void {
    const { signing, market, clock } = this.#doors;
    const latest = latestReport(this.#state, round)?.report ?? null;
    const values = market.observe({ round, slotTimeMs: slotTimeMs(this.#config, round), latest });
    this.#lastValues = values;
    this.#queue.push({
      kind: "observed",
      round,
      obsTimeMs: clock.nowMs(),
      incarnation: signing.incarnation,
      commitments: signing.draw(round, values),
      values,
    });
  }

  /** Late in a slot there is time for the next one's nonces and fresh chains. What is not ready then is made in it. */
  #prepareNext(round: number): void {
    const { slotMs } = this.#config;
    this.#later(slotMs * PREPARE_AT_FRACTION, "nonces", () => {
      const p95Ms = slowRoundTripMs(this.#doors.peers.roundTripsMs(), this.#config.f);
      this.#queue.push({ kind: "round-trip", p95Ms });
      // On a machine that lags the slot itself may come first and draw its own.
      if (this.#state.currentRound < round) this.#doors.signing.prepare(round, this.#lastValues);
    });
    this.#later(slotMs * LOOK_AHEAD_AT_FRACTION, "market", () => this.#doors.market.prepare());
  }

  /** Every message that an accusation names is one that this node was sent: the inbox remembers it. */
  #accuse(accusation: Accusation): void {
    const envelopes = messagesOf(accusation).flatMap((hash) => this.#inbox.envelope(hash) ?? []);
    if (envelopes.length === messagesOf(accusation).length) this.#doors.evidence.accused(accusation, envelopes);
    else this.#doors.log.warn("a fault cannot be proven, its envelopes are gone", { kind: accusation.kind });
  }

  #later(delayMs: number, what: string, prepare: () => void): void {
    const handle = setTimeout(() => {
      this.#timers.delete(handle);
      try {
        prepare();
      } catch (error) {
        this.#doors.log.error("the next slot could not be prepared", { what, reason: reasonOf(error) });
      }
    }, delayMs);
    this.#timers.add(handle);
  }

  #broadcast(message: Message): void {
    const { peers, signEnvelope } = this.#doors;
    const { bytes, hash } = sealEnvelope(this.#config.cfg, message, signEnvelope);
    this.#inbox.remember(this.#config.selfId, hash, bytes);
    if (message.type === "observe" || message.type === "report") peers.publish(message.type, bytes);
    else this.#sendToAll(bytes, { round: message.round, hash });
    this.#queue.push({ kind: "message-received", message, hash });
  }

  #sendToAll(bytes: Uint8Array, tag: FrameTag): void {
    const { peers } = this.#doors;
    for (let id = 1; id <= this.#config.n; id++) if (id !== this.#config.selfId) peers.send(id, bytes, tag);
  }

  #setTimer({ timer, round, delayMs }: Extract<Effect, { kind: "set-timer" }>): void {
    // From T_r where the specification counts from T_r, so that a late wake does not push a rescue back.
    const fromSlot = timer === "hard-stop" || timer === "backup";
    const lateMs = fromSlot ? Math.max(0, this.#doors.clock.nowMs() - slotTimeMs(this.#config, round)) : 0;
    const handle = setTimeout(
      () => {
        this.#timers.delete(handle);
        this.#queue.push({ kind: "timer-fired", timer, round });
      },
      Math.max(0, delayMs - lateMs),
    );
    this.#timers.add(handle);
  }
}
