/** What a request of a venue's API can ask for. */
import type { CandleVenue } from "../market/venue.ts";

export type Pair = {
  readonly base: string;
  readonly quote: string;
};

export type CandleRequest = {
  readonly venue: CandleVenue;
  readonly pair: Pair;
  /** null: a length the venue does not have. */
  readonly intervalMs: number | null;
  /** Bars that open from here on, unix ms; null: as many as `limit` before `toMs`. */
  readonly fromMs: number | null;
  /** Bars that open up to here, unix ms; null: now. */
  readonly toMs: number | null;
  /** null: the venue's own. */
  readonly limit: number | null;
};

/** What follows the venue's name in a request: the venue's own path and query. */
export type VenueTarget = { readonly path: string; readonly query: URLSearchParams };
