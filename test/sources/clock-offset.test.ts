import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VenueClock } from "../../src/sources/clock-offset.ts";
import { NOW_MS } from "./bodies.ts";

const SOURCE = "deribit:BTC-USD.index";

/** One look a second for `seconds`, at a venue whose stamp is what `stampAt` says. @returns the last judgement */
function watch(clock: VenueClock, seconds: number, stampAt: (nowMs: number) => number, fromMs = NOW_MS) {
  let last = clock.take(SOURCE, stampAt(fromMs), fromMs);
  for (let i = 1; i <= seconds; i++) last = clock.take(SOURCE, stampAt(fromMs + 1_000 * i), fromMs + 1_000 * i);
  return last;
}

describe("the clock of a venue", () => {
  test("is as far off as its moving stamps say, half of the round trip taken off", () => {
    const clock = new VenueClock();
    clock.noteRoundTrip(80);
    watch(clock, 20, (nowMs) => nowMs - 40 + 300);
    expect(clock.offsetMs(NOW_MS + 20_000)).toBe(300);
    expect(clock.offsetMs(NOW_MS + 90_000)).toBeNull();
  });

  test("that gives no stamp, or one only, has no offset", () => {
    const clock = new VenueClock();
    expect(clock.offsetMs(NOW_MS)).toBeNull();
    clock.take(SOURCE, NOW_MS - 50, NOW_MS);
    expect(clock.offsetMs(NOW_MS)).toBeNull();
  });

  test("near ours is believed", () => {
    const last = watch(new VenueClock(), 30, (nowMs) => nowMs - 1_200);
    expect(last).toEqual({ timeMs: NOW_MS + 30_000 - 1_200, timeSource: "venue" });
  });

  test.each([
    ["behind", -300_000],
    ["ahead", 300_000],
  ])("five minutes %s is neither fresher nor older than its receipt", (_way, offMs) => {
    const clock = new VenueClock();
    const last = watch(clock, 30, (nowMs) => nowMs + offMs - 20);
    expect(last).toEqual({ timeMs: NOW_MS + 30_000, timeSource: "receipt" });
    expect(clock.offsetMs(NOW_MS + 30_000)).toBe(offMs - 20);
  });

  test("ahead is never taken as fresh, not even before its offset is known", () => {
    expect(new VenueClock().take(SOURCE, NOW_MS + 300_000, NOW_MS)).toEqual({ timeMs: NOW_MS, timeSource: "receipt" });
  });

  test("standing still is age, whatever the offset was: the venue repeats its past", () => {
    for (const offMs of [-300_000, 0, 300_000]) {
      const clock = new VenueClock();
      watch(clock, 30, (nowMs) => nowMs + offMs);
      const stoppedMs = NOW_MS + 30_000;
      for (const afterS of [5, 30, 59, 61, 90]) {
        const nowMs = stoppedMs + afterS * 1_000;
        const { timeMs } = clock.take(SOURCE, stoppedMs + offMs, nowMs);
        expect(timeMs, `${offMs} ms off, ${afterS} s after`).toBeLessThanOrEqual(stoppedMs + 1_000);
      }
    }
  });

  test("a past that was never anything else is stale from the first look on", () => {
    const last = watch(new VenueClock(), 120, () => NOW_MS - 400_000);
    expect(last).toEqual({ timeMs: NOW_MS - 400_000, timeSource: "venue" });
  });

  test("a past played more slowly than time passes is no clock", () => {
    const last = watch(new VenueClock(), 50, (nowMs) => NOW_MS - 100_000 + 0.5 * (nowMs - NOW_MS));
    expect(last).toEqual({ timeMs: NOW_MS - 100_000 + 25_000, timeSource: "venue" });
  });

  test("a quiet pair of a venue that is five minutes behind is as old as its own silence", () => {
    const clock = new VenueClock();
    watch(clock, 30, (nowMs) => nowMs - 300_000);
    const nowMs = NOW_MS + 30_000;
    const last = clock.take("deribit:ETH-USD.index", nowMs - 300_000 - 45_000, nowMs);
    expect(last).toEqual({ timeMs: nowMs - 45_000, timeSource: "receipt" });
  });

  test("no quote is ever dated after its receipt by more than the tolerance", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ afterMs: fc.nat(4_000), stampMs: fc.integer({ min: -900_000, max: 900_000 }) }), {
          maxLength: 60,
        }),
        (looks) => {
          const clock = new VenueClock();
          let nowMs = NOW_MS;
          for (const { afterMs, stampMs } of looks) {
            nowMs += afterMs;
            expect(clock.take(SOURCE, nowMs + stampMs, nowMs).timeMs).toBeLessThanOrEqual(nowMs + 2_000);
          }
        },
      ),
    );
  });
});
