/** What each venue says of a symbol it never had. */
import { unreachable } from "../base/errors.ts";
import type { ServedVenue as Venue } from "./served.ts";
import type { SpotVenue } from "../sim/market/venues.ts";
import type { VenueAnswer } from "./answer.ts";
import { binanceUnknown } from "./venues/binance.ts";
import { bitstampUnknown } from "./venues/bitstamp.ts";
import { coinbaseUnknown } from "./venues/coinbase.ts";
import { invalidParameter } from "./venues/deribit.ts";
import { krakenUnknown } from "./venues/kraken.ts";

export function unknownSymbol(venue: SpotVenue): VenueAnswer {
  switch (venue) {
    case "coinbase":
      return coinbaseUnknown();
    case "kraken":
      return krakenUnknown();
    case "bitstamp":
      return bitstampUnknown();
    case "binance":
      return binanceUnknown();
    default:
      return unreachable(venue);
  }
}

/** What a venue says of what a recording does not hold. */
export function notServed(venue: Venue, timeMs: number): VenueAnswer {
  return venue === "deribit" ? invalidParameter("currency", "not recorded", timeMs) : unknownSymbol(venue);
}
