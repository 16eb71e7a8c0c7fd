/** Quotes never go back: what is older than the held one, by the venue's own stamps, is late and left out. */

/**
 * So long does a newer stamp keep older ones out. Longer, and one wrong stamp or a clock set back silences a source;
 * shorter, and a cache that lags shows yesterday's price between two of today's.
 */
const ORDER_MEMORY_MS = 10_000;

/** All unix ms; a stamp is null where the venue gives none, which is never late. */
export function isLate(
  stampMs: number | null,
  receivedAtMs: number,
  held: { readonly stampMs: number | null; readonly receivedAtMs: number },
): boolean {
  if (stampMs === null || held.stampMs === null || stampMs >= held.stampMs) return false;
  return Math.abs(receivedAtMs - held.receivedAtMs) <= ORDER_MEMORY_MS;
}
