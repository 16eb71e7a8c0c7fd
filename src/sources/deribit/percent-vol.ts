import { isFiniteNumber } from "../decimal.ts";

/** Outside of 1 % … 1000 % a vol is a sentinel, or percent and decimal were mixed up. */
const VOL_MIN = 0.01;
const VOL_MAX = 10;

/** Deribit's vols in percent to decimal (47.2 to 0.472). @returns null for what cannot be one */
export function volOf(percent: unknown): number | null {
  if (!isFiniteNumber(percent)) return null;
  const vol = percent / 100;
  return vol > VOL_MIN && vol < VOL_MAX ? vol : null;
}
