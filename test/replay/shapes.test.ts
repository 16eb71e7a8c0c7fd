/** Every REST body of the market beside the recording of the real one: the same members, and JSON types. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DATA, getText, openMarket, present, sharedJson, skipNote } from "./support.ts";

const ROOT = "exchanges";
const here = present(`${ROOT}/manifest.json`);

/** Member paths with the types that stand there; of a list all elements count together. */
function typesOf(value: unknown, path = "$", into = new Map<string, Set<string>>()): Map<string, Set<string>> {
  if (Array.isArray(value)) {
    for (const item of value) typesOf(item, `${path}[]`, into);
    return into;
  }
  const isObject = typeof value === "object" && value !== null;
  const type = value === null ? "null" : isObject ? "object" : typeof value;
  into.set(path, (into.get(path) ?? new Set<string>()).add(type));
  if (isObject) for (const [key, member] of Object.entries(value)) typesOf(member, `${path}.${key}`, into);
  return into;
}

type Case = {
  readonly path: string;
  readonly file: string;
  /** What of the file is compared; the whole of it by default. */
  readonly recorded?: (file: string) => unknown;
  /** What of the served body; the whole of it by default. */
  readonly served?: (body: unknown) => unknown;
  /** Members that only one of the two has, and why that is right. */
  readonly onlyServed?: readonly string[];
  readonly onlyRecorded?: readonly string[];
};

const firstLine = (file: string): unknown => JSON.parse(file.split("\n")[0]!);
const firstOf = (file: string): unknown => (JSON.parse(file) as unknown[])[0];
const dataOf = (body: unknown): unknown => (body as { data: unknown }).data;
const resultOf = (body: unknown): unknown => (body as { result: unknown }).result;
const rowsOf = (body: unknown): unknown => (body as { result: { list: unknown } }).result.list;

const CASES: readonly Case[] = [
  { path: "/coinbase/products/BTC-USD/book?level=2", file: "coinbase-exchange/products_book_level2_2022-06.json" },
  { path: "/coinbase/time", file: "coinbase-exchange/time_ccxt.json" },
  { path: "/kraken/0/public/Depth?pair=XBTUSD", file: "kraken/Depth_XXBTZUSD_2022-06.json" },
  { path: "/kraken/0/public/SystemStatus", file: "kraken/SystemStatus.json" },
  { path: "/kraken/0/public/Time", file: "kraken/Time.json" },
  { path: "/bitstamp/api/v2/order_book/btcusd/", file: "bitstamp/order_book_2022-06_raw.json" },
  { path: "/binance/api/v3/depth?symbol=BTCUSDT", file: "binance/depth_BTCUSDT_2022-06_raw.json" },
  { path: "/binance/eapi/v1/index?underlying=BTCUSDT", file: "binance/eapi_index_BTCUSDT_2024-05-30.json" },
  { path: "/binance/eapi/v1/mark", file: "binance/eapi_mark_ETH-240628-800-C_2024-05-30.json" },
  { path: "/binance/eapi/v1/ticker", file: "binance/eapi_ticker_ETH-240628-800-C_2024-05-30.json" },
  { path: "/binance/fapi/v1/premiumIndex?symbol=BTCUSDT", file: "binance/fapi_premiumIndex_BTCUSDT.json" },
  {
    path: "/deribit/api/v2/public/get_volatility_index_data?currency=BTC&resolution=3600&start_timestamp=1795334400000&end_timestamp=1795420800000",
    file: "deribit/get_volatility_index_data_BTC_1h_2026-09.json",
  },
  {
    path: "/deribit/api/v2/public/get_instruments?currency=BTC&kind=option",
    file: "deribit/get_instruments_option_2026-05-22.json",
    recorded: (file) => resultOf(JSON.parse(file)),
    served: resultOf,
  },
  {
    path: "/deribit/api/v2/public/get_instruments?currency=BTC&kind=future",
    file: "deribit/get_instruments_future_2026-05-22.json",
    recorded: (file) => resultOf(JSON.parse(file)),
    served: resultOf,
    // Of the dated ones, whose fees have tick steps.
    onlyRecorded: ["$[].tick_size_steps[]"],
  },
  {
    path: "/deribit/api/v2/public/get_order_book?instrument_name=BTC-PERPETUAL",
    file: "deribit/get_order_book_result_BTC-PERPETUAL_2026-09-20.json",
    served: resultOf,
  },
  {
    path: "/deribit/api/v2/public/ticker?instrument_name=BTC-PERPETUAL",
    file: "deribit/ticker_BTC-PERPETUAL_2026-09-29.json",
  },
  { path: "/okx/api/v5/market/ticker?instId=BTC-USDT", file: "okx/tickers_doc_ccxt.json" },
  { path: "/okx/api/v5/market/tickers?instType=OPTION&instFamily=BTC-USD", file: "okx/ticker_option_doc_ccxt.json" },
  { path: "/okx/api/v5/market/tickers?instType=SWAP&instFamily=BTC-USD", file: "okx/tickers_doc_ccxt.json" },
  { path: "/okx/api/v5/market/books?instId=BTC-USDT&sz=400", file: "okx/books_2022-06.jsonl", recorded: firstLine },
  { path: "/okx/api/v5/market/index-tickers?instId=BTC-USDT", file: "okx/index-tickers_BTC-USDT_2025-05-11.json" },
  { path: "/okx/api/v5/public/mark-price?instType=SWAP", file: "okx/mark-price_BTC-USDT-SWAP_2025-04-14.json" },
  {
    path: "/okx/api/v5/public/opt-summary?instFamily=BTC-USD",
    file: "okx/ws_opt-summary_BTC-USD_2023-12-01.json",
    recorded: (file) => dataOf(JSON.parse(file)),
    served: dataOf,
  },
  {
    path: "/okx/api/v5/public/instruments?instType=OPTION&instFamily=BTC-USD",
    file: "okx/instruments_OPTION_2024-12.json",
  },
  {
    path: "/okx/api/v5/public/funding-rate?instId=BTC-USD-SWAP",
    file: "okx/ws_bbo-tbt_funding-rate_2022.jsonl",
    recorded: (file) => dataOf(firstLine(file)),
    served: dataOf,
    // Five members in 2022, and these since.
    onlyServed: [
      "formulaType",
      "interestRate",
      "maxFundingRate",
      "method",
      "minFundingRate",
      "nextFundingTime",
      "premium",
      "settFundingRate",
      "settState",
      "ts",
    ].map((name) => `$[].${name}`),
  },
  { path: "/bybit/v5/market/tickers?category=spot&symbol=BTCUSDT", file: "bybit/tickers_spot_doc.json" },
  { path: "/bybit/v5/market/tickers?category=inverse", file: "bybit/tickers_inverse_doc.json" },
  {
    path: "/bybit/v5/market/tickers?category=linear&symbol=BTCUSDT",
    file: "bybit/tickers_linear_BTCUSDT_2026-09-08.json",
  },
  { path: "/bybit/v5/market/tickers?category=option&baseCoin=BTC", file: "bybit/tickers_option_ccxt.json" },
  {
    path: "/bybit/v5/market/orderbook?category=spot&symbol=BTCUSDT&limit=200",
    file: "bybit/orderbook_doc.json",
    recorded: firstOf,
  },
  { path: "/bybit/v5/market/time", file: "bybit/time_doc.json", recorded: firstOf },
  {
    path: "/bybit/v5/market/instruments-info?category=option&baseCoin=BTC",
    file: "bybit/instruments-info_doc.json",
    recorded: (file) => rowsOf(firstOf(file)),
    served: rowsOf,
  },
  {
    path: "/bybit/v5/market/instruments-info?category=spot",
    file: "bybit/instruments-info_doc.json",
    recorded: (file) => rowsOf((JSON.parse(file) as unknown[])[1]),
    served: rowsOf,
  },
  { path: "/gemini/v1/pubticker/btcusd", file: "gemini/v1_pubticker_btcusd_2026-09-08.json" },
  { path: "/gemini/v2/ticker/btcusd", file: "gemini/v2_ticker_BTCUSD_gct.json" },
  { path: "/gemini/v1/book/btcusd", file: "gemini/v1_book_btcusd.json" },
  {
    path: "/bitfinex/v2/tickers?symbols=tBTCUSD",
    file: "bitfinex/v2_tickers_xchange.json",
    // The first is of funding.
    recorded: (file) => (JSON.parse(file) as unknown[]).slice(1),
  },
  { path: "/bitfinex/v2/book/tBTCUSD/P1?len=25", file: "bitfinex/v2_book_2022-06.jsonl", recorded: firstLine },
];

