import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startMarket } from "../../src/replay/server.ts";
import { DATA, getJson, getText, openMarket, postFault, present, skipNote, temporaryFolder } from "./support.ts";

const here = present("exchanges/manifest.json");

describe("recorded bodies over HTTP", () => {
  test("bodies go out byte for byte, the best class first; documentation and derived bodies never", async () => {
    const dir = temporaryFolder();
    for (const venue of ["kraken", "binance", "deribit"]) mkdirSync(join(dir, venue));
    const bodies = {
      "kraken/Ticker_XBTUSD_2026-01-01.json": '{"error":[], "result":{"XXBTZUSD":{"a":["1.0","1","1.000"]}}}\n',
      "kraken/Ticker_XBTUSD_2027-01-01.json": '{"error":[],"result":{}}',
      "binance/ticker_bookTicker_BTCUSDT.json": '{ "symbol":"BTCUSDT" }',
      "binance/ticker_bookTicker_ETHUSDT_doc.json": "{}",
      "deribit/get_index_price_result_btc_usd_2026-09-20.json": '{"index_price":80814.47}\n',
    };
    for (const [name, body] of Object.entries(bodies)) writeFileSync(join(dir, name), body);
    const manifest = [
      { file: "kraken/Ticker_XBTUSD_2026-01-01.json", cls: "R" },
      { file: "kraken/Ticker_XBTUSD_2027-01-01.json", cls: "N" },
      { file: "binance/ticker_bookTicker_BTCUSDT.json", cls: "X" },
      { file: "deribit/get_index_price_result_btc_usd_2026-09-20.json", cls: "N*" },
    ];
    writeFileSync(join(dir, "manifest.json"), JSON.stringify(manifest));
    const market = await openMarket({ recordings: dir });
    expect((await getText(market, "/kraken/0/public/Ticker?pair=XBTUSD")).text).toBe(
      bodies["kraken/Ticker_XBTUSD_2026-01-01.json"],
    );
    expect((await getText(market, "/binance/api/v3/ticker/bookTicker?symbol=BTCUSDT")).text).toContain("-1121");
    expect((await getText(market, "/binance/api/v3/ticker/bookTicker?symbol=ETHUSDT")).text).toContain("-1121");
    expect(await getJson(market, "/deribit/api/v2/public/get_index_price?index_name=btc_usd")).toMatchObject({
      jsonrpc: "2.0",
      result: { index_price: 80814.47 },
    });
    expect((await getText(market, "/coinbase/products/BTC-USD/ticker")).status).toBe(404);
    expect((await getText(market, "/bitstamp/api/v2/ticker/btcusd/")).status).toBe(404);
    expect((await getText(market, "/truth?feed=BTC-USD.spot-index")).status).toBe(404);
    expect(await getJson(market, "/market")).toMatchObject({ mode: "recordings", noise: null });
    await postFault(market, { venue: "kraken", fault: "x1000" });
    expect((await getText(market, "/kraken/0/public/Ticker?pair=XBTUSD")).text).toContain('"a":["1000.0","1","1.000"]');
  });

  test("a directory without one served body is refused", async () => {
    await expect(startMarket({ recordings: temporaryFolder() })).rejects.toThrow(/holds no recorded body/);
  });

  test.skipIf(!here)(`the shared recordings answer all nine venues with their own bytes${skipNote(here)}`, async () => {
    const market = await openMarket({ recordings: join(DATA, "exchanges") });
    const paths = {
      "/coinbase/products/BTC-USD/ticker": "coinbase-exchange/products_ticker_xchange.json",
      "/kraken/0/public/Ticker?pair=XBTUSD": "kraken/Ticker_XBTUSD_2026-09-08.json",
      "/bitstamp/api/v2/ticker/btcusd/": "bitstamp/ticker_btcusd_gct.json",
      "/binance/api/v3/ticker/bookTicker?symbol=BTCUSDT": "binance/ticker_bookTicker_BTCUSDT.json",
      "/deribit/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=option":
        "deribit/get_book_summary_by_currency_option_2026-09-08_partial.json",
      "/deribit/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=future":
        "deribit/get_book_summary_by_currency_future_2026-05-22.json",
      "/deribit/api/v2/public/get_volatility_index_data?currency=BTC&resolution=60":
        "deribit/get_volatility_index_data_BTC_1h_2026-09.json",
      "/kraken/0/public/Depth?pair=XBTUSD": "kraken/Depth_XXBTZUSD_2022-06.json",
      "/bitstamp/api/v2/order_book/btcusd/": "bitstamp/order_book_2022-06_raw.json",
      "/binance/api/v3/depth?symbol=BTCUSDT&limit=1000": "binance/depth_BTCUSDT_2022-06_raw.json",
      "/binance/eapi/v1/index?underlying=BTCUSDT": "binance/eapi_index_BTCUSDT_2024-05-30.json",
      "/binance/eapi/v1/mark": "binance/eapi_mark_ETH-240628-800-C_2024-05-30.json",
      "/binance/fapi/v1/premiumIndex?symbol=BTCUSDT": "binance/fapi_premiumIndex_BTCUSDT.json",
      "/okx/api/v5/market/index-tickers?instId=BTC-USDT": "okx/index-tickers_BTC-USDT_2025-05-11.json",
      "/okx/api/v5/public/mark-price?instType=SWAP": "okx/mark-price_BTC-USDT-SWAP_2025-04-14.json",
      "/okx/api/v5/public/instruments?instType=OPTION&instFamily=BTC-USD":
        "okx/instruments_OPTION_BTC-USD_2022-05-13.json",
      "/okx/api/v5/system/status": "okx/status_ccxt.json",
      "/bybit/v5/market/tickers?category=linear&symbol=BTCUSDT": "bybit/tickers_linear_BTCUSDT_2026-09-08.json",
      "/bybit/v5/market/tickers?category=option&baseCoin=BTC": "bybit/tickers_option_ccxt.json",
      "/gemini/v1/pubticker/btcusd": "gemini/v1_pubticker_btcusd_2026-09-08.json",
      "/gemini/v1/book/btcusd": "gemini/v1_book_btcusd.json",
      "/bitfinex/v2/tickers?symbols=tBTCUSD": "bitfinex/v2_tickers_xchange.json",
    };
    for (const [path, file] of Object.entries(paths)) {
      expect((await getText(market, path)).text, path).toBe(readFileSync(join(DATA, "exchanges", file), "utf8"));
    }
    expect(await getJson(market, "/deribit/api/v2/public/get_index_price?index_name=btc_usd")).toMatchObject({
      result: { index_price: 80814.47 },
      testnet: false,
    });
  });
});
