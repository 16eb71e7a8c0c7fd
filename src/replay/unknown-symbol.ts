/** What each venue says of a symbol it never had. */
import { unreachable } from "../base/errors.ts";
import type { Venue } from "../market/venue.ts";
import type { VenueAnswer } from "./answer.ts";
import { binanceUnknown } from "./venues/binance.ts";
import { bitfinexUnknown } from "./venues/bitfinex.ts";
import { bitstampUnknown } from "./venues/bitstamp.ts";
import { bybitUnknown } from "./venues/bybit/envelope.ts";
import { coinbaseUnknown } from "./venues/coinbase.ts";
import { invalidParameter } from "./venues/deribit/envelope.ts";
import { geminiUnknown } from "./venues/gemini.ts";
import { krakenUnknown } from "./venues/kraken.ts";
import { okxUnknown } from "./venues/okx/envelope.ts";

export function unknownSymbol(venue: Venue, timeMs: number): VenueAnswer {
  switch (venue) {
    case "coinbase":
      return coinbaseUnknown();
    case "kraken":
      return krakenUnknown();
    case "bitstamp":
      return bitstampUnknown();
    case "binance":
      return binanceUnknown();
    case "deribit":
      return invalidParameter("instrument_name", "instrument not found", timeMs);
    case "okx":
      return okxUnknown();
    case "bybit":
      return bybitUnknown(timeMs);
    case "gemini":
      return geminiUnknown("nothing");
    case "bitfinex":
      return bitfinexUnknown();
    default:
      return unreachable(venue);
  }
}
