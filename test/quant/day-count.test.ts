import { expect, test } from "vitest";
import { isListedExpiry, MS_PER_YEAR, yearsBetween } from "../../src/quant/day-count.ts";

const morning = Date.UTC(2026, 0, 13, 9, 21, 45, 558);

test("a year is 365 days: 44 days, 22 hours, 38 minutes and 14.442 seconds by hand", () => {
  expect(MS_PER_YEAR).toBe(31_536_000_000);
  expect(yearsBetween(morning, Date.UTC(2026, 1, 27, 8))).toBe(
    (44 * 86_400 + 22 * 3_600 + 38 * 60 + 14.442) / 31_536_000,
  );
});

test("an expiry that has passed is a negative time", () => {
  expect(yearsBetween(morning, morning - MS_PER_YEAR)).toBe(-1);
});

test("a listed expiry is 08:00 UTC to the millisecond", () => {
  expect(isListedExpiry(Date.UTC(2026, 1, 27, 8))).toBe(true);
  expect(isListedExpiry(Date.UTC(2026, 1, 27, 8) + 1)).toBe(false);
  expect(isListedExpiry(Date.UTC(2026, 1, 27, 16))).toBe(false);
  expect(isListedExpiry(Date.UTC(2026, 1, 27, 8) / 1000)).toBe(false);
  expect(isListedExpiry(Number.NaN)).toBe(false);
  expect(isListedExpiry(-Date.UTC(2026, 1, 27, 8))).toBe(false);
});
