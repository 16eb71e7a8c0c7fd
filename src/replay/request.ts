/** The exchanges' real paths, read into what was asked for. The answers are in `venues/`. */
import { CANDLE_VENUES } from "../market/venue.ts";
import type { ServedVenue as Venue } from "./served.ts";
import type { Pair, VenueRequest } from "./venue-request.ts";
import { binanceCandles, bitstampCandles, coinbaseCandles, krakenCandles } from "./candle-request.ts";

export const VENUES: readonly Venue[] = [...CANDLE_VENUES, "deribit"];

export function isVenue(text: string): text is Venue {
  return (VENUES as readonly string[]).includes(text);
}

const NONE: VenueRequest = { kind: "none" };
const QUOTES = ["USDT", "USDC", "USD"];

function onePair(base: string, quote: string): VenueRequest {
  return { kind: "spot", pairs: [{ base, quote }], list: false };
}

/** "BTCUSDT" → BTC, USDT */
export function splitSymbol(symbol: string): Pair | null {
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

export function krakenPair(symbol: string): Pair | null {
  const pair = splitSymbol(KRAKEN_LONG_NAMES[symbol] ?? symbol);
  return pair === null ? null : { ...pair, base: pair.base === "XBT" ? "BTC" : pair.base };
}

/** @param path the part after the venue's name, as the real API has it */
export function parseVenueRequest(venue: Venue, path: string, query: URLSearchParams): VenueRequest {
  switch (venue) {
    case "coinbase": {
      const match = /^\/products\/([^/]+)\/(ticker|candles)$/.exec(path);
      if (match === null) return NONE;
      const [base, quote] = match[1]!.split("-");
      if (base === undefined || quote === undefined) return { kind: "unknown", seen: match[1]! };
      return match[2] === "candles" ? coinbaseCandles({ base, quote }, query) : onePair(base, quote);
    }
    case "kraken": {
      if (path === "/0/public/OHLC") {
        const pair = krakenPair(query.get("pair") ?? "");
        return pair === null ? { kind: "unknown", seen: "pair" } : krakenCandles(pair, query);
      }
      if (path !== "/0/public/Ticker") return NONE;
      const symbols = (query.get("pair") ?? "").split(",");
      const pairs = symbols.map(krakenPair).filter((pair) => pair !== null);
      return pairs.length < symbols.length
        ? { kind: "unknown", seen: symbols.join(",") }
        : { kind: "spot", pairs, list: true };
    }
    case "bitstamp": {
      const match = /^\/api\/v2\/(ticker|ohlc)\/([a-z0-9]+)\/?$/.exec(path);
      if (match === null) return NONE;
      const pair = splitSymbol(match[2]!.toUpperCase());
      if (pair === null) return { kind: "unknown", seen: match[2]! };
      return match[1] === "ohlc" ? bitstampCandles(pair, query) : onePair(pair.base, pair.quote);
    }
    case "binance": {
      if (path !== "/api/v3/ticker/bookTicker" && path !== "/api/v3/klines") return NONE;
      const symbol = query.get("symbol") ?? "";
      const pair = splitSymbol(symbol);
      if (pair !== null && path === "/api/v3/klines") return binanceCandles(pair, query);
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
