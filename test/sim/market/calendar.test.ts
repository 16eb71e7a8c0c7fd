import { describe, expect, test } from "vitest";
import { hasListedFuture, isQuarterly, listedExpiries } from "../../../src/sim/market/calendar.ts";
import { NEAR_EXPIRY_MIN_DAYS } from "../../../src/sim/market/synthetic.ts";

const DAY_MS = 86_400_000;

describe("the expiry calendar", () => {
  test("four years, every seven hours: eight expiries at 08:00 UTC, ascending, and 30 days always between two of them", () => {
    let nearestDays = 30;
    const from = Date.UTC(2026, 0, 1);
    for (let timeMs = from; timeMs < from + 4 * 365 * DAY_MS; timeMs += 7 * 3_600_000) {
      const expiries = listedExpiries(timeMs);
      expect(expiries.length).toBe(8);
      expect(expiries[0]! > timeMs && expiries[0]! <= timeMs + DAY_MS).toBe(true);
      for (let i = 0; i < 8; i++) {
        expect(expiries[i]! % DAY_MS).toBe(8 * 3_600_000);
        if (i > 0) expect(expiries[i]!).toBeGreaterThan(expiries[i - 1]!);
      }
      const near = expiries.filter((expiry) => expiry - timeMs <= 30 * DAY_MS).at(-1)!;
      expect(expiries.at(-1)! - timeMs).toBeGreaterThan(60 * DAY_MS);
      nearestDays = Math.min(nearestDays, (near - timeMs) / DAY_MS);
    }
    expect(nearestDays).toBeGreaterThanOrEqual(NEAR_EXPIRY_MIN_DAYS);
  });

  test("a known day: Monday 23 November 2026 lists two days, two Fridays, two months, two quarters", () => {
    const days = listedExpiries(Date.UTC(2026, 10, 23, 12)).map((expiry) =>
      new Date(expiry).toISOString().slice(0, 10),
    );
    expect(days).toEqual([
      "2026-11-24",
      "2026-11-25",
      "2026-11-27",
      "2026-12-04",
      "2026-12-25",
      "2027-01-29",
      "2027-03-26",
      "2027-06-25",
    ]);
    expect(isQuarterly(Date.UTC(2027, 2, 26, 8))).toBe(true);
    expect(isQuarterly(Date.UTC(2027, 0, 29, 8))).toBe(false);
    expect(hasListedFuture(Date.UTC(2026, 10, 25, 8))).toBe(false);
  });

  test("an expiry leaves the list the moment it expires", () => {
    const eight = Date.UTC(2026, 10, 23, 8);
    expect(listedExpiries(eight - 1)[0]).toBe(eight);
    expect(listedExpiries(eight)[0]).toBe(eight + DAY_MS);
  });
});
