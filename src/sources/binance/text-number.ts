/** Binance's numbers are decimal text, and so are its ways to say that there is none. */
import { decimalOf } from "../text-decimal.ts";

/**
 * One side of a book, or a mark. "", "0", "0.0000" and the sentinels "-1.0" and "-0.00000001" mean none.
 * @returns undefined when it is neither that nor a positive number
 */
export function priceOf(value: unknown): number | null | undefined {
  if (value === null || value === "") return null;
  const price = decimalOf(value);
  if (price === null || price < -1) return undefined;
  return price <= 0 ? null : price;
}

/** A price that must be there. @returns null when it is no positive number */
export function positiveOf(value: unknown): number | null {
  return priceOf(value) ?? null;
}
