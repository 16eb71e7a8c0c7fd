import { describe, expect, test } from "vitest";
import { Breaker, isFailure } from "../../src/sources/breaker.ts";

const longest = { rng: { next: () => 1 } };
const shortest = { rng: { next: () => 0 } };

function failTimes(breaker: Breaker, times: number): number[] {
  return Array.from({ length: times }, () => {
    breaker.noteAttempt();
    return breaker.noteFailure();
  });
}

describe("the breaker", () => {
  test("retries soon at first, no later than the poll would, then opens for longer and longer", () => {
    const breaker = new Breaker({ pollMs: 1_000 }, longest);
    expect(failTimes(breaker, 9)).toEqual([250, 500, 1_000, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  test("jitter takes at most half of a step", () => {
    expect(failTimes(new Breaker({ pollMs: 1_000 }, shortest), 5)).toEqual([125, 250, 500, 500, 1_000]);
  });

  test("an open breaker never asks more often than the poll", () => {
    for (const delayMs of failTimes(new Breaker({ pollMs: 60_000 }, longest), 12).slice(4))
      expect(delayMs).toBe(60_000);
  });

  test("opens at the fifth failure, lets one probe through half-open, and closes on its success", () => {
    const breaker = new Breaker({ pollMs: 1_000 }, longest);
    failTimes(breaker, 4);
    expect(breaker.state).toBe("closed");
    failTimes(breaker, 1);
    expect(breaker.state).toBe("open");
    breaker.noteAttempt();
    expect(breaker.state).toBe("half-open");
    breaker.noteFailure();
    expect(breaker.state).toBe("open");
    breaker.noteAttempt();
    breaker.noteOk();
    expect(breaker.state).toBe("closed");
    expect(failTimes(breaker, 1)).toEqual([250]);
  });

  test("a market without a price is no failure of the venue", () => {
    expect((["no-quote", "crossed-book", "out-of-range"] as const).some(isFailure)).toBe(false);
    expect(
      (["timeout", "server-error", "not-json", "bad-shape", "venue-error", "test-network"] as const).every(isFailure),
    ).toBe(true);
  });
});
