import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { systemClock } from "../../src/node/clock.ts";
import { SlotClock } from "../../src/node/slots.ts";
import { FIRST, T0 } from "../support/protocol.ts";

const schedule = { firstRound: FIRST, firstRoundTimeMs: T0, slotMs: 1_000 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Starts at the wall clock's `atMs`; returns the rounds that began, each with its lateness. */
function running(
  atMs: number,
  over: Partial<typeof schedule> = {},
): { slots: SlotClock; rounds: number[]; lateMs: number[] } {
  vi.setSystemTime(atMs);
  const own = { ...schedule, ...over };
  const rounds: number[] = [];
  const lateMs: number[] = [];
  const onSlot = (round: number): void => {
    rounds.push(round);
    lateMs.push(systemClock.nowMs() - (own.firstRoundTimeMs + (round - own.firstRound) * own.slotMs));
  };
  const slots = new SlotClock(own, { clock: systemClock, onSlot });
  slots.start();
  return { slots, rounds, lateMs };
}

describe("the slot clock", () => {
  test("wakes at every slot's time, not before, and at most a millisecond after", () => {
    const { slots, rounds, lateMs } = running(T0 - 500);
    vi.advanceTimersByTime(5_600);
    slots.stop();
    expect(rounds).toEqual([FIRST, FIRST + 1, FIRST + 2, FIRST + 3, FIRST + 4, FIRST + 5]);
    for (const late of lateMs) expect(late === 0 || late === 1).toBe(true);
  });

  test("tells of no slot from its end on, until the end is moved; a slot that was passed over is not made up for", () => {
    const { slots, rounds } = running(T0 - 500);
    slots.endBefore(FIRST + 2);
    vi.advanceTimersByTime(3_800);
    expect(rounds).toEqual([FIRST, FIRST + 1]);
    // In the middle of slot FIRST + 3: another configuration has acted in it.
    slots.endBefore(Number.POSITIVE_INFINITY);
    vi.advanceTimersByTime(1_000);
    slots.stop();
    expect(rounds).toEqual([FIRST, FIRST + 1, FIRST + 4]);
  });

  test("that starts in the middle of a slot waits for the next one", () => {
    const { slots, rounds } = running(T0 + 2_300);
    vi.advanceTimersByTime(699);
    expect(rounds).toEqual([]);
    vi.advanceTimersByTime(2);
    slots.stop();
    expect(rounds).toEqual([FIRST + 3]);
  });

  test("that starts in the middle of a long slot waits for the next one too", () => {
    const { slots, rounds } = running(T0 + 10_000, { slotMs: 60_000 });
    vi.advanceTimersByTime(49_990);
    expect(rounds).toEqual([]);
    vi.advanceTimersByTime(20);
    slots.stop();
    expect(rounds).toEqual([FIRST + 1]);
  });

  test("waits for the first round however far it is", () => {
    const { slots, rounds } = running(T0 - 3_600_000);
    vi.advanceTimersByTime(3_599_999);
    expect(rounds).toEqual([]);
    vi.advanceTimersByTime(2);
    slots.stop();
    expect(rounds).toEqual([FIRST]);
  });

  test("keeps the rhythm of short and of long slots", () => {
    for (const slotMs of [250, 60_000]) {
      const { slots, rounds } = running(T0 - 1, { slotMs });
      vi.advanceTimersByTime(4 * slotMs + 2);
      slots.stop();
      expect(rounds).toEqual([FIRST, FIRST + 1, FIRST + 2, FIRST + 3, FIRST + 4]);
    }
  });

  test("skips what passed while the process slept or the clock jumped ahead", () => {
    const { slots, rounds } = running(T0 - 1);
    vi.advanceTimersByTime(1_100);
    vi.setSystemTime(T0 + 3_600_500);
    vi.advanceTimersByTime(1_600);
    slots.stop();
    expect(rounds.slice(0, 2)).toEqual([FIRST, FIRST + 1]);
    expect(rounds.slice(2).every((round) => round >= FIRST + 3_600)).toBe(true);
    expect(rounds.length).toBeGreaterThan(2);
  });

  test("goes on within a second when a clock that was an hour ahead is set right", () => {
    const { slots, rounds } = running(T0 + 3_600_000 - 1);
    vi.advanceTimersByTime(100);
    expect(rounds).toEqual([FIRST + 3_600]);
    vi.setSystemTime(T0 + 5_000);
    vi.advanceTimersByTime(2_500);
    slots.stop();
    expect(rounds.slice(1)).toContain(FIRST + 7);
    expect(Math.max(...rounds.slice(1))).toBeLessThan(FIRST + 10);
  });

  test("goes on likewise with slots of a minute: at once in the slot it is in, and then in every next one", () => {
    const { slots, rounds } = running(T0 + 60 * 60_000 - 1, { slotMs: 60_000 });
    vi.advanceTimersByTime(5_000);
    expect(rounds).toEqual([FIRST + 60]);
    vi.setSystemTime(T0 + 90_000);
    vi.advanceTimersByTime(95_000);
    slots.stop();
    expect(rounds).toEqual([FIRST + 60, FIRST + 1, FIRST + 2, FIRST + 3]);
  });

  test("notices within a second that a long wait became a short one", () => {
    const { slots, rounds } = running(T0 - 3_600_000);
    vi.advanceTimersByTime(500);
    vi.setSystemTime(T0 - 1_200);
    vi.advanceTimersByTime(1_300);
    slots.stop();
    expect(rounds).toEqual([FIRST]);
  });

  test("never names a round twice in a row", () => {
    const { slots, rounds } = running(T0 - 1, { slotMs: 250 });
    vi.advanceTimersByTime(20_000);
    slots.stop();
    expect(new Set(rounds).size).toBe(rounds.length);
    expect(rounds).toHaveLength(80);
  });

  test("is silent once stopped, also when it is stopped by the slot itself", () => {
    const outside = running(T0 - 1);
    outside.slots.stop();
    vi.advanceTimersByTime(3_000);
    expect(outside.rounds).toEqual([]);

    const rounds: number[] = [];
    vi.setSystemTime(T0 - 1);
    const inside: SlotClock = new SlotClock(schedule, {
      clock: systemClock,
      onSlot: (round) => {
        rounds.push(round);
        inside.stop();
      },
    });
    inside.start();
    vi.advanceTimersByTime(5_000);
    expect(rounds).toEqual([FIRST]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("a wake a fraction early, whose clock ticks over between two looks, does not pass over the slot", () => {
  vi.setSystemTime(T0 - 500);
  const rounds: number[] = [];
  // Before the slot at the wake's first look, in it at the second; then the real time.
  const looks = [T0 - 500, T0 - 500, T0 - 1, T0];
  const clock = { ...systemClock, nowMs: () => looks.shift() ?? systemClock.nowMs() };
  const slots = new SlotClock(schedule, { clock, onSlot: (round) => rounds.push(round) });
  slots.start();
  vi.advanceTimersByTime(1_100);
  slots.stop();
  expect(rounds[0]).toBe(FIRST);
});
