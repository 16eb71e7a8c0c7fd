/** Numbers as OKX prints them. */
import { trimmed } from "../venues/decimals.ts";
import { quoted } from "./fields.ts";

/** A number without zeros at the end; null where the venue lost it. */
export function number(value: number, decimals: number): string {
  return Number.isNaN(value) ? "null" : quoted(trimmed(value, decimals));
}

/** A side without a quote is "". */
export function side(value: number | null, decimals: number): string {
  return value === null ? '""' : number(value, decimals);
}
