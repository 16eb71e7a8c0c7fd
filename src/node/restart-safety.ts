/**
 * What must be right around the machine before it may speak: the disk, the memory of earlier lives, the clock, and that no
 * other process has the same key. Each watcher tells the machine by an event; the machine keeps quiet. [R55–R59]
 */
import type { KeyObject } from "node:crypto";
import type { Hex } from "../base/bytes.ts";
import { reasonOf } from "../base/errors.ts";
import type { Clock, Logger } from "../base/ports.ts";
import type { OracleEvent } from "../protocol/events.ts";
import { HOLD_REASONS, type HoldReason } from "../protocol/hold-reasons.ts";
import { reservationRounds } from "../protocol/limits.ts";
import type { Message } from "../protocol/messages.ts";
import type { OracleConfig, OracleState } from "../protocol/state.ts";
import { roundAt } from "../protocol/state.ts";
import type { EnvelopeRow } from "../store/envelopes.ts";
import type { Gauge, Histogram, Metrics } from "../telemetry/metrics.ts";
import { openEnvelope } from "./envelope.ts";
import type { Household, Housemate } from "./household.ts";
import type { NewestEnvelope } from "./newest.ts";
import type { DiskPort, PeerPort, WatchersEvent } from "./ports.ts";
import { SelfWatch } from "./self-watch.ts";
import { TimeKeeper } from "./time-keeper.ts";

export type RestartSafetyOptions = {
  readonly config: OracleConfig;
  readonly groupKeyX: Hex;
  /** Never act in rounds up to this one; −1 when none. See floorRoundOf. */
  readonly floorRound: number;
  readonly memberKeys: ReadonlyMap<number, KeyObject>;
  /** Why the database takes nothing, when that was known at the start. */
  readonly trouble: string | null;
};

/** The part of an Oracle that the watchers speak to. */
export type Watched = {
  readonly state: OracleState;
  tell(event: WatchersEvent): void;
  receive(channel: "fetched", bytes: Uint8Array, fromId: number): unknown;
  newestEnvelopes(): readonly NewestEnvelope[];
};

export type RestartSafetyDoors = {
  readonly oracle: () => Watched;
  readonly store: {
    reservedUpTo(groupKeyX: Hex): number;
    reserve(groupKeyX: Hex, upToRound: number): void;
    saveEnvelopes(cfg: Hex, rows: readonly EnvelopeRow[]): void;
    /** @returns ends the telling */
    onFault(listener: (failure: Error) => void): () => void;
  };
  readonly keystore: {
    hasActed(groupKeyX: Hex): boolean;
    markActed(groupKeyX: Hex): void;
    isFreshlyRestored(): boolean;
  };
  readonly household: Household;
  readonly request: PeerPort["request"];
  readonly rttMs: (peer: number) => number | null;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
};

/** A commit that took so long held up everything else in the process. */
const SLOW_RESERVATION_MS = 250;
const RESERVATION_BUCKETS_SEC = [0.001, 0.003, 0.01, 0.03, 0.1, 0.25, 0.5, 1, 2, 5];

export class RestartSafety {
  readonly disk: DiskPort;
  readonly #options: RestartSafetyOptions;
  readonly #doors: RestartSafetyDoors;
  readonly #self: SelfWatch;
  readonly #time: TimeKeeper;
  readonly #held: Gauge<"reason">;
  readonly #reservation: Histogram<never>;
  #timer: NodeJS.Timeout | null = null;
  #stopListening: () => void = () => undefined;
  readonly #mate: Housemate;
  readonly #isUnspoken: boolean;
  #hasReserved = false;
  #trouble: string | null;

