import { describe, expect, test } from "vitest";
import { BRACKET_DAYS, hasListedFuture, isQuarterly, listedExpiries } from "../../../src/sim/market/calendar.ts";

const DAY_MS = 86_400_000;

describe("the expiry calendar", () => {
  test("four years, every seven hours: nine expiries at 08:00 UTC, ascending, and 7, 30 and 90 days always between two of them", () => {
    const seen = { 7: [7, 7], 30: [30, 30], 90: [90, 90] };
    const from = Date.UTC(2026, 0, 1);
    for (let timeMs = from; timeMs < from + 4 * 365 * DAY_MS; timeMs += 7 * 3_600_000) {
      const expiries = listedExpiries(timeMs);
      expect(expiries.length).toBe(9);
      expect(expiries[0]! > timeMs && expiries[0]! <= timeMs + DAY_MS).toBe(true);
      for (let i = 0; i < 9; i++) {
        expect(expiries[i]! % DAY_MS).toBe(8 * 3_600_000);
        if (i > 0) expect(expiries[i]!).toBeGreaterThan(expiries[i - 1]!);
      }
      const days = expiries.map((expiry) => (expiry - timeMs) / DAY_MS);
      for (const tenor of [7, 30, 90] as const) {
        const [near, far] = [days.findLast((value) => value <= tenor)!, days.find((value) => value > tenor)!];
        seen[tenor] = [Math.min(seen[tenor][0]!, near), Math.max(seen[tenor][1]!, far)];
      }
    }
    for (const tenor of [7, 30, 90] as const) {
      const { nearMin, farMax } = BRACKET_DAYS[tenor];
      expect(seen[tenor][0]).toBeGreaterThanOrEqual(nearMin);
      expect(seen[tenor][0]).toBeLessThan(nearMin + 1);
      expect(seen[tenor][1]).toBeLessThanOrEqual(farMax);
      expect(seen[tenor][1]).toBeGreaterThan(farMax - 1.1);
    }
  });

  test("a known day: Monday 23 November 2026 lists three days, two Fridays, two months, two quarters", () => {
    const days = listedExpiries(Date.UTC(2026, 10, 23, 12)).map((expiry) =>
      new Date(expiry).toISOString().slice(0, 10),
    );
    expect(days).toEqual([
      "2026-11-24",
      "2026-11-25",
      "2026-11-26",
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
