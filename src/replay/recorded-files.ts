/** Which recorded file answers which request: files are named by venue, endpoint and symbol. */
import type { Venue } from "../market/venue.ts";
import { krakenPair, splitSymbol } from "./symbols.ts";
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
const lower = (pair: Pair): string => joined(pair).toLowerCase();
const krakenName = ({ base, quote }: Pair): string => (base === "BTC" ? "XBT" : base) + quote;

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
