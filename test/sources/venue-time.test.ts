import { describe, expect, test } from "vitest";
import { staleFault, timeFault } from "../../src/sources/venue-time.ts";

const NOW_MS = Date.UTC(2026, 8, 10, 12);
const DAY_MS = 86_400_000;

describe("a venue's time", () => {
  test.each([0, 1, 3_600_000, DAY_MS, -1, -DAY_MS])("%d ms ago is not stale", (ageMs) => {
    expect(staleFault(NOW_MS - ageMs, NOW_MS)).toBeNull();
  });

  test("of more than a day ago is stale", () => {
    expect(staleFault(NOW_MS - DAY_MS - 1, NOW_MS)).toMatchObject({ reason: "stale" });
  });

  test.each([
    ["a moment ago", NOW_MS - 5, null],
    ["half a minute ahead", NOW_MS + 30_000, null],
    ["further ahead", NOW_MS + 30_001, "out-of-range"],
    ["of yesterday", NOW_MS - DAY_MS - 1, "stale"],
    ["in seconds", NOW_MS / 1000, "out-of-range"],
    ["in microseconds", NOW_MS * 1000, "out-of-range"],
    ["of 1970", 0, "out-of-range"],
    ["that is no number", Number.NaN, "out-of-range"],
  ])("that later ones are compared with, %s", (_name, timeMs, reason) => {
    expect(timeFault(timeMs, NOW_MS)?.reason ?? null).toBe(reason);
  });
});
