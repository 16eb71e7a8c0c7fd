/**
 * What peers hold of this member, asked at the start and ever after: at the start it says whether the disk still knows all
 * that was said [R55] [R56], later whether another process speaks under the same key [R57]. Gossip alone would not tell:
 * nobody sends a peer id its own words back.
 */
import { reasonOf } from "../base/errors.ts";
import type { Logger } from "../base/ports.ts";
import type { HoldReason } from "../protocol/hold-reasons.ts";
import type { Message } from "../protocol/messages.ts";
import {
  beginRecovery,
  type RecoveryEvent,
  type RecoveryOptions,
  type RecoveryState,
  type RecoveryVerdict,
  recoveryVerdict,
  stepRecovery,
  together,
} from "../protocol/recovery.ts";
import { readLatestOf } from "./answers.ts";
import { encodeRequest } from "./requests.ts";

export type SelfWatchDoors = {
  readonly log: Logger;
  readonly request: (toId: number, bytes: Uint8Array, timeoutMs: number) => Promise<Uint8Array | null>;
  /** An envelope of this configuration whose signature fits, else null. */
  readonly open: (bytes: Uint8Array) => Message | null;
  /** What came as my own word: the machine judges whose process said it. */
  readonly hear: (bytes: Uint8Array, fromId: number) => unknown;
  readonly roundNow: () => number;
  /** What a configuration under the same key that began earlier in this process has found; null when there is none. */
  readonly before: () => RecoveryVerdict | null;
  readonly hold: (why: HoldReason, on: boolean) => void;
  readonly raiseFloor: (round: number) => void;
};

const ASK_TIMEOUT_MS = 1_000;
/** While recovering: peers that have not answered are asked again. */
const ASK_AGAIN_MS = 250;
/** Afterwards one peer after the other, so often. Lower: a stream for each question. Higher: a twin speaks for longer. */
const WATCH_EVERY_MS = 4_000;

export class SelfWatch {
  readonly #doors: SelfWatchDoors;
  readonly #selfId: number;
  readonly #peerIds: readonly number[];
  readonly #asked = new Set<number>();
  #state: RecoveryState;
  #verdict: RecoveryVerdict;
  #timer: NodeJS.Timeout | null = null;
  #turn = 0;
  /** Slot in which all peers were asked last. */
  #askedIn = -1;
  #toldLost = false;

  constructor(options: RecoveryOptions, doors: SelfWatchDoors) {
    this.#doors = doors;
    this.#selfId = options.selfId;
    this.#peerIds = Array.from({ length: options.n }, (_, i) => i + 1).filter((id) => id !== options.selfId);
    this.#state = beginRecovery(options);
    this.#verdict = recoveryVerdict(this.#state);
  }

  /** @param isFirstLife nobody can have spoken yet: the configuration has not begun, and no earlier life of it either */
  start(isFirstLife: boolean): void {
    if (isFirstLife) {
      this.#verdict = together({ kind: "resume", lost: false, floorRound: 0 }, this.#doors.before());
      if (this.#verdict.kind === "resume") this.#doors.raiseFloor(this.#verdict.floorRound);
    } else {
      this.#doors.hold("recovering", true);
      this.#take({ kind: "slot-looked-up", round: this.#doors.roundNow() });
    }
    this.#tick();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** For health: whether the disk knew less than what was said, and how many answers are still awaited. */
  verdict(): RecoveryVerdict {
    return this.#verdict;
  }

  #tick(): void {
    const isRecovering = this.#verdict.kind === "wait";
    this.#timer = setTimeout(() => this.#tick(), isRecovering ? ASK_AGAIN_MS : WATCH_EVERY_MS);
    if (isRecovering) {
      const round = this.#doors.roundNow();
      this.#take({ kind: "slot-looked-up", round });
      // Once a slot those that have answered too: what a twin says meanwhile is heard before this life speaks, whatever
      // gossip carries. [R57]
      const isNewSlot = round > this.#askedIn;
      this.#askedIn = Math.max(round, this.#askedIn);
      for (const id of this.#peerIds) if (isNewSlot || !this.#state.answers.has(id)) this.#ask(id);
    } else {
      this.#turn = (this.#turn + 1) % this.#peerIds.length;
      this.#ask(this.#peerIds[this.#turn]!);
    }
  }

  #ask(id: number): void {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    const askedIn = this.#doors.roundNow();
    this.#doors
      .request(id, encodeRequest({ kind: "latest-of", member: this.#selfId }), ASK_TIMEOUT_MS)
      .then((answer) => this.#heard(id, askedIn, readLatestOf(answer)))
      .catch((error: unknown) => this.#doors.log.debug("asking failed", { peer: id, reason: reasonOf(error) }))
      .finally(() => this.#asked.delete(id));
  }

  #heard(from: number, askedIn: number, bytes: Uint8Array | null | undefined): void {
    if (bytes === undefined || this.#timer === null) return;
    if (bytes === null) return this.#take({ kind: "answered", from, askedIn, envelope: null });
    // What is not signed is no answer: the peer is asked again, and others beside it.
    const envelope = this.#doors.open(bytes);
    if (envelope === null || envelope.sender !== this.#selfId) return;
    // The machine first: a living twin's word must stop this life before the same answer lets it speak.
    this.#doors.hear(bytes, from);
    this.#take({ kind: "answered", from, askedIn, envelope });
  }

  #take(event: RecoveryEvent): void {
    if (this.#verdict.kind === "resume") return;
    this.#state = stepRecovery(this.#state, event);
    const before = this.#doors.before();
    if (before?.lost === true) this.#state = stepRecovery(this.#state, { kind: "memory-lost" });
    this.#verdict = together(recoveryVerdict(this.#state), before);
    const { log, hold, raiseFloor } = this.#doors;
    if (this.#verdict.lost && !this.#toldLost) {
      this.#toldLost = true;
      log.error("the database knows less than this member has said: quarantine", {
        reservedRound: this.#state.options.reservedRound,
        answers: Object.fromEntries(this.#state.answers),
      });
    }
    if (this.#verdict.kind === "wait") return;
    const { floorRound, lost } = this.#verdict;
    raiseFloor(floorRound);
    hold("recovering", false);
    log.info("what earlier lives said is known", { floorRound, lost, answers: this.#state.answers.size });
  }
}
