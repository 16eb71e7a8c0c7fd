/** The slot clock: wakes the machine at T_r. The wall clock only chooses the slot. */
import type { Clock } from "../base/ports.ts";
import { roundAt } from "../protocol/state.ts";

export type SlotSchedule = { readonly firstRound: number; readonly firstRoundTimeMs: number; readonly slotMs: number };

/** setTimeout is good to a millisecond and may be early by a fraction of one; a long sleep is split so that a clock step is noticed. */
const SLEEP_MAX_MS = 1_000;

export class SlotClock {
  readonly #schedule: SlotSchedule;
  readonly #clock: Clock;
  readonly #onSlot: (round: number) => void;
  #timer: NodeJS.Timeout | null = null;
  #lastRound = 0;
  #endRound = Number.POSITIVE_INFINITY;

  constructor(schedule: SlotSchedule, doors: { readonly clock: Clock; readonly onSlot: (round: number) => void }) {
    this.#schedule = schedule;
    this.#clock = doors.clock;
    this.#onSlot = doors.onSlot;
  }

  start(): void {
    // A process that starts in the middle of a slot waits for the next one: it would observe late.
    this.#lastRound = roundAt(this.#schedule, this.#clock.nowMs());
    this.#arm(this.#lastRound);
  }

  /** No slot from this round on is told of: it belongs to another configuration. A later word replaces this one. [R70] */
  endBefore(round: number): void {
    this.#endRound = round;
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /**
   * @param current the round this wake saw. The next one follows from it and not from a second look at the clock: a wake
   *   a fraction early that looked twice, once on each side of T_r, would pass over slot r.
   */
  #arm(current: number): void {
    const { firstRound, firstRoundTimeMs, slotMs } = this.#schedule;
    const next = Math.max(current + 1, firstRound);
    const waitMs = firstRoundTimeMs + (next - firstRound) * slotMs - this.#clock.nowMs();
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, Math.min(Math.ceil(waitMs), SLEEP_MAX_MS)));
  }

  #wake(): void {
    const round = roundAt(this.#schedule, this.#clock.nowMs());
    // A clock that was set back goes on from where it is now: whether a round may be used again is the machine's to say.
    if (round >= this.#schedule.firstRound && round !== this.#lastRound) {
      this.#lastRound = round;
      if (round < this.#endRound) this.#onSlot(round);
    }
    if (this.#timer !== null) this.#arm(round);
  }
}
