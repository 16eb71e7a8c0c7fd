import { isFiniteNumber } from "../decimal.ts";

/** One side of a book: null and 0.0 mean no quote. @returns undefined when it is neither that nor a positive number */
export function sideOf(value: unknown): number | null | undefined {
  if (value === null || value === 0) return null;
  return isFiniteNumber(value) && value > 0 ? value : undefined;
}
