/** Which option expiries are listed: always at 08:00 UTC, rolling as Deribit's do. */
import { formatExpiryDay } from "../../market/instrument.ts";

const DAY_MS = 86_400_000;
const EXPIRY_OF_DAY_MS = 8 * 3_600_000;
const QUARTER_MONTHS = ["MAR", "JUN", "SEP", "DEC"];

function isFriday(expiryMs: number): boolean {
  // 1 January 1970 was a Thursday.
  return Math.floor(expiryMs / DAY_MS) % 7 === 1;
}

/** "27DEC24" → "DEC" */
function monthName(expiryMs: number): string {
  return formatExpiryDay(expiryMs).slice(-5, -2);
}

function isLastFridayOfMonth(expiryMs: number): boolean {
  return isFriday(expiryMs) && monthName(expiryMs) !== monthName(expiryMs + 7 * DAY_MS);
}

export function isQuarterly(expiryMs: number): boolean {
  return isLastFridayOfMonth(expiryMs) && QUARTER_MONTHS.includes(monthName(expiryMs));
}

/** Days to the nearest and to the farthest expiry that can stand next to a tenor; the calendar's test counts four years. */
export const BRACKET_DAYS: Readonly<Record<7 | 30 | 90, { readonly nearMin: number; readonly farMax: number }>> = {
  7: { nearMin: 2, farMax: 14 },
  30: { nearMin: 10, farMax: 65 },
  90: { nearMin: 45, farMax: 188 },
};

/** Expiries that also have a future; the others are priced off a synthetic one. */
export function hasListedFuture(expiryMs: number): boolean {
  return isFriday(expiryMs);
}

/**
 * Three daily, two weekly (Fridays), two monthly (last Fridays) and two quarterly expiries, none twice: a day that is
 * already in the list makes room for the next of its kind. The first is less than a day away, so 7, 30 and 90 days are
 * always bracketed: see BRACKET_DAYS.
 * @returns nine expiries after `timeMs`, unix ms, ascending
 */
export function listedExpiries(timeMs: number): readonly number[] {
  const first = (Math.floor((timeMs - EXPIRY_OF_DAY_MS) / DAY_MS) + 1) * DAY_MS + EXPIRY_OF_DAY_MS;
  const listed = new Set<number>();
  const add = (count: number, belongs: (expiryMs: number) => boolean): void => {
    let missing = count;
    for (let expiryMs = first; missing > 0; expiryMs += DAY_MS) {
      if (listed.has(expiryMs) || !belongs(expiryMs)) continue;
      listed.add(expiryMs);
      missing--;
    }
  };
  add(3, () => true);
  add(2, isFriday);
  add(2, isLastFridayOfMonth);
  add(2, isQuarterly);
  return [...listed].sort((a, b) => a - b);
}
