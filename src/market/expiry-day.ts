/** Days of the calendar as expiries: options and futures of every venue end at 08:00 UTC. */
import { OracleError } from "../base/errors.ts";

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAY_MS = 86_400_000;
const EXPIRY_OF_DAY_MS = 8 * 3_600_000;

export type CivilDay = { readonly year: number; readonly month: number; readonly day: number };

/** Unix ms at 08:00 UTC; null for what is no day of the years 2000 … 2099. @param month 1 to 12 */
export function expiryOf(year: number, month: number, day: number): number | null {
  if (!(year >= 2000 && year <= 2099 && month >= 1 && month <= 12 && day >= 1) || day > monthDays(year, month))
    return null;
  return daysFromCivil(year, month, day) * DAY_MS + EXPIRY_OF_DAY_MS;
}

/** @throws OracleError `bad-expiry` when it is not 08:00 UTC of a day in 2000 … 2099 */
export function dayOfExpiry(expiryMs: number): CivilDay {
  const days = (expiryMs - EXPIRY_OF_DAY_MS) / DAY_MS;
  const civil = Number.isInteger(days) ? civilFromDays(days) : null;
  if (civil === null || civil.year < 2000 || civil.year > 2099) {
    throw new OracleError(`expiry ${expiryMs} is not 08:00 UTC of a day in 2000 to 2099`, {
      code: "bad-expiry",
      expiryMs,
    });
  }
  return civil;
}

/** The last Friday of a month: quarterly futures end on it. */
export function lastFridayOf(year: number, month: number): number | null {
  const end = expiryOf(year, month, monthDays(year, month));
  if (end === null) return null;
  // 1970-01-01 was a Thursday, so weekday 1 of this count is a Friday.
  const days = (end - EXPIRY_OF_DAY_MS) / DAY_MS;
  return end - ((days - 1) % 7) * DAY_MS;
}

function monthDays(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : MONTH_DAYS[month - 1]!;
}

/**
 * Days since 1970-01-01 of a Gregorian date, by integer arithmetic, because a pure room has no Date.
 * Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil: the year starts in March.
 */
function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

/** The inverse, civil_from_days of the same paper. */
function civilFromDays(days: number): CivilDay {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}
