import { describe, expect, test } from "vitest";
import { deribitFloat } from "../../src/replay/venues/deribit/envelope.ts";
import { getJson, getText, keyPaths, openMarket, present, sharedJson, skipNote } from "./support.ts";

const TICKERS = {
  coinbase: "exchanges/coinbase-exchange/products_ticker_ccxt.json",
  kraken: "exchanges/kraken/Ticker_XBTUSD_2026-09-08.json",
  bitstamp: "exchanges/bitstamp/ticker_btcusd_gct.json",
  binance: "exchanges/binance/ticker_bookTicker_BTCUSDT.json",
  options: "exchanges/deribit/get_book_summary_by_currency_option_2026-09-08_partial.json",
  futures: "exchanges/deribit/get_book_summary_by_currency_future_2026-05-22.json",
  index: "exchanges/deribit/get_index_price_result_btc_usd_2026-09-20.json",
};
const here = present(...Object.values(TICKERS));

/** Same types and same look of each leaf: digits become 9, so "78493.80000" and "95000.10000" are alike. */
function shape(value: unknown): unknown {
  if (typeof value === "string")
    return /^-?[\d.]+$/.test(value) ? value.replace(/\d+(?=\.|$)/, "9").replace(/\d/g, "9") : "text";
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shape(member)]));
  return typeof value;
}

