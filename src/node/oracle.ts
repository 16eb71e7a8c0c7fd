/**
 * The machine in the world: takes events one by one, performs the effects in their order. What it says on the wire was
 * reserved on disk first because the machine orders it so and nothing here reorders.
 */
import type { KeyObject } from "node:crypto";
import type { Hex } from "../base/bytes.ts";
import { reasonOf, unreachable } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { Observed } from "../feeds/observed.ts";
import type { Accusation, AccusationKind } from "../protocol/accusation.ts";
import { messagesOf } from "../protocol/accusation.ts";
import type { Effect, OracleEvent } from "../protocol/events.ts";
import type { Message } from "../protocol/messages.ts";
import { observeLateMaxMs } from "../protocol/limits.ts";
import { roundWindow } from "../protocol/phase-slot.ts";
import type { OracleConfig, OracleState } from "../protocol/state.ts";
import { initialState, latestReport, slotTimeMs } from "../protocol/state.ts";
import { step } from "../protocol/step.ts";
import type { SignedReport } from "../report/report.ts";
import { answerTo } from "./answers.ts";
import { sealEnvelope } from "./envelope.ts";
import { Fetches } from "./fetches.ts";
import type { Channel } from "./inbox.ts";
import { Inbox } from "./inbox.ts";
import { momentOf } from "./moment.ts";
import type { NewestEnvelope } from "./newest.ts";
import { NextSlot } from "./next-slot.ts";
import type {
  DiskPort,
  EvidencePort,
  FrameTag,
  ObservationPort,
  OracleWatcher,
  PeerPort,
  ReportSink,
  SigningPort,
  WatchersEvent,
} from "./ports.ts";
import { isMeasured } from "./round-steps.ts";
import { SlotClock } from "./slots.ts";
import { Timers } from "./timers.ts";
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
  readonly evidence: EvidencePort;
  readonly watcher: OracleWatcher;
  readonly signEnvelope: (bytes: Uint8Array) => Uint8Array;
};

export class Oracle {
  readonly #doors: OracleDoors;
  readonly #config: OracleConfig;
  readonly #inbox: Inbox;
  readonly #queue: WorkQueue<OracleEvent>;
  readonly #slots: SlotClock;
  readonly #fetches: Fetches;
  readonly #timers = new Timers();
  readonly #next: NextSlot;
  #state: OracleState;
  #lastValues: readonly Observed[] = [];

  constructor(options: OracleOptions, doors: OracleDoors) {
    this.#doors = doors;
    this.#config = options.config;
    this.#state = initialState(options.config, Math.max(0, options.reservedRound), options.latest);
    this.#inbox = new Inbox(
      { ...options.config, keys: options.memberKeys, remembered: options.remembered },
      { window: () => roundWindow(this.#state), monotonicMs: () => doors.clock.monotonicMs() },
    );
    this.#queue = new WorkQueue({ handle: (event) => this.#handle(event), log: doors.log });
    this.#fetches = new Fetches(options.config, {
      ...doors,
      inbox: this.#inbox,
      tell: (event) => this.#queue.push(event),
      receive: (bytes, fromId) => void this.receive("fetched", bytes, fromId),
    });
    this.#next = new NextSlot(options.config, {
      ...doors,
      timers: this.#timers,
      state: () => this.#state,
      tell: (event) => this.#queue.push(event),
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
    this.#next.start();
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

  stop(): void {
    this.#slots.stop();
    this.#timers.stop();
    this.#queue.stop();
  }

  /** What the watchers of disk, clock and peers tell the machine. */
  tell(event: WatchersEvent): void {
    this.#queue.push(event);
  }

  newestEnvelopes(): readonly NewestEnvelope[] {
    return this.#inbox.newest.all();
  }

  /** The verdict on a peer's bytes; an accepted message is queued for the machine. */
  receive(channel: Channel, bytes: Uint8Array, fromId: number): "accept" | "second-hand" | "ignore" | "reject" {
    const verdict = this.#inbox.judge(channel, bytes, fromId);
    if (verdict.verdict === "accept" || (verdict.verdict === "ignore" && verdict.why === "round-closed")) {
      this.#doors.watcher.heard(verdict.message, fromId);
      this.#queue.push({ kind: "message-received", message: verdict.message, hash: verdict.hash });
    } else if (verdict.verdict === "reject") {
      this.#doors.watcher.refused(channel, verdict.why, fromId);
    }
    if (verdict.verdict === "accept") return verdict.message.sender === fromId ? "accept" : "second-hand";
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
    return answerTo(bytes, {
      envelope: (hash) => this.#inbox.envelope(hash),
      latestOf: (member) => this.#inbox.newest.of(member),
      report: (round) => this.#state.reports.get(round),
    });
  }

  #handle(event: OracleEvent): void {
    const next = step(this.#state, event);
    const at = momentOf(this.#doors.clock, isMeasured(event, next.effects));
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
      this.#next.prepare(event.round + 1, this.#lastValues);
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

  /** Every message that an accusation names is one that this node was sent: the inbox remembers it. */
  #accuse(accusation: Accusation): void {
    const envelopes = messagesOf(accusation).flatMap((hash) => this.#inbox.envelope(hash) ?? []);
    if (envelopes.length === messagesOf(accusation).length) this.#doors.evidence.accused(accusation, envelopes);
    else this.#doors.log.warn("a fault cannot be proven, its envelopes are gone", { kind: accusation.kind });
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
    this.#timers.after(Math.max(0, delayMs - lateMs), () => this.#queue.push({ kind: "timer-fired", timer, round }));
  }
}
