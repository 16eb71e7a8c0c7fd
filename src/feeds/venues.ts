/**
 * The catalogue of the exchanges that this version reads: who owns them, under which other names they go, what they give
 * and in which units. What a definition says of a venue must agree with it.
 *
 * Owners: Coinbase bought Deribit in August 2025 and Robinhood bought Bitstamp in June 2025, so neither pair counts as
 * two. Units and quote currencies: the venues' own documents, as the adapters of the sources read them.
 */
import type { Venue } from "../market/venue.ts";

export type PremiumUnit = "coin" | "USD";
export type VolUnit = "percent" | "decimal";

export type VenueFacts = {
  readonly owner: string;
  /** Other names of the same exchange, in lower case. */
  readonly aliases: readonly string[];
  /** Currencies in which its spot books are quoted; empty: it has none. */
  readonly quotes: readonly string[];
  /** Its five-minute trade bars go back at least this many days; 0: it gives none. */
  readonly candleDays: number;
  /** Its option chains; null: it has none that are read. */
  readonly options: {
    readonly bases: readonly string[];
    readonly premium: PremiumUnit;
    readonly vol: VolUnit;
    /** What strikes and the rows' forwards are in. */
    readonly strike: string;
  } | null;
  /** Coins with a perpetual whose funding is a part of the position, not percent. */
  readonly perpetuals: readonly string[];
};

const VENUES: Readonly<Record<Venue, VenueFacts>> = {
  coinbase: {
    owner: "Coinbase",
    aliases: ["gdax", "cbpro", "coinbase-pro", "coinbase-exchange", "coinbase-advanced"],
    quotes: ["USD", "USDT", "USDC", "EUR", "GBP", "BTC"],
    candleDays: 90,
    options: null,
    perpetuals: [],
  },
  kraken: {
    owner: "Payward",
    aliases: ["payward", "kraken-pro", "kraken-spot"],
    quotes: ["USD", "USDT", "USDC", "EUR", "GBP", "CAD", "CHF", "AUD", "JPY", "BTC", "ETH"],
    // 720 bars, whatever is asked for.
    candleDays: 2,
    options: null,
    perpetuals: [],
  },
  bitstamp: {
    owner: "Robinhood",
    aliases: ["bitstamp-by-robinhood", "bitstamp-net", "bitstamp-spot"],
    quotes: ["USD", "USDT", "USDC", "EUR", "GBP", "BTC"],
    candleDays: 90,
    options: null,
    perpetuals: [],
  },
  binance: {
    owner: "Binance",
    aliases: ["binance-com", "binance-spot", "binance-global"],
    // No USD: that is Binance.US, another company with other books.
    quotes: ["USDT", "USDC", "FDUSD", "EUR", "TRY", "BTC", "ETH", "BNB"],
    candleDays: 90,
    options: null,
    perpetuals: [],
  },
  deribit: {
    owner: "Coinbase",
    aliases: ["deribit-com", "deribit-options"],
    quotes: [],
    candleDays: 0,
    options: { bases: ["BTC", "ETH"], premium: "coin", vol: "percent", strike: "USD" },
    perpetuals: ["BTC", "ETH"],
  },
  okx: {
    owner: "OKX",
    aliases: ["okex", "okx-com", "okcoin"],
    quotes: ["USDT", "USDC", "USD", "EUR", "BTC", "ETH"],
    candleDays: 0,
    options: { bases: ["BTC", "ETH"], premium: "coin", vol: "decimal", strike: "USD" },
    perpetuals: ["BTC", "ETH"],
  },
  bybit: {
    owner: "Bybit",
    aliases: ["bybit-com", "bytick", "bybit-spot"],
    quotes: ["USDT", "USDC", "EUR", "BTC"],
    candleDays: 0,
    // Its options are in USDC, and no definition converts a chain.
    options: null,
    perpetuals: ["BTC", "ETH"],
  },
  gemini: {
    owner: "Gemini",
    aliases: ["gemini-com", "gemini-exchange"],
    quotes: ["USD", "USDT", "USDC", "EUR", "GBP", "BTC", "ETH"],
    candleDays: 0,
    options: null,
    perpetuals: [],
  },
  bitfinex: {
    owner: "iFinex",
    aliases: ["bfx", "bitfinex-com", "bitfinex2"],
    // Its UST is Tether's USDT.
    quotes: ["USD", "USDT", "EUR", "GBP", "JPY", "BTC", "ETH"],
    candleDays: 0,
    options: null,
    perpetuals: [],
  },
};

/** Coins and currencies under the names that some venues give them. */
const COIN_ALIASES: ReadonlyMap<string, string> = new Map([
  ["XBT", "BTC"],
  ["XXBT", "BTC"],
  ["XETH", "ETH"],
  ["ZUSD", "USD"],
  ["ZEUR", "EUR"],
  ["XDG", "DOGE"],
]);

export function venueFacts(venue: Venue): VenueFacts {
  return VENUES[venue];
}

/** The one name of what goes under several; undefined for the one name itself and for unknown ones. */
export function venueBehind(name: string): Venue | undefined {
  const lower = name.toLowerCase().replaceAll(/[\s_.]+/g, "-");
  const found = Object.entries(VENUES).find(([venue, { aliases }]) => aliases.includes(lower) || venue === lower);
  return found === undefined || found[0] === name ? undefined : (found[0] as Venue);
}

/** As `venueBehind`, of coins and currencies. */
export function coinBehind(name: string): string | undefined {
  return COIN_ALIASES.get(name.toUpperCase());
}

/** The different owners of some venues, each once. */
export function ownersOf(venues: readonly Venue[]): readonly string[] {
  return [...new Set(venues.map((venue) => VENUES[venue].owner))];
}
