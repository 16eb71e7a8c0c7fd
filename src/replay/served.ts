/** The venues that the market speaks for. */
import { CANDLE_VENUES, type CandleVenue } from "../market/venue.ts";

export type ServedVenue = CandleVenue | "deribit";

export function isServed(venue: string): venue is ServedVenue {
  return venue === "deribit" || (CANDLE_VENUES as readonly string[]).includes(venue);
}
