/** The table from a venue to its streams. */
import type { Venue } from "../../market/venue.ts";
import { binanceStreams } from "./binance.ts";
import { bitfinexStreams } from "./bitfinex.ts";
import { bitstampStreams } from "./bitstamp.ts";
import { bybitStreams } from "./bybit.ts";
import { coinbaseStreams } from "./coinbase.ts";
import { deribitStreams } from "./deribit.ts";
import { geminiStreams } from "./gemini.ts";
import { krakenStreams } from "./kraken.ts";
import type { VenueStreams } from "./line.ts";
import { okxStreams } from "./okx.ts";

export const VENUE_STREAMS: Readonly<Record<Venue, VenueStreams>> = {
  coinbase: coinbaseStreams,
  kraken: krakenStreams,
  bitstamp: bitstampStreams,
  binance: binanceStreams,
  deribit: deribitStreams,
  okx: okxStreams,
  bybit: bybitStreams,
  gemini: geminiStreams,
  bitfinex: bitfinexStreams,
};