describe("the venues' formats", () => {
  test.skipIf(!here)(
    `each spot ticker has exactly the recorded keys and kinds of values${skipNote(here)}`,
    async () => {
      const market = await openMarket();
      const kraken = (await getJson(market, "/kraken/0/public/Ticker?pair=XBTUSD")) as object;
      expect(shape(kraken)).toEqual(shape(sharedJson(TICKERS.kraken)));
      const binance = await getJson(market, "/binance/api/v3/ticker/bookTicker?symbol=BTCUSDT");
      const recordedBinance = { ...(sharedJson(TICKERS.binance) as object), symbol: "BTCUSDT" };
      expect(shape(binance)).toEqual(shape(recordedBinance));
      for (const [venue, path] of [
        ["coinbase", "/products/BTC-USD/ticker"],
        ["bitstamp", "/api/v2/ticker/btcusd/"],
      ] as const) {
        const served = (await getJson(market, `/${venue}${path}`)) as Record<string, unknown>;
        const recorded = sharedJson(TICKERS[venue]) as Record<string, unknown>;
        expect(Object.keys(served).sort()).toEqual(Object.keys(recorded).sort());
        for (const key of Object.keys(recorded)) expect(typeof served[key], key).toBe(typeof recorded[key]);
      }
    },
  );

  test.skipIf(!here)(`Deribit's bodies have exactly the recorded keys${skipNote(here)}`, async () => {
    const market = await openMarket();
    const summary = "/deribit/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=";
    expect(keyPaths(await getJson(market, `${summary}option`))).toEqual(keyPaths(sharedJson(TICKERS.options)));
    const futures = keyPaths(await getJson(market, `${summary}future`));
    const recorded = keyPaths(sharedJson(TICKERS.futures));
    // That recorder sent an id and dropped the times; the rows themselves agree.
    const rows = (paths: ReadonlySet<string>) => [...paths].filter((path) => path.startsWith(".result[]")).sort();
    expect(rows(futures)).toEqual(rows(recorded));
    const index = await getJson<{ result: object }>(
      market,
      "/deribit/api/v2/public/get_index_price?index_name=btc_usd",
    );
    expect(Object.keys(index.result)).toEqual(Object.keys(sharedJson(TICKERS.index) as object));
    expect(Object.keys(index)).toEqual(["jsonrpc", "result", "usIn", "usOut", "usDiff", "testnet"]);
  });

  test("prices carry each venue's own trailing zeros, white space and times", async () => {
    const market = await openMarket();
    market.clock.nowMs += 61_250;
    const read = async (path: string) => (await getText(market, path)).text;
    expect(await read("/coinbase/products/BTC-USD/ticker")).toMatch(
      /^\{"trade_id":\d+,"price":"\d+\.\d\d",.*"time":"2026-11-23T07:59:0\d\.\d{6}Z"/,
    );
    expect(await read("/coinbase/products/USDT-USD/ticker")).toMatch(/"bid":"(0\.99|1\.00)\d{3}"/);
    expect(await read("/kraken/0/public/Ticker?pair=XBTUSD")).toMatch(
      /^\{"error":\[\],"result":\{"XXBTZUSD":\{"a":\["\d+\.\d0000","\d+","\d+\.000"\]/,
    );
    expect(await read("/kraken/0/public/Ticker?pair=ETHUSD")).toContain('"XETHZUSD":{"a":["3');
    expect(await read("/kraken/0/public/Ticker?pair=USDTUSD")).toMatch(/"USDTZUSD":\{"a":\["(0\.99|1\.00)\d{3}000"/);
    expect(
      Object.keys((await getJson<{ result: object }>(market, "/kraken/0/public/Ticker?pair=XBTUSD,USDTUSD")).result),
    ).toEqual(["XXBTZUSD", "USDTZUSD"]);
    expect(await read("/bitstamp/api/v2/ticker/btcusd/")).toMatch(/^\{"timestamp": "1795420741", "open": "\d+", /);
    expect(await read("/bitstamp/api/v2/ticker/usdtusd/")).toMatch(/"bid": "(0\.99|1\.00)\d{3}"/);
    expect(await read("/binance/api/v3/ticker/bookTicker?symbol=ETHUSDT")).toMatch(
      /^\{"symbol":"ETHUSDT","bidPrice":"3\d{3}\.\d{2}000000","bidQty":"\d+\.\d{8}","askPrice"/,
    );
    const envelope = JSON.parse(await read("/deribit/api/v2/public/get_index_price?index_name=eth_usd")) as Record<
      string,
      unknown
    >;
    expect(envelope).toMatchObject({ jsonrpc: "2.0", usOut: market.clock.nowMs * 1000, usDiff: 204, testnet: false });
    expect(await read("/deribit/api/v2/public/get_book_summary_by_currency?currency=ETH&kind=option")).toContain(
      '"interest_rate":0.0,',
    );
  });

  test("the option board has percent vols, nulls for missing quotes, and the three kinds of underlying", async () => {
    const market = await openMarket();
    type Row = {
      instrument_name: string;
      bid_price: number | null;
      mark_iv: number;
      underlying_index: string;
      interest_rate: number;
    };
    const { result } = await getJson<{ result: Row[] }>(
      market,
      "/deribit/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=option",
    );
    expect(result.length).toBeGreaterThan(200);
    expect(result.every((row) => row.mark_iv > 20 && row.mark_iv < 400)).toBe(true);
    expect(result.some((row) => row.bid_price === null)).toBe(true);
    const kinds = new Set(result.map((row) => row.underlying_index.replace(/BTC-.*/, "BTC-")));
    expect([...kinds].sort()).toEqual(["BTC-", "SYN.BTC-", "index_price"]);
    const both = await getJson<{ result: unknown[] }>(
      market,
      "/deribit/api/v2/public/get_book_summary_by_currency?currency=BTC",
    );
    expect(both.result.length).toBeGreaterThan(result.length);
    expect(
      (
        await getJson<{ result: unknown[] }>(
          market,
          "/deribit/api/v2/public/get_book_summary_by_currency?currency=BTC&kind=spot",
        )
      ).result,
    ).toEqual([]);
  });

  test("floats are printed as recorded: the shorter notation, always with a point", () => {
    const seen = {
      "0.0": 0,
      "39.0": 39,
      "0.0005": 0.0005,
      "0.0004": 0.0004,
      "3.7191e-4": 3.7191e-4,
      "2.057e-5": 2.057e-5,
      "3.3e-7": 3.3e-7,
      "0.00183718": 0.00183718,
      "0.97174948": 0.97174948,
      "379635850.0": 379635850,
      "-20.0": -20,
      "1.0e-8": 1e-8,
      "78610.75": 78610.75,
    };
    for (const [text, value] of Object.entries(seen)) expect(deribitFloat(value)).toBe(text);
    for (let i = 0; i < 2_000; i++) expect(Number(deribitFloat(i / 7e5))).toBe(i / 7e5);
  });

  test("unknown symbols and paths get the venue's own error in the venue's own way", async () => {
    const market = await openMarket();
    expect(await getText(market, "/coinbase/products/DOGE-USD/ticker")).toMatchObject({
      status: 404,
      text: '{"message":"NotFound"}',
    });
    expect(await getText(market, "/kraken/0/public/Ticker?pair=NOPE")).toMatchObject({
      status: 200,
      text: '{"error":["EQuery:Unknown asset pair"]}',
    });
    expect(await getText(market, "/kraken/0/public/Ticker?pair=XBTUSD,NOPEUSD")).toMatchObject({
      text: '{"error":["EQuery:Unknown asset pair"]}',
    });
    const bitstamp = await getText(market, "/bitstamp/api/v2/ticker/dogeusd/");
    expect(bitstamp.status).toBe(404);
    expect(bitstamp.type).toContain("text/html");
    expect(await getText(market, "/binance/api/v3/ticker/bookTicker?symbol=(((USDT")).toMatchObject({
      status: 400,
      text: '{"code":-1121,"msg":"Invalid symbol."}',
    });
    for (const query of [
      "get_index_price?index_name=doge_usd",
      "get_index_price",
      "get_book_summary_by_currency?currency=DOGE&kind=option",
    ]) {
      const deribit = await getText(market, `/deribit/api/v2/public/${query}`);
      expect(deribit.status).toBe(400);
      expect(JSON.parse(deribit.text)).toMatchObject({
        error: { code: -32602, message: "Invalid params" },
        testnet: false,
      });
    }
    expect(JSON.parse((await getText(market, "/deribit/api/v2/public/nothing")).text)).toMatchObject({
      error: { code: -32601 },
    });
    expect((await getText(market, "/nobody/ticker")).status).toBe(404);
  });
});
