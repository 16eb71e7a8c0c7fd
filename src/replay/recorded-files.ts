/** Which recorded file answers which request: files are named by venue, endpoint and symbol. */
import type { Venue } from "../market/venue.ts";
import { dashedPair, krakenPair, splitSymbol } from "./symbols.ts";
import type { Pair, VenueTarget } from "./venue-request.ts";

type Rule = {
  readonly venue: Venue;
  readonly path: RegExp;
  /** The files it serves at all. */
  readonly files: RegExp;
  /** The one that a request wants; null: none of them. @param named what the path's own brackets hold */
  readonly wanted: (query: URLSearchParams, named: string) => RegExp | null;
};

function named(prefix: string, pair: Pair | null, name: (pair: Pair) => string): RegExp | null {
  return pair === null ? null : new RegExp(`^${prefix}${name(pair)}[_.]`);
}

const joined = ({ base, quote }: Pair): string => base + quote;
const joinedOf = (pair: Pair | null): string | null => pair && joined(pair);
const dashed = ({ base, quote }: Pair): string => `${base}-${quote}`;
const lower = (pair: Pair): string => joined(pair).toLowerCase();
const krakenName = ({ base, quote }: Pair): string => (base === "BTC" ? "XBT" : base) + quote;

function coinFile(prefix: string, coin: string | null): RegExp | null {
  return coin === "BTC" || coin === "ETH" ? new RegExp(`^${prefix}${coin}_`) : null;
}

