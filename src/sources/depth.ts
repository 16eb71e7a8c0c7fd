/** What a book's levels say of its depth: how much must be traded to move the price 1 %. */
import type { DepthSide } from "../market/quote.ts";
import { type Gap, gap } from "./gap.ts";

/** Quote currency for one coin, and coins. */
export type Level = readonly [price: number, size: number];

export const DEPTH_FRACTION = 0.01;
/** Levels over this are not looked at: the deepest honest book has fewer within 1 %. */
const LEVELS_MAX = 20_000;

export type Depth = {
  readonly kind: "depth";
  readonly bid: number;
  readonly ask: number;
  readonly down: DepthSide;
  readonly up: DepthSide;
};

/**
 * @param bids best first, as @param asks; prices > 0, sizes ≥ 0
 * @returns the notional between the best price and 1 % from the middle, each way; not whole where the levels end earlier
 */
export function depthOf(bids: readonly Level[], asks: readonly Level[]): Depth | Gap {
  const [bid, ask] = [bids[0]?.[0], asks[0]?.[0]];
  if (bid === undefined || ask === undefined) return gap("empty-book", `${bids.length} bids, ${asks.length} asks`);
  if (!(bid > 0 && ask > 0 && bid < Infinity && ask < Infinity)) return gap("out-of-range", `bid ${bid}, ask ${ask}`);
  if (bid > ask) return gap("crossed-book", `bid ${bid} above ask ${ask}`);
  if (bid === ask) return gap("locked-book", `bid and ask are ${bid}`);
  const middle = bid + 0.5 * (ask - bid);
  const down = notionalUntil(bids, (price) => price >= middle * (1 - DEPTH_FRACTION), -1);
  const up = notionalUntil(asks, (price) => price <= middle * (1 + DEPTH_FRACTION), 1);
  if (down === null || up === null) return gap("bad-shape", "levels that are no book: a price or a size out of order");
  // Of a spread over 2 % nothing lies within 1 % of the middle.
  if (!(down.notional > 0 && up.notional > 0)) return gap("out-of-range", `nothing within 1 % of ${middle}`);
  if (!(down.notional < Infinity && up.notional < Infinity)) return gap("out-of-range", "a notional without bounds");
  return { kind: "depth", bid, ask, down, up };
}

/**
 * The same of a book as it was sent: rows that begin with price and size.
 * @param numberOf one such number; null where it is none
 */
export function readDepth(
  bidRows: unknown,
  askRows: unknown,
  numberOf: (value: unknown) => number | null,
): Depth | Gap {
  const bids = levelsOf("bids", bidRows, numberOf);
  if ("kind" in bids) return bids;
  const asks = levelsOf("asks", askRows, numberOf);
  return "kind" in asks ? asks : depthOf(bids, asks);
}

function levelsOf(side: string, rows: unknown, numberOf: (value: unknown) => number | null): readonly Level[] | Gap {
  if (!Array.isArray(rows)) return gap("bad-shape", `${side} is no array`);
  const levels: Level[] = [];
  const entries: readonly unknown[] = rows;
  for (const row of entries.slice(0, LEVELS_MAX)) {
    const [price, size] = Array.isArray(row) ? [numberOf(row[0]), numberOf(row[1])] : [null, null];
    if (price === null || size === null) return gap("bad-shape", `${side}.${levels.length} is no price and size`);
    levels.push([price, size]);
  }
  return levels;
}

function notionalUntil(levels: readonly Level[], isWithin: (price: number) => boolean, way: 1 | -1): DepthSide | null {
  let notional = 0;
  let before = way === 1 ? 0 : Infinity;
  let isWhole = false;
  for (const [price, size] of levels.slice(0, LEVELS_MAX)) {
    // Sizes of zero and prices out of order are no levels of a book.
    if (!(size > 0 && size < Infinity) || !(way * (price - before) > 0)) return null;
    before = price;
    // The levels beyond count for nothing and are still looked at: a slipped decimal point among those within looks like
    // the end of the book, and the next level gives it away.
    if (!isWithin(price)) isWhole = true;
    else notional += price * size;
  }
  return { notional, isWhole };
}
