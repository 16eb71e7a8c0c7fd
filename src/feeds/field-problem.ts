import { compareBig, parseFixed } from "../base/fixed.ts";

/** One field that does not fit the others. `path` as in the file: `method.markets[1].venue`. */
export type FieldProblem = { readonly path: string; readonly seen: unknown; readonly allowed: string };

/** Decimal strings of definitions have at most 18 places. */
const PLACES = 18;

/** Negative, zero or positive as `a` is less than, equal to or more than `b`, both decimal strings. */
export function compareDecimals(a: string, b: string): number {
  return compareBig(parseFixed(a, PLACES), parseFixed(b, PLACES));
}

/** How many digits stand after the point. */
export function placesOf(decimal: string): number {
  return decimal.includes(".") ? decimal.length - decimal.indexOf(".") - 1 : 0;
}

/** A day that the calendar has: 2026-02-30 is none. @param day as YYYY-MM-DD */
export function isCalendarDay(day: string): boolean {
  const [year, month, date] = day.split("-").map(Number) as [number, number, number];
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return month >= 1 && month <= 12 && date >= 1 && date <= days;
}