const RULES: readonly Rule[] = [
  {
    venue: "coinbase",
    path: /^\/products\/([^/]+)\/ticker$/,
    files: /^coinbase(-exchange)?\/products_ticker_/,
    // The recorded product tickers do not carry their product's name.
    wanted: (_, id) => (id === "BTC-USD" ? /^coinbase(-exchange)?\/products_ticker_/ : null),
  },
  {
    venue: "kraken",
    path: /^\/0\/public\/Ticker$/,
    files: /^kraken\/Ticker_/,
    wanted: (query) => named("kraken/Ticker_", krakenPair((query.get("pair") ?? "").split(",")[0]!), krakenName),
  },
  {
    venue: "bitstamp",
    path: /^\/api\/v2\/ticker\/([a-z0-9]+)\/?$/,
    files: /^bitstamp\/ticker_/,
    wanted: (_, symbol) => named("bitstamp/ticker_", splitSymbol(symbol.toUpperCase()), lower),
  },
  {
    venue: "binance",
    path: /^\/api\/v3\/ticker\/bookTicker$/,
    files: /^binance\/ticker_bookTicker_/,
    wanted: (query) => named("binance/ticker_bookTicker_", splitSymbol(query.get("symbol") ?? ""), joined),
  },
  {
    venue: "deribit",
    path: /^\/api\/v2\/public\/get_index_price$/,
    files: /^deribit\/get_index_price/,
    wanted: (query) => {
      const name = /^[a-z]+_usd$/.exec(query.get("index_name") ?? "");
      return name && new RegExp(`^deribit/get_index_price(_result)?_${name[0]}_`);
    },
  },
  {
    venue: "deribit",
    path: /^\/api\/v2\/public\/get_book_summary_by_currency$/,
    files: /^deribit\/get_book_summary_by_currency_(option|future)_/,
    wanted: (query) => {
      const kind = query.get("kind") ?? "option";
      // The recorded summaries are BTC's.
      if (query.get("currency") !== "BTC" || (kind !== "option" && kind !== "future")) return null;
      return new RegExp(`^deribit/get_book_summary_by_currency_${kind}_`);
    },
  },
  {
    venue: "deribit",
    path: /^\/api\/v2\/public\/get_volatility_index_data$/,
    files: /^deribit\/get_volatility_index_data_/,
    wanted: (query) => coinFile("deribit/get_volatility_index_data_", query.get("currency")),
  },
  {
    venue: "kraken",
    path: /^\/0\/public\/Depth$/,
    files: /^kraken\/Depth_/,
    // Named by the key that the answer stands under.
    wanted: (query) => (joinedOf(krakenPair(query.get("pair") ?? "")) === "BTCUSD" ? /^kraken\/Depth_XXBTZUSD_/ : null),
  },
  {
    venue: "bitstamp",
    path: /^\/api\/v2\/order_book\/([a-z0-9]+)\/?$/,
    files: /^bitstamp\/order_book_/,
    wanted: (_, symbol) => (symbol === "btcusd" ? /^bitstamp\/order_book_/ : null),
  },
  {
    venue: "binance",
    path: /^\/api\/v3\/depth$/,
    files: /^binance\/depth_/,
    wanted: (query) => named("binance/depth_", splitSymbol(query.get("symbol") ?? ""), joined),
  },
  {
    venue: "binance",
    path: /^\/eapi\/v1\/index$/,
    files: /^binance\/eapi_index_/,
    wanted: (query) => named("binance/eapi_index_", splitSymbol(query.get("underlying") ?? ""), joined),
  },
  {
    venue: "binance",
    path: /^\/eapi\/v1\/(mark|ticker)$/,
    files: /^binance\/eapi_(mark|ticker)_/,
    wanted: (_, kind) => new RegExp(`^binance/eapi_${kind}_`),
  },
  {
    venue: "binance",
    path: /^\/fapi\/v1\/premiumIndex$/,
    files: /^binance\/fapi_premiumIndex_/,
    wanted: (query) => named("binance/fapi_premiumIndex_", splitSymbol(query.get("symbol") ?? ""), joined),
  },
  {
    venue: "okx",
    path: /^\/api\/v5\/market\/index-tickers$/,
    files: /^okx\/index-tickers_/,
    wanted: (query) => named("okx/index-tickers_", dashedPair(query.get("instId") ?? ""), dashed),
  },
  {
    venue: "okx",
    path: /^\/api\/v5\/public\/mark-price$/,
    files: /^okx\/mark-price_/,
    wanted: (query) => (query.get("instType") === "SWAP" ? /^okx\/mark-price_.*-SWAP_/ : null),
  },
  {
    venue: "okx",
    path: /^\/api\/v5\/public\/instruments$/,
    files: /^okx\/instruments_(OPTION|FUTURES)_/,
    wanted: (query) => {
      const kind = /^(OPTION|FUTURES)$/.exec(query.get("instType") ?? "");
      return kind && new RegExp(`^okx/instruments_${kind[0]}_`);
    },
  },
  {
    venue: "okx",
    path: /^\/api\/v5\/system\/status$/,
    files: /^okx\/status_/,
    wanted: () => /^okx\/status_/,
  },
  {
    venue: "bybit",
    path: /^\/v5\/market\/tickers$/,
    files: /^bybit\/tickers_(linear|option|inverse|spot)_/,
    wanted: (query) => {
      const category = /^(linear|option|inverse|spot)$/.exec(query.get("category") ?? "");
      const symbol = /^[A-Z0-9]+$/.exec(query.get("symbol") ?? "");
      return category && new RegExp(`^bybit/tickers_${category[0]}_${symbol === null ? "" : `${symbol[0]}[_.]`}`);
    },
  },
  {
    venue: "gemini",
    path: /^\/(v1\/book|v2\/ticker)\/btcusd$/,
    files: /^gemini\/(v1_book|v2_ticker)_/,
    wanted: (_, endpoint) => new RegExp(`^gemini/${endpoint.replace("/", "_")}_btcusd[_.]`, "i"),
  },
  {
    venue: "bitfinex",
    path: /^\/v2\/tickers$/,
    files: /^bitfinex\/v2_tickers_/,
    wanted: () => /^bitfinex\/v2_tickers_/,
  },
  {
    venue: "gemini",
    path: /^\/v1\/pubticker\/([a-z0-9]+)$/,
    files: /^gemini\/v1_pubticker_/,
    wanted: (_, symbol) => named("gemini/v1_pubticker_", splitSymbol(symbol.toUpperCase()), lower),
  },
];

export const SERVED_FILES: readonly RegExp[] = RULES.map(({ files }) => files);

/** Of the files that match, the first by class and name is the answer. null: this request is answered from no file. */
export function recordedFile(venue: Venue, { path, query }: VenueTarget): RegExp | null {
  for (const rule of RULES) {
    const match = rule.venue === venue ? rule.path.exec(path) : null;
    if (match !== null) return rule.wanted(query, match[1] ?? "");
  }
  return null;
}
