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
import { observeLateMaxMs } from "../protocol/limits.ts";
import { roundWindow } from "../protocol/phase-slot.ts";
import type { OracleConfig, OracleState } from "../protocol/state.ts";
import { initialState, latestReport, slotTimeMs } from "../protocol/state.ts";
import { step } from "../protocol/step.ts";
import { reportDigest } from "../report/codec.ts";
import type { SignedReport } from "../report/report.ts";
import { answerTo } from "./answers.ts";
import { sealEnvelope } from "./envelope.ts";
import { Fetcher } from "./fetcher.ts";
import type { Channel, InboxVerdict } from "./inbox.ts";
import { Inbox } from "./inbox.ts";
import type { NewestEnvelope } from "./newest.ts";
import type {
  DiskPort,
  ObservationPort,
  OracleWatcher,
  PeerPort,
  ReportSink,
  SigningPort,
  WatchersEvent,
} from "./ports.ts";
import { SlotClock } from "./slots.ts";
import { WorkQueue } from "./work-queue.ts";

export type OracleOptions = {
  readonly config: OracleConfig;
  /** Highest round reserved by earlier lives of this key; −1 when none. */
  readonly reservedRound: number;
  readonly latest: SignedReport | null;
  /** Envelope keys of all members. */
  readonly memberKeys: ReadonlyMap<number, KeyObject>;
  /** Newest envelopes of the members, as an earlier life kept them. */
  readonly remembered: readonly Uint8Array[];
};

export type OracleDoors = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly signing: SigningPort;
  readonly peers: PeerPort;
  readonly disk: DiskPort;
  readonly market: ObservationPort;
  readonly sink: ReportSink;
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
  readonly #fetcher: Fetcher;
  readonly #timers = new Set<NodeJS.Timeout>();
  #state: OracleState;
  #lastValues: readonly Observed[] = [];

  constructor(options: OracleOptions, doors: OracleDoors) {
    this.#doors = doors;
    this.#config = options.config;
    this.#state = initialState(options.config, Math.max(0, options.reservedRound), options.latest);
    this.#inbox = new Inbox(
      { cfg: options.config.cfg, keys: options.memberKeys, remembered: options.remembered },
      { window: () => roundWindow(this.#state) },
    );
    this.#fetcher = new Fetcher({ feeds: options.config.rules.length }, doors);
    this.#queue = new WorkQueue({ handle: (event) => this.#handle(event), log: doors.log });
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

  async stop(): Promise<void> {
    this.#slots.stop();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await this.#queue.stop();
  }

  /** What the watchers of disk, clock and peers tell the machine. */
  tell(event: WatchersEvent): void {
    this.#queue.push(event);
  }

  newestEnvelopes(): readonly NewestEnvelope[] {
    return this.#inbox.newest.all();
  }

  /** The verdict on a peer's bytes; an accepted message is queued for the machine. */
  receive(channel: Channel, bytes: Uint8Array, fromId: number): InboxVerdict["verdict"] {
    const verdict = this.#inbox.judge(channel, bytes);
    if (verdict.verdict === "accept" || (verdict.verdict === "ignore" && verdict.why === "round-closed")) {
      this.#doors.watcher.heard(verdict.message, fromId);
      this.#queue.push({ kind: "message-received", message: verdict.message, hash: verdict.hash });
    } else if (verdict.verdict === "reject") {
      this.#doors.watcher.refused(channel, verdict.why, fromId);
    }
    return verdict.verdict;
  }

  answer(bytes: Uint8Array): Uint8Array | null {
    return answerTo(bytes, {
      envelope: (hash) => this.#inbox.envelope(hash),
      latestOf: (member) => this.#inbox.newest.of(member),
      report: (round) => this.#state.reports.get(round),
    });
  }

  async #handle(event: OracleEvent): Promise<void> {
    const next = step(this.#state, event);
    const atMs = this.#doors.clock.nowMs();
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
    this.#doors.watcher.stepped(this.#state, event, next.effects, atMs);
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
        if (bytes !== undefined) this.#sendToAll(bytes);
        return;
      }
      case "sign-share": {
        const { round, attempt, proposalHash, digest } = effect;
        const made = signing.sign(round, attempt, digest, effect.commitments);
        if (made.ok) this.#queue.push({ kind: "share-made", round, proposalHash, digest, z: made.z });
        else this.#queue.push({ kind: "share-refused", round, proposalHash, why: made.why });
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
        return this.#verifyReport(effect.signed);
      case "fetch-message":
        return this.#fetchMessage(effect.hash, effect.from);
      case "fetch-report":
        return this.#fetcher.fetchReport(
          effect.from,
          { kind: "report", round: effect.round, digest: effect.digest },
          (signed) => this.#verifyReport(signed),
        );
      case "publish":
        return sink.published(effect.signed, effect.own);
      case "forget-nonces":
        return signing.forgetBefore(effect.belowRound);
      case "note":
        return watcher.noted(effect.note);
      default:
        return unreachable(effect);
    }
  }

  #observe(round: number): void {
    const { signing, market, clock, watcher } = this.#doors;
    if (clock.nowMs() - slotTimeMs(this.#config, round) > observeLateMaxMs(this.#config.slotMs)) {
      return watcher.noted({ kind: "idle", round, why: "late" });
    }
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
      this.#queue.push({ kind: "slot-waned", round: round - 1 });
      // On a machine that lags the slot itself may come first and draw its own.
      if (this.#state.currentRound < round) this.#doors.signing.prepare(round, this.#lastValues);
    });
    this.#later(slotMs * LOOK_AHEAD_AT_FRACTION, "market", () => this.#doors.market.prepare());
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
    else this.#sendToAll(bytes);
    this.#queue.push({ kind: "message-received", message, hash });
  }

  #sendToAll(bytes: Uint8Array): void {
    for (let id = 1; id <= this.#config.n; id++) if (id !== this.#config.selfId) this.#doors.peers.send(id, bytes);
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

  #verifyReport(signed: SignedReport): void {
    const digest = reportDigest(this.#config.networkId, signed.report);
    if (digest === signed.digest && this.#doors.signing.verify(digest, signed.signature)) {
      this.#queue.push({ kind: "report-verified", signed });
    } else {
      this.#doors.log.warn("report with a wrong signature refused", { round: signed.report.round });
    }
  }

  #fetchMessage(hash: Hex, from: number): void {
    // The machine may have passed over a version that a PROPOSE now names: asking a peer would bring a repeat. [R9]
    const message = this.#inbox.message(hash);
    if (message !== undefined) this.#queue.push({ kind: "message-received", message, hash });
    else this.#fetcher.fetch(from, { kind: "message", hash }, (bytes) => void this.receive("direct", bytes, from));
  }
}
