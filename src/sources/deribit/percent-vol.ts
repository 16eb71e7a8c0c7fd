import { isFiniteNumber } from "../decimal.ts";
import { plausibleVol } from "../sanity.ts";

/** Deribit's vols in percent to decimal (47.2 to 0.472). @returns null for what cannot be one */
export function volOf(percent: unknown): number | null {
  return isFiniteNumber(percent) ? plausibleVol(percent / 100) : null;
}
