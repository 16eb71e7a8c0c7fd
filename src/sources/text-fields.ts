/** Members of a row at venues that write their numbers as text, read one by one: OKX and Bybit. */
import { type Depth, depthOf, type Level } from "./depth.ts";
import { type Gap, gap } from "./gap.ts";
import { isPlausibleTimeMs, plausibleVol, spotPriceInRange } from "./sanity.ts";
import { decimalOf } from "./text-decimal.ts";

/** Where both venues end the vol of an ask that is worth nothing: 500 %. */
const ASK_VOL_CAP = 5;
/** Ticks are 1e-4 coin and more; under this nothing is a price, and a quotient of it may be zero. */
const SIDE_MIN = 1e-12;

/** One side of a book: null, "" and "0" mean no quote. @returns undefined when it is neither that nor a positive number */
export function sideOfText(value: unknown): number | null | undefined {
  if (value === null || value === "") return null;
  const price = decimalOf(value);
  if (price === 0) return null;
  return price !== null && price >= SIDE_MIN ? price : undefined;
}

/** A price that a row cannot do without: a mark, a forward, an index. @returns null when it is none */
export function priceOfText(value: unknown): number | null {
  const price = decimalOf(value);
  return price !== null && spotPriceInRange("price", price) === null ? price : null;
}

/** An annualised decimal vol (0.47 = 47 %); null for "", "0" and all else that is none. */
export function volOfText(value: unknown): number | null {
  return plausibleVol(decimalOf(value));
}

/** An ask whose vol is the venue's cap is an order, and nobody's price. */
export function isCappedAskVol(value: unknown): boolean {
  const vol = decimalOf(value);
  return vol !== null && vol >= ASK_VOL_CAP;
}

/** Unix ms written as text. @returns null when it is no time of this century */
export function timeOfText(value: unknown): number | null {
  if (typeof value !== "string" || !/^\d{13}$/.test(value)) return null;
  return isPlausibleTimeMs(Number(value)) ? Number(value) : null;
}

/** [price, size, …] as text, best first. @returns null when one of them is no level */
export function levelsOfText(value: unknown): readonly Level[] | null {
  if (!Array.isArray(value)) return null;
  const levels: Level[] = [];
  for (const entry of value as readonly unknown[]) {
    const pair: readonly unknown[] = Array.isArray(entry) ? entry : [];
    const price = priceOfText(pair[0]);
    const size = decimalOf(pair[1]);
    if (price === null || size === null || size < 0) return null;
    levels.push([price, size]);
  }
  return levels;
}

/** The depth of a book whose sides are lists of such levels. */
export function depthOfText(bids: unknown, asks: unknown): Depth | Gap {
  const [bidLevels, askLevels] = [levelsOfText(bids), levelsOfText(asks)];
  if (bidLevels === null || askLevels === null) return gap("bad-shape", "a level that is no price and size");
  return depthOf(bidLevels, askLevels);
}
