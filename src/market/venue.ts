/** The exchanges that this version reads. */

export const VENUES = [
  "coinbase",
  "kraken",
  "bitstamp",
  "binance",
  "deribit",
  "okx",
  "bybit",
  "gemini",
  "bitfinex",
] as const;
export type Venue = (typeof VENUES)[number];

/** Those with spot books. */
export const SPOT_VENUES = ["coinbase", "kraken", "bitstamp", "binance", "okx", "bybit", "gemini", "bitfinex"] as const;
export type SpotVenue = (typeof SPOT_VENUES)[number];

/** Those that list options, and so futures, perpetuals and an index of their own. */
export const OPTION_VENUES = ["deribit", "okx", "bybit", "binance"] as const;
export type OptionVenue = (typeof OPTION_VENUES)[number];

/** Those whose trade bars are read. */
export const CANDLE_VENUES = ["coinbase", "kraken", "bitstamp", "binance"] as const;
export type CandleVenue = (typeof CANDLE_VENUES)[number];

export function isVenue(text: string): text is Venue {
  return (VENUES as readonly string[]).includes(text);
}

/** The same made for every venue. */
export function perVenue<T>(make: (venue: Venue) => T): Record<Venue, T> {
  return Object.fromEntries(VENUES.map((venue) => [venue, make(venue)])) as Record<Venue, T>;
}
