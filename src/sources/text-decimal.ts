import { parseDecimal } from "./decimal.ts";

/** A number that a venue writes as text. @returns null for anything else, a JSON number too */
export function decimalOf(value: unknown): number | null {
  return typeof value === "string" ? parseDecimal(value) : null;
}