  constructor(options: RestartSafetyOptions, doors: RestartSafetyDoors) {
    const { config, groupKeyX, floorRound, memberKeys } = options;
    const { clock, log, metrics, store, keystore } = doors;
    this.#options = options;
    this.#doors = doors;
    this.#trouble = options.trouble;
    const reservedRound = store.reservedUpTo(groupKeyX);
    const hasActed = keystore.hasActed(groupKeyX);
    const isRestored = keystore.isFreshlyRestored();
    this.#isUnspoken = reservedRound < 0 && !hasActed && !isRestored;
    this.#mate = {
      groupKeyX,
      verdict: () => this.#self.verdict(),
      hasReserved: () => this.#hasReserved,
      halt: () => hold("duplicate-instance", true),
    };
    this.#held = metrics.gauge({
      name: "tenor_hold_state",
      help: "1 while this node may not speak, by reason",
      labels: ["reason"],
    });
    this.#reservation = metrics.histogram({
      name: "tenor_reservation_seconds",
      help: "Time to make a reservation durable; nothing else runs meanwhile",
      buckets: RESERVATION_BUCKETS_SEC,
    });
    this.disk = { reserve: (upToRound) => this.#reserve(upToRound) };
    const hold = (why: HoldReason, on: boolean): void => doors.oracle().tell({ kind: "held", why, on });
    const { selfId, n, f, slotMs } = config;
    this.#time = new TimeKeeper(
      { f, slotMs },
      { clock, log, metrics, rttMs: doors.rttMs, hold: (on) => hold("clock-off", on) },
    );
    this.#self = new SelfWatch(
      { selfId, n, f, slotMs, reservedRound, hasActed, isRestored, floorRound },
      {
        log,
        request: doors.request,
        open: (bytes) => {
          const message = openEnvelope(config.cfg, memberKeys, bytes)?.message;
          return message === undefined || message.type === "report" ? null : message;
        },
        hear: (bytes, fromId) => doors.oracle().receive("fetched", bytes, fromId),
        roundNow: () => roundAt(config, clock.nowMs()),
        before: () => doors.household.before(this.#mate),
        hold,
        raiseFloor: (floorRound) => doors.oracle().tell({ kind: "floor-raised", floorRound }),
      },
    );
  }

  /** Before the oracle starts: it must not speak before it is known what may be said. */
  start(): void {
    const { config } = this.#options;
    const { clock, household, store, oracle } = this.#doors;
    household.enter(this.#mate);
    if (this.#trouble !== null) oracle().tell({ kind: "disk-failed", why: this.#trouble });
    this.#stopListening = store.onFault((failure) => {
      this.#trouble ??= reasonOf(failure);
      this.#doors.log.error("the disk failed: this node only follows from now on", { reason: reasonOf(failure) });
      oracle().tell({ kind: "disk-failed", why: reasonOf(failure) });
    });
    const hasBegun = roundAt(config, clock.nowMs()) >= config.firstRound;
    // A refresh goes on in a life that knows what it may say.
    const isKnown = this.#isUnspoken || household.before(this.#mate)?.kind === "resume";
    this.#self.start(!hasBegun && isKnown);
    this.#time.start();
    this.#timer = setInterval(() => this.#keepEnvelopes(), reservationRounds(config.slotMs) * config.slotMs);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#self.stop();
    this.#time.stop();
    this.#stopListening();
    this.#doors.household.leave(this.#mate);
  }

  heard(message: Message, fromId: number): void {
    this.#time.heard(message, fromId);
  }

  stepped(state: OracleState, event: OracleEvent): void {
    if (state.holds.has("duplicate-instance")) this.#doors.household.twinFound(this.#mate);
    if (event.kind !== "slot-started" && event.kind !== "held" && event.kind !== "disk-failed") return;
    for (const reason of HOLD_REASONS) this.#held.set(state.holds.has(reason) ? 1 : 0, { reason });
    this.#held.set(state.disk === "failed" ? 1 : 0, { reason: "disk-failed" });
  }

  /** One sentence for everything that keeps this node from speaking. */
  reasons(): readonly string[] {
    const { holds, disk } = this.#doors.oracle().state;
    const sentences = HOLD_REASONS.filter((reason) => holds.has(reason)).map((reason) => this.#sentence(reason));
    return disk === "failed"
      ? [`this node only follows: ${this.#trouble ?? "a write was refused"}`, ...sentences]
      : sentences;
  }

  #sentence(reason: HoldReason): string {
    switch (reason) {
      case "duplicate-instance":
        return "another process speaks under this member's key: stop one of the two, then restart this one";
      case "clock-off":
        return "the clock is too far from its peers'";
      case "recovering": {
        const verdict = this.#self.verdict();
        if (!verdict.lost) return "asking peers what this member said last";
        const missing = verdict.kind === "wait" ? verdict.answersMissing : 0;
        return `the database was lost or is an old copy: ${missing} more peers must say what this member said last`;
      }
    }
  }

  #reserve(upToRound: number): void {
    const { clock, household, keystore, store, log } = this.#doors;
    const { groupKeyX } = this.#options;
    const startedMs = clock.monotonicMs();
    try {
      // The marker first: a reservation without it could be taken for one that never was.
      keystore.markActed(groupKeyX);
      // The configuration before this one may have written further ahead under the same key, in shorter slots.
      store.reserve(groupKeyX, Math.max(upToRound, store.reservedUpTo(groupKeyX)));
      this.#hasReserved = true;
      household.reserved();
    } catch (error) {
      this.#trouble ??= reasonOf(error);
      throw error;
    }
    const tookMs = clock.monotonicMs() - startedMs;
    this.#reservation.observe(tookMs / 1_000);
    if (tookMs > SLOW_RESERVATION_MS) log.warn("the disk is slow", { tookMs: Math.round(tookMs), upToRound });
  }

  #keepEnvelopes(): void {
    const { oracle, store, log } = this.#doors;
    if (oracle().state.disk === "failed") return;
    try {
      store.saveEnvelopes(this.#options.config.cfg, oracle().newestEnvelopes());
    } catch (error) {
      log.error("what peers said last could not be stored", { reason: reasonOf(error) });
    }
  }
}
