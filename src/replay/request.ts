/** The exchanges' real paths, read into what was asked for. The answers are in `venues/`. */
import type { Venue } from "../market/quote.ts";

export type Pair = {
  readonly base: string;
  readonly quote: string;
};

/** `unknown` is a symbol the venue never had; `none` is a path that does not exist there. */
export type VenueRequest =
  | { readonly kind: "spot"; readonly pairs: readonly Pair[]; readonly list: boolean }
  | { readonly kind: "index"; readonly coin: string }
  | { readonly kind: "book-summary"; readonly coin: string; readonly contracts: "option" | "future" | "all" | "other" }
  | { readonly kind: "unknown"; readonly seen: string }
  | { readonly kind: "none" };

export const VENUES: readonly Venue[] = ["coinbase", "kraken", "bitstamp", "binance", "deribit"];

export function isVenue(text: string): text is Venue {
  return (VENUES as readonly string[]).includes(text);
}

const NONE: VenueRequest = { kind: "none" };
const QUOTES = ["USDT", "USDC", "USD"];

function onePair(base: string, quote: string): VenueRequest {
  return { kind: "spot", pairs: [{ base, quote }], list: false };
}

/** "BTCUSDT" → BTC, USDT */
function splitSymbol(symbol: string): Pair | null {
  if (!/^[A-Z0-9]{5,20}$/.test(symbol)) return null;
  const quote = QUOTES.find((candidate) => symbol.endsWith(candidate) && symbol.length > candidate.length);
  return quote === undefined ? null : { base: symbol.slice(0, -quote.length), quote };
}

/** Kraken's own names: XBT for BTC, and the old X and Z prefixes on the answer's side. */
const KRAKEN_LONG_NAMES: Readonly<Record<string, string>> = {
  XXBTZUSD: "XBTUSD",
  XETHZUSD: "ETHUSD",
  USDTZUSD: "USDTUSD",
};

function krakenPair(symbol: string): Pair | null {
  const pair = splitSymbol(KRAKEN_LONG_NAMES[symbol] ?? symbol);
  return pair === null ? null : { ...pair, base: pair.base === "XBT" ? "BTC" : pair.base };
}

/** @param path the part after the venue's name, as the real API has it */
export function parseVenueRequest(venue: Venue, path: string, query: URLSearchParams): VenueRequest {
  switch (venue) {
    case "coinbase": {
      const match = /^\/products\/([^/]+)\/ticker$/.exec(path);
      if (match === null) return NONE;
      const [base, quote] = match[1]!.split("-");
      return base === undefined || quote === undefined ? { kind: "unknown", seen: match[1]! } : onePair(base, quote);
    }
    case "kraken": {
      if (path !== "/0/public/Ticker") return NONE;
      const symbols = (query.get("pair") ?? "").split(",");
      const pairs = symbols.map(krakenPair).filter((pair) => pair !== null);
      return pairs.length < symbols.length
        ? { kind: "unknown", seen: symbols.join(",") }
        : { kind: "spot", pairs, list: true };
    }
    case "bitstamp": {
      const match = /^\/api\/v2\/ticker\/([a-z0-9]+)\/?$/.exec(path);
      if (match === null) return NONE;
      const pair = splitSymbol(match[1]!.toUpperCase());
      return pair === null ? { kind: "unknown", seen: match[1]! } : onePair(pair.base, pair.quote);
    }
    case "binance": {
      if (path !== "/api/v3/ticker/bookTicker") return NONE;
      const symbol = query.get("symbol") ?? "";
      const pair = splitSymbol(symbol);
      return pair === null ? { kind: "unknown", seen: symbol } : onePair(pair.base, pair.quote);
    }
    case "deribit":
      return parseDeribit(path, query);
  }
}

function parseDeribit(path: string, query: URLSearchParams): VenueRequest {
  switch (path) {
    case "/api/v2/public/get_index_price": {
      const match = /^([a-z]+)_usd$/.exec(query.get("index_name") ?? "");
      return match === null
        ? { kind: "unknown", seen: "index_name" }
        : { kind: "index", coin: match[1]!.toUpperCase() };
    }
    case "/api/v2/public/get_book_summary_by_currency": {
      const kind = query.get("kind");
      const contracts = kind === null ? "all" : kind === "option" || kind === "future" ? kind : "other";
      return { kind: "book-summary", coin: query.get("currency") ?? "", contracts };
    }
    default:
      return NONE;
  }
}
