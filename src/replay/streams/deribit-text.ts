/** Numbers as Deribit prints them; one that it lost is null. */
import { deribitFloat } from "../venues/deribit/envelope.ts";

export function float(value: number): string {
  return Number.isNaN(value) ? "null" : deribitFloat(value);
}

export function rounded(value: number, perUnit: number): string {
  return float(Math.round(value * perUnit) / perUnit);
}

export function whole(timeMs: number): string {
  return String(Math.floor(timeMs));
}
