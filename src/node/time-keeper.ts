/**
 * Whether this node's clock is fit to speak by: held against its peers' and against the monotonic clock. Safety never
 * uses time; a node with a wrong clock would only spend its rounds beside the others', so it stops until it is right. [R58]
 */
import type { Clock, Logger } from "../base/ports.ts";
import type { Message } from "../protocol/messages.ts";
import type { Counter, Gauge, Metrics } from "../telemetry/metrics.ts";
import { PeerOffsets } from "./time-offset.ts";

export type TimeKeeperOptions = { readonly f: number; readonly slotMs: number };

export type TimeKeeperDoors = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Last round trip to a peer, ms; null before the first. */
  readonly rttMs: (peer: number) => number | null;
  readonly hold: (on: boolean) => void;
};

const WARN_MS = 100;
const LIMIT_MAX_MS = 2_000;
/** Of the limit: speaking again needs a clock that is well inside, or it would flap at the edge. */
const RESUME_FRACTION = 0.75;
const LOOK_EVERY_MS = 250;
/** Between two looks a clock that is disciplined moves by less. */
const STEP_MIN_MS = 50;
/** Lower: a peer that pauses is no witness. Higher: where all clocks are set at once, all are silent for so long. */
const AGE_MAX_MS = 10_000;
const AGE_MAX_SLOTS = 16;

export class TimeKeeper {
  readonly #doors: TimeKeeperDoors;
  readonly #offsets: PeerOffsets;
  readonly #limitMs: number;
  readonly #offset: Gauge<never>;
  readonly #steps: Counter<"direction">;
  #timer: NodeJS.Timeout | null = null;
  #aheadMs: number;
  #isHeld = false;
  #isWarned = false;

  constructor({ f, slotMs }: TimeKeeperOptions, doors: TimeKeeperDoors) {
    this.#doors = doors;
    this.#offsets = new PeerOffsets({ f, ageMaxMs: Math.max(AGE_MAX_MS, AGE_MAX_SLOTS * slotMs) });
    this.#limitMs = Math.min(slotMs / 2, LIMIT_MAX_MS);
    this.#aheadMs = doors.clock.nowMs() - doors.clock.monotonicMs();
    this.#offset = doors.metrics.gauge({
      name: "tenor_clock_offset_seconds",
      help: "This clock less its peers' clocks, by the median over peers",
    });
    this.#steps = doors.metrics.counter({
      name: "tenor_clock_steps_total",
      help: "Times the wall clock moved against the monotonic one, by direction",
      labels: ["direction"],
    });
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Only what came from its author's own line: a message that was passed on says when it was passed on. */
  heard(message: Message, fromId: number): void {
    if (message.type !== "observe" || message.sender !== fromId) return;
    const { clock, rttMs } = this.#doors;
    this.#noticeStep();
    const sample = { delayMs: clock.nowMs() - message.obsTimeMs, rttMs: rttMs(fromId) };
    this.#offsets.heard(fromId, message.round, sample, clock.monotonicMs());
  }

  /** Every quarter of a second: notices a step of the clock, and decides. */
  look(): void {
    this.#noticeStep();
    const { clock, log, hold } = this.#doors;
    const offsetMs = this.#offsets.offsetMs(clock.monotonicMs());
    if (offsetMs === null) {
      this.#unknown();
      return;
    }
    this.#offset.set(offsetMs / 1_000);
    const farMs = Math.abs(offsetMs);
    if (farMs > WARN_MS !== this.#isWarned) {
      this.#isWarned = !this.#isWarned;
      const say = this.#isWarned ? "the clock is off its peers'" : "the clock is with its peers' again";
      log.warn(say, { offsetMs: Math.round(offsetMs) });
    }
    if (!this.#isHeld && farMs > this.#limitMs) this.#hold(true, offsetMs, hold);
    else if (this.#isHeld && farMs <= this.#limitMs * RESUME_FRACTION) this.#hold(false, offsetMs, hold);
  }

  /**
   * Nobody is left to hold the clock against. Where all members' clocks are set alike, by the machine or the NTP server that
   * they share, each finds its own far from what it heard before, and none would ever hear that it is right.
   */
  #unknown(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#doors.log.warn("no peer is heard to hold the clock against: this node speaks");
    this.#doors.hold(false);
  }

  #hold(on: boolean, offsetMs: number, hold: (on: boolean) => void): void {
    this.#isHeld = on;
    const fields = { offsetMs: Math.round(offsetMs), limitMs: this.#limitMs };
    if (on) this.#doors.log.error("the clock is too far off to speak by", fields);
    else this.#doors.log.info("the clock is right again: this node speaks", fields);
    hold(on);
  }

  #noticeStep(): void {
    const { clock, log } = this.#doors;
    const aheadMs = clock.nowMs() - clock.monotonicMs();
    const byMs = aheadMs - this.#aheadMs;
    this.#aheadMs = aheadMs;
    if (Math.abs(byMs) < STEP_MIN_MS) return;
    this.#steps.add(1, { direction: byMs > 0 ? "forward" : "backward" });
    log.warn("the wall clock was set", { byMs: Math.round(byMs) });
    this.#offsets.stepped(byMs);
  }
}
