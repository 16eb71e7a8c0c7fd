/** What an answer speaks of: a market at one moment. */
import type { SpotVenue } from "../../market/venue.ts";
import { findBook, type SpotBook, spotBookAt } from "../../sim/market/books.ts";
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

/** null where the venue never had that pair. */
export function bookOf({ model, step }: Scene, venue: SpotVenue, pair: Pair | null): Listed | null {
  const spec = pair === null ? null : findBook(venue, pair.base, pair.quote);
  if (pair === null || spec === null || !model.listsSpot(spec.base, spec.quote)) return null;
  return { pair, spec, book: spotBookAt(model, spec, step) };
}
