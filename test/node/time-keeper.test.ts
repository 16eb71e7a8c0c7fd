import { describe, expect, test } from "vitest";
import { TimeKeeper } from "../../src/node/time-keeper.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { configOf, FIRST, observeOf, T0 } from "../support/protocol.ts";
import { HandClock, notebook } from "./support/members.ts";

/** A node of four whose peers' clocks are right and a known way off. */
function kept(slotMs = 1_000) {
  const config = configOf({ slotMs });
  const clock = new HandClock(T0);
  const { log, lines } = notebook();
  const metrics = new Metrics();
  const holds: boolean[] = [];
  const time = new TimeKeeper(
    { f: config.f, slotMs },
    { clock, log, metrics, rttMs: () => 20, hold: (on) => void holds.push(on) },
  );
  let round = FIRST;
  /** One slot goes by, and each peer's OBSERVE comes 10 ms after it was made. */
  const slot = (offsetMs: number, from = [2, 3, 4]): void => {
    clock.pass(slotMs);
    round += 1;
    for (const id of from) {
      time.heard(observeOf(config, id, round, { obsTimeMs: clock.nowMs() - offsetMs - 10 }), id);
    }
    time.look();
  };
  const slots = (count: number, offsetMs: number): void => {
    for (let i = 0; i < count; i++) slot(offsetMs);
  };
  return { clock, config, lines, metrics, holds, time, slot, slots };
}

describe("a clock held against its peers'", () => {
  test("speaks within the limit, is held beyond it, and speaks again only well inside", () => {
    const { holds, slots } = kept();
    slots(10, 500);
    expect(holds).toEqual([]);
    slots(16, 501);
    expect(holds).toEqual([true]);
    slots(16, 400);
    expect(holds).toEqual([true]);
    slots(16, 375);
    expect(holds).toEqual([true, false]);
  });

  test("is limited to half a slot and never to more than two seconds, to either side", () => {
    for (const [slotMs, limitMs] of [
      [250, 125],
      [60_000, 2_000],
    ] as const) {
      for (const sign of [1, -1]) {
        const inside = kept(slotMs);
        inside.slots(9, sign * limitMs);
        const outside = kept(slotMs);
        outside.slots(9, sign * (limitMs + 1));
        expect([inside.holds, outside.holds]).toEqual([[], [true]]);
      }
    }
  });

  test("is warned of above a tenth of a second, once, and told when that is over", async () => {
    const { lines, metrics, slots } = kept();
    slots(9, 101);
    slots(9, 99);
    expect(lines.map(({ message }) => message)).toEqual([
      "the clock is off its peers'",
      "the clock is with its peers' again",
    ]);
    expect(await metrics.text()).toMatch(/^tenor_clock_offset_seconds 0\.099$/m);
  });

  test("that is set wrong is held at once, before anything was heard by it, and goes on when it is set right", async () => {
    const { clock, holds, metrics, time, slots } = kept();
    slots(5, 0);
    clock.wallMs += 3_000;
    time.look();
    expect(holds).toEqual([true]);
    clock.wallMs -= 3_000;
    time.look();
    expect(holds).toEqual([true, false]);
    const text = await metrics.text();
    expect(text).toMatch(/^tenor_clock_steps_total\{direction="forward"\} 1$/m);
    expect(text).toMatch(/^tenor_clock_steps_total\{direction="backward"\} 1$/m);
  });

  test("that is right after the machine slept for a minute is believed at its peers' next words", () => {
    const { clock, holds, time, slots } = kept();
    slots(5, 0);
    // The monotonic clock stood still meanwhile; the wall clock is right.
    clock.wallMs += 60_000;
    time.look();
    expect(holds).toEqual([true]);
    slots(1, 0);
    expect(holds).toEqual([true, false]);
  });

  test("that was set back together with all others' is believed once nobody has spoken for ten seconds", () => {
    const { clock, holds, lines, time, slots } = kept(250);
    slots(9, 0);
    clock.wallMs -= 3_000;
    time.look();
    expect(holds).toEqual([true]);
    clock.pass(9_000);
    time.look();
    expect(holds).toEqual([true]);
    clock.pass(1_001);
    time.look();
    expect(holds).toEqual([true, false]);
    expect(lines.at(-1)?.message).toBe("no peer is heard to hold the clock against: this node speaks");
    slots(16, 0);
    expect(holds).toEqual([true, false]);
  });

  test("is not judged by a liar, nor by what others passed on, nor while too few speak", () => {
    const { config, clock, holds, time, slot } = kept();
    for (let i = 0; i < 9; i++) slot(0, [3, 4]);
    for (let i = 1; i < 9; i++) {
      const late = observeOf(config, 2, FIRST + i, { obsTimeMs: clock.nowMs() - 90_000 });
      time.heard(late, 4);
      time.heard(late, 2);
      time.look();
    }
    expect(holds).toEqual([]);
    const lonely = kept();
    for (let i = 0; i < 9; i++) lonely.slot(90_000, [2]);
    expect(lonely.holds).toEqual([]);
  });
});
