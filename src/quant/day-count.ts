/** ACT/365 fixed, in seconds and their parts: the convention of every annualised number the network publishes. */

export const MS_PER_DAY = 86_400_000;
export const MS_PER_YEAR = 365 * MS_PER_DAY;

/** Listed crypto options and futures expire at 08:00 UTC. */
export const EXPIRY_OFFSET_MS = 8 * 3_600_000;

/** Years of 365 days from one unix millisecond to another; negative once the expiry has passed. */
export function yearsBetween(fromMs: number, untilMs: number): number {
  return (untilMs - fromMs) / MS_PER_YEAR;
}

/** Whether a unix millisecond is 08:00:00.000 UTC of some day. */
export function isListedExpiry(expiryMs: number): boolean {
  return Number.isSafeInteger(expiryMs) && expiryMs > 0 && expiryMs % MS_PER_DAY === EXPIRY_OFFSET_MS;
}