const ERRORS: readonly (readonly [path: string, file: string, pick: number | null])[] = [
  ["/okx/api/v5/market/ticker?instId=NOPE-USDT", "okx/errors_doc.json", 1],
  ["/bybit/v5/market/tickers?category=spot&symbol=NOPE", "bybit/errors_doc.json", 3],
  ["/gemini/v1/pubticker/bla", "gemini/v1_pubticker_unknown_symbol_error.json", null],
  ["/bitfinex/v2/ticker/tNOPUSD", "bitfinex/errors_doc.json", 2],
  ["/binance/fapi/v1/premiumIndex?symbol=NOPE", "binance/fapi_error_unknown_symbol.json", null],
];

describe.skipIf(!here)(`bodies beside their recordings${skipNote(here)}`, () => {
  test.each(CASES)("$path has the members and types of $file", async ({ path, file, ...compare }) => {
    const market = await openMarket();
    market.clock.nowMs += 61_250;
    const { text, status } = await getText(market, path);
    expect(status).toBe(200);
    const body: unknown = JSON.parse(text);
    const served = typesOf(compare.served?.(body) ?? body);
    const source = readFileSync(join(DATA, ROOT, file), "utf8");
    const recorded = typesOf(compare.recorded?.(source) ?? JSON.parse(source));
    const without = (paths: Iterable<string>, left: readonly string[] = []): readonly string[] =>
      [...paths].filter((one) => !left.some((member) => one.startsWith(member))).sort();
    expect(without(served.keys(), compare.onlyServed)).toEqual(without(recorded.keys(), compare.onlyRecorded));
    for (const [member, types] of recorded) {
      const seen = served.get(member);
      if (seen === undefined) continue;
      // A null in one of them says nothing of the type.
      const plain = (set: ReadonlySet<string>): readonly string[] => [...set].filter((type) => type !== "null").sort();
      if (plain(types).length > 0 && plain(seen).length > 0) expect(plain(seen), member).toEqual(plain(types));
    }
  });

  test.each(ERRORS)("%s is refused as in %s", async (path, file, pick) => {
    const market = await openMarket();
    const { text, status } = await getText(market, path);
    const known = sharedJson(`${ROOT}/${file}`);
    const entry = pick === null ? null : ((known as unknown[])[pick] as { http: number; body: unknown });
    if (entry !== null) expect(status).toBe(entry.http);
    expect([...typesOf(JSON.parse(text)).keys()].sort()).toEqual([...typesOf(entry?.body ?? known).keys()].sort());
  });
});
