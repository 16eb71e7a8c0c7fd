/** The venues' recorded answers. Class R is byte-exact; N has real values re-serialised by whoever recorded it. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type MarketQuote, parseBodies } from "../../src/sources/adapters.ts";
import type { Parsed } from "../../src/sources/gap.ts";
import type { Subscription } from "../../src/sources/subscription.ts";
import { DERIBIT_BTC, SPOT_BTC } from "./bodies.ts";
import { expectLawful } from "./quote-laws.ts";

const root = `${process.env.TENOR_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url))}/exchanges`;
const absent = !existsSync(root);
const where = absent ? " [skipped: shared data is absent]" : "";
const recorded = test.skipIf(absent);

const load = (file: string): string => readFileSync(`${root}/${file}`, "utf8");

function read(body: string, subscription: Subscription, receivedAtMs: number): Parsed<MarketQuote> {
  const outcome = parseBodies([body], subscription, receivedAtMs, { allowTestnet: false });
  expectLawful(outcome);
  return outcome;
}

const receipt = (receivedAtMs: number) => ({ timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs }) as const;
const spot = (value: Extract<MarketQuote, { kind: "spot" }>["value"]): Parsed<MarketQuote> => ({
  kind: "quote",
  quote: { kind: "spot", value },
});

describe("byte-exact recordings (class R)", () => {
  recorded(`kraken/Ticker_XBTUSD_2026-09-08 is the book 78493.7 / 78493.8${where}`, () => {
    const atMs = Date.UTC(2026, 8, 8, 21);
    const outcome = read(load("kraken/Ticker_XBTUSD_2026-09-08.json"), SPOT_BTC.kraken, atMs);
    expect(outcome).toEqual(
      spot({ venue: "kraken", ...receipt(atMs), base: "BTC", quote: "USD", bid: 78493.7, ask: 78493.8 }),
    );
    const asEth = read(load("kraken/Ticker_XBTUSD_2026-09-08.json"), { ...SPOT_BTC.kraken, base: "ETH" }, atMs);
    expect(asEth).toMatchObject({ kind: "gap", reason: "bad-shape" });
  });

  recorded(
    `deribit/get_book_summary_by_currency_option_2026-09-08_partial is a chain of all its 36 rows${where}`,
    () => {
      const atMs = 1_788_909_274_100;
      const outcome = read(
        load("deribit/get_book_summary_by_currency_option_2026-09-08_partial.json"),
        DERIBIT_BTC.options,
        atMs,
      );
      if (outcome.kind === "gap" || outcome.quote.kind !== "options") expect.fail("no chain");
      const chain = outcome.quote.value;
      expect(chain).toMatchObject({ timeMs: 1_788_909_274_001, timeSource: "venue", receivedAtMs: atMs, refused: {} });
      expect(chain.options).toHaveLength(36);
      expect(chain.options[0]).toEqual({
        instrument: "BTC-25SEP26-155000-P",
        expiryMs: Date.UTC(2026, 8, 25, 8),
        strike: 155_000,
        right: "put",
        bidCoin: 0.9665,
        askCoin: 0.976,
        markCoin: 0.97174948,
        markVol: 84.02 / 100,
        forward: 78610.75,
      });
      expect(chain.options.filter(({ bidCoin }) => bidCoin === null).map(({ instrument }) => instrument)).toEqual([
        "BTC-9SEP26-73000-P",
        "BTC-9SEP26-83000-C",
        "BTC-11SEP26-66000-P",
      ]);
      expect(chain.options[13]).toMatchObject({ markCoin: 3.3e-7, markVol: 47.2 / 100, forward: 78493.72 });
      // One expiry, two forwards: each row keeps its own.
      const october = chain.options.filter(({ instrument }) => instrument.startsWith("BTC-30OCT26-"));
      expect(new Set(october.map(({ forward }) => forward))).toEqual(new Set([78942.46, 78942.33]));
    },
  );

  recorded(
    `deribit/get_book_summary_by_instrument_…_2022-06-04: four bodies, futures and options of the year 2022${where}`,
    () => {
      const file = "deribit/get_book_summary_by_instrument_BTC-24JUN22_and_option_2022-06-04.jsonl";
      const [future, options, perpetual, ethOption] = load(file).trim().split("\n");
      const june = Date.UTC(2022, 5, 24, 8);
      expect(read(future!, DERIBIT_BTC.futures, 1_654_341_687_600)).toEqual({
        kind: "quote",
        quote: {
          kind: "futures",
          value: {
            quote: "USD",
            venue: "deribit",
            timeMs: 1_654_341_687_529,
            timeSource: "venue",
            receivedAtMs: 1_654_341_687_600,
            base: "BTC",
            futures: [
              {
                instrument: "BTC-24JUN22",
                expiryMs: june,
                bid: 29729.5,
                ask: 29731,
                mark: 29727.97,
                funding8h: null,
                currentFunding: null,
                index: 29695.94,
              },
            ],
            refused: {},
          },
        },
      });
      // This endpoint had no mark_iv in 2022: the vol is null, the premiums stand. A put at three times the forward is worth 1.98 coins.
      expect(read(options!, DERIBIT_BTC.options, 1_654_338_605_000)).toMatchObject({
        quote: {
          value: {
            timeMs: 1_654_338_604_920,
            options: [
              {
                instrument: "BTC-24JUN22-30000-C",
                bidCoin: 0.0525,
                askCoin: 0.0535,
                markCoin: 0.05317014,
                markVol: null,
                forward: 29755.49,
              },
              {
                instrument: "BTC-30DEC22-90000-P",
                bidCoin: null,
                askCoin: null,
                markCoin: 1.98432769,
                markVol: null,
                forward: 30236.72,
              },
            ],
            refused: {},
          },
        },
      });
      expect(read(perpetual!, DERIBIT_BTC.futures, 1_654_340_303_800)).toMatchObject({
        quote: {
          value: {
            futures: [{ instrument: "BTC-PERPETUAL", expiryMs: null, bid: 29700.5, ask: 29701, mark: 29700.53 }],
          },
        },
      });
      expect(read(ethOption!, { ...DERIBIT_BTC.options, base: "ETH" }, 1_654_341_866_200)).toMatchObject({
        quote: {
          value: {
            base: "ETH",
            options: [{ instrument: "ETH-24JUN22-1600-P", strike: 1600, right: "put", markCoin: 0.037071 }],
          },
        },
      });
      expect(read(ethOption!, DERIBIT_BTC.options, 1_654_341_866_200)).toMatchObject({
        kind: "gap",
        reason: "no-quote",
      });
      expect(read(perpetual!, DERIBIT_BTC.options, 1_654_340_303_800)).toMatchObject({
        kind: "gap",
        reason: "no-quote",
      });
    },
  );

  // Answers of endpoints that no adapter asks. Taken by mistake they must be refused, not half read.
  const IN_2022 = Date.UTC(2022, 5, 3);
  const others: readonly (readonly [file: string, subscription: Subscription, atMs: number])[] = [
    ["deribit/get_order_book_2022-06-03.jsonl", DERIBIT_BTC.futures, IN_2022],
    ["deribit/get_order_book_2022-06-03.jsonl", DERIBIT_BTC.options, IN_2022],
    ["deribit/get_instruments_BTC_2021-07-22.json", DERIBIT_BTC.options, Date.UTC(2021, 6, 23)],
    ["deribit/get_instruments_BTC_2021-07-22.json", DERIBIT_BTC.futures, Date.UTC(2021, 6, 23)],
    ["kraken/Depth_XXBTZUSD_2022-06.json", SPOT_BTC.kraken, IN_2022],
    ["binance/depth_BTCUSDT_2022-06_raw.json", SPOT_BTC.binance, IN_2022],
    ["binance/depth_NKNUSDT_2021-10-12.json", SPOT_BTC.binance, IN_2022],
    ["bitstamp/order_book_2022-06_raw.json", SPOT_BTC.bitstamp, IN_2022],
    ["bitstamp/trading-pairs-info_2022-01-05.json", SPOT_BTC.bitstamp, IN_2022],
    ["coinbase-exchange/products_2021-04-17.json", SPOT_BTC.coinbase, IN_2022],
    ["coinbase-exchange/products_book_level2_2022-06.json", SPOT_BTC.coinbase, IN_2022],
  ];
  test.skipIf(absent).each(others)(`%s is of another endpoint and refused${where}`, (file, subscription, atMs) => {
    for (const line of file.endsWith("jsonl") ? load(file).trim().split("\n") : [load(file)]) {
      expect(read(line, subscription, atMs)).toMatchObject({ kind: "gap", reason: "bad-shape" });
    }
  });
});

describe("re-serialised recordings (class N)", () => {
  recorded(`binance/ticker_bookTicker_BTCUSDT is the book 6621.55 / 6622.10${where}`, () => {
    const outcome = read(load("binance/ticker_bookTicker_BTCUSDT.json"), SPOT_BTC.binance, 1_580_000_000_000);
    expect(outcome).toEqual(
      spot({ venue: "binance", ...receipt(1_580_000_000_000), base: "BTC", quote: "USDT", bid: 6621.55, ask: 6622.1 }),
    );
  });

  const KLINES: Subscription = { ...SPOT_BTC.binance, kind: "candles", intervalMs: 300_000, days: 30 };
  recorded(
    `binance/klines_5m_BTCUSDT is a run of five-minute bars, the last complete one half an hour later${where}`,
    () => {
      const body = load("binance/klines_5m_BTCUSDT.json");
      const rows = JSON.parse(body) as readonly (readonly [number, string, string, string, string])[];
      const lastMs = rows.at(-1)![0];
      const outcome = read(body, KLINES, lastMs + 30 * 60_000);
      if (outcome.kind === "gap" || outcome.quote.kind !== "candles") expect.fail("no candles");
      const { closes } = outcome.quote.value;
      expect(closes.length).toBe(rows.length);
      expect(closes[0]).toEqual({
        openMs: 1_586_987_400_000,
        open: 6733.55,
        high: 6737.79,
        low: 6726.61,
        close: 6727.14,
      });
      // While the last bar is under way it is not among them.
      const underWay = read(body, KLINES, lastMs + 60_000);
      expect(underWay).toMatchObject({ quote: { value: { timeMs: lastMs } } });
      expect(read(body, { ...KLINES, intervalMs: 60_000 }, lastMs + 30 * 60_000)).toMatchObject({
        reason: "bad-shape",
      });
    },
  );

  recorded(`candles of other exchanges and of WebSockets are refused${where}`, () => {
    for (const file of [
      "okx/candles_ccxt.json",
      "kraken/ws_ohlc_update_v2.json",
      "deribit/get_tradingview_chart_data_2025-12-23.json",
    ]) {
      if (!existsSync(`${root}/${file}`)) continue;
      for (const venue of ["coinbase", "kraken", "bitstamp", "binance"] as const) {
        const outcome = read(load(file), { ...KLINES, venue, quote: "USD" }, Date.UTC(2026, 8, 10));
        expect(outcome).toMatchObject({ kind: "gap", reason: expect.stringMatching(/^(bad-shape|venue-error)$/) });
      }
    }
  });

  recorded(`binance/fapi_error_unknown_symbol is of a symbol that is not listed${where}`, () => {
    const outcome = read(load("binance/fapi_error_unknown_symbol.json"), SPOT_BTC.binance, 1_580_000_000_000);
    expect(outcome).toMatchObject({ kind: "gap", reason: "delisted" });
  });

  const bitstampFiles: readonly (readonly [string, number, number, number])[] = [
    ["ticker_ccxt", 26208, 26211, 1_686_068_944_000],
    ["ticker_btcusd_gct", 2188.97, 2211, 1_643_640_186_000],
  ];
  test.skipIf(absent).each(bitstampFiles)(
    `bitstamp/%s is the book %d / %d of its own second${where}`,
    (file, bid, ask, timeMs) => {
      const outcome = read(load(`bitstamp/${file}.json`), SPOT_BTC.bitstamp, timeMs + 300);
      expect(outcome).toEqual(
        spot({
          venue: "bitstamp",
          timeMs,
          timeSource: "venue",
          receivedAtMs: timeMs + 300,
          base: "BTC",
          quote: "USD",
          bid,
          ask,
        }),
      );
    },
  );

  const coinbaseFiles: readonly (readonly [string, number, number, number])[] = [
    ["products_ticker_ccxt", 0.997094, 0.998, Date.UTC(2020, 0, 28, 2, 13, 34)],
    ["products_ticker_xchange", 637, 637.11, Date.UTC(2015, 3, 8, 20, 49, 7)],
  ];
  test.skipIf(absent).each(coinbaseFiles)(
    `coinbase-exchange/%s is the book %d / %d, and refused two days later${where}`,
    (file, bid, ask, atMs) => {
      const body = load(`coinbase-exchange/${file}.json`);
      expect(read(body, SPOT_BTC.coinbase, atMs)).toEqual(
        spot({ venue: "coinbase", ...receipt(atMs), base: "BTC", quote: "USD", bid, ask }),
      );
      expect(read(body, SPOT_BTC.coinbase, atMs + 2 * 86_400_000)).toMatchObject({
        kind: "gap",
        reason: "stale",
      });
    },
  );

  recorded(`deribit/get_index_price_result_btc_usd_2026-09-20 in its envelope is 80814.47${where}`, () => {
    const result = load("deribit/get_index_price_result_btc_usd_2026-09-20.json");
    const body = `{"jsonrpc":"2.0","result":${result},"usIn":1789862400000000,"usOut":1789862400000100,"usDiff":100,"testnet":false}`;
    expect(read(body, DERIBIT_BTC.index, 1_789_862_400_050)).toMatchObject({
      quote: { kind: "index", value: { price: 80814.47, timeMs: 1_789_862_400_000, base: "BTC", quote: "USD" } },
    });
  });

  // Their recorder kept the result but not usOut and testnet: as they lie there they are refused, in a whole envelope they are read.
  const boards: readonly (readonly [string, "futures" | "options", number])[] = [
    ["get_book_summary_by_currency_future_2026-05-22", "futures", 13],
    ["get_book_summary_by_currency_option_2026-05-22", "options", 5],
  ];
  test.skipIf(absent).each(boards)(
    `deribit/%s: %s, refused without usOut, whole with it${where}`,
    (file, kind, count) => {
      const body = load(`deribit/${file}.json`);
      const atMs = 1_779_460_434_200;
      expect(read(body, DERIBIT_BTC[kind], atMs)).toMatchObject({ kind: "gap", reason: "bad-shape" });
      const whole = body.replace(/\}\s*$/, `,"usOut":${atMs * 1000},"testnet":false}`);
      const outcome = read(whole, DERIBIT_BTC[kind], atMs);
      if (outcome.kind === "gap") expect.fail(outcome.detail);
      const { quote } = outcome;
      const rows = quote.kind === "futures" ? quote.value.futures : quote.kind === "options" ? quote.value.options : [];
      expect(rows).toHaveLength(count);
    },
  );
});
