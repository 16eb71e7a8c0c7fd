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

  constructor(schedule: SlotSchedule, doors: { readonly clock: Clock; readonly onSlot: (round: number) => void }) {
    this.#schedule = schedule;
    this.#clock = doors.clock;
    this.#onSlot = doors.onSlot;
  }

  start(): void {
    this.#arm();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(): void {
    const { firstRound, firstRoundTimeMs, slotMs } = this.#schedule;
    const nowMs = this.#clock.nowMs();
    const current = roundAt(this.#schedule, nowMs);
    // A process that starts in the middle of a slot waits for the next one: it would observe late.
    // A clock that was set back goes on from where it is now: whether a round may be used again is the machine's to say.
    const next = Math.max(current + 1, firstRound);
    const waitMs = firstRoundTimeMs + (next - firstRound) * slotMs - nowMs;
    this.#timer = setTimeout(
      () => {
        if (waitMs > SLEEP_MAX_MS) return this.#arm();
        const round = roundAt(this.#schedule, this.#clock.nowMs());
        // A wake a fraction early finds the round of the last wake.
        if (round >= firstRound && round !== this.#lastRound) {
          this.#lastRound = round;
          this.#onSlot(round);
        }
        if (this.#timer !== null) this.#arm();
      },
      Math.max(1, Math.min(Math.ceil(waitMs), SLEEP_MAX_MS)),
    );
  }
}
