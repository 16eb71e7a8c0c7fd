/** A book's levels as a venue tells them, and what changed between two steps. */
import { type BookLevel, levelsOf } from "../../sim/market/depth.ts";
import type { ToldBook, ToldMarket } from "./told-market.ts";

/** Quote currency for one coin, and coins. */
export type Level = readonly [price: number, size: number];
export type Levels = { readonly bids: readonly Level[]; readonly asks: readonly Level[] };

/** Best first, at most `count` a side. The levels follow the best ones wherever a fault moves these. */
export function levelsAround(told: ToldMarket, book: ToldBook, count: number): Levels {
  const { bids, asks } = levelsOf(told.model, book.honest);
  return { bids: moved(bids, book.bid, count), asks: moved(asks, book.ask, count) };
}

function moved(levels: readonly BookLevel[], best: number | null, count: number): readonly Level[] {
  const first = levels[0];
  if (first === undefined || best === null) return [];
  const isMoved = first.price !== best;
  return levels
    .slice(0, count)
    .map(({ price, size }, i) => [i === 0 ? best : isMoved ? (price * best) / first.price : price, size]);
}

/** Levels as texts of price and size, in JSON. */
export type TextLevels = ReadonlyMap<string, string>;

/** Those that are new or say another size, and then those that are gone, with size zero. */
export function changedLevels(before: TextLevels, after: TextLevels): readonly (readonly [string, string])[] {
  const changes: [string, string][] = [];
  for (const [price, size] of after) if (before.get(price) !== size) changes.push([price, size]);
  for (const price of before.keys()) if (!after.has(price)) changes.push([price, '"0"']);
  return changes;
}
