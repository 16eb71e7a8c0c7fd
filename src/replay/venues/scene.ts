/** What an answer speaks of: a market at one moment. */
import type { SpotVenue } from "../../market/venue.ts";
import { findBook, type SpotBook, spotBookAt } from "../../sim/market/books.ts";
import { type BookLevels, levelsOf } from "../../sim/market/depth.ts";
import type { MarketModel } from "../../sim/market/model.ts";
import type { SpotBookSpec } from "../../sim/market/venues.ts";
import type { Pair } from "../venue-request.ts";

export type Scene = {
  readonly model: MarketModel;
  readonly step: number;
  /** Unix ms at which the step begins. */
  readonly timeMs: number;
};

export type Listed = {
  readonly pair: Pair;
  readonly spec: SpotBookSpec;
  /** null: listed, and without a quote now. */
  readonly book: SpotBook | null;
};

/** The levels of a book, best first, at most so many of each side; none where there is no quote. */
export function levelsAt({ model }: Scene, { book }: Listed, most: number): BookLevels {
  if (book === null) return { bids: [], asks: [] };
  const { bids, asks } = levelsOf(model, book);
  return { bids: bids.slice(0, most), asks: asks.slice(0, most) };
}

/** A whole number from a query, held between two; the fallback where it is absent or none. */
export function countOf(query: URLSearchParams, name: string, fallback: number, most: number): number {
  const text = query.get(name) ?? "";
  return /^\d{1,6}$/.test(text) ? Math.min(most, Math.max(1, Number(text))) : fallback;
}

/** null where the venue never had that pair. */
export function bookOf({ model, step }: Scene, venue: SpotVenue, pair: Pair | null): Listed | null {
  const spec = pair === null ? null : findBook(venue, pair.base, pair.quote);
  if (pair === null || spec === null || !model.listsSpot(spec.base, spec.quote)) return null;
  return { pair, spec, book: spotBookAt(model, spec, step) };
}
