import { describe, expect } from "vitest";
import { deribitStreams } from "../../../src/sources/deribit/streams.ts";
import type { StreamSession } from "../../../src/sources/stream-adapter.ts";
import type { PolledSubscription, Subscription } from "../../../src/sources/subscription.ts";
import { DERIBIT_BTC } from "../bodies.ts";
import { load, loadFrames, openSession, read, recorded, where, wordsOf } from "../recorded.ts";
import { take } from "../session-laws.ts";

const { index, futures, options } = DERIBIT_BTC;
const VOL: PolledSubscription = { ...index, kind: "vol-index" };
const ALL: readonly PolledSubscription[] = [index, VOL, futures, options];
const stream = deribitStreams[0]!;

/** A recorded ticker as the push of our own channel, which the same venue builds of the same fields. */
function asSnapshot(ticker: Readonly<Record<string, unknown>>): string {
  const channel = `incremental_ticker.${String(ticker.instrument_name)}`;
  return JSON.stringify({ method: "subscription", params: { channel, data: { ...ticker, type: "snapshot" } } });
}
function listing(names: readonly string[], atMs: number): (session: StreamSession) => void {
  return (session) => {
    for (const source of ["deribit:BTC.futures", "deribit:BTC.options"]) session.listed(source, names, atMs);
  };
}
function tickersOf(file: string): Record<string, unknown>[] {
  return loadFrames(`deribit/${file}`)
    .map((frame) => JSON.parse(frame).params)
    .filter((params) => params?.channel.startsWith("ticker."))
    .map(({ data }) => data);
}

describe("deribit over REST", () => {
  recorded(
    `get_volatility_index_data_BTC_1h_2026-09 (N*): its last bar is six days before the answer, so stale${where}`,
    () => {
      const body = load("deribit/get_volatility_index_data_BTC_1h_2026-09.json");
      expect(read(body, VOL, 1_790_686_333_500)).toMatchObject({ kind: "gap", reason: "stale" });
      const lastMs = 1_790_100_000_000;
      const fresh = body.replace(/"usOut": ?\d+/, `"usOut":${lastMs + 30_000}000`);
      expect(read(fresh, VOL, lastMs + 31_000)).toEqual({
        kind: "quote",
        quote: {
          kind: "vol-index",
          value: {
            venue: "deribit",
            timeMs: lastMs + 30_000,
            timeSource: "venue",
            receivedAtMs: lastMs + 31_000,
            base: "BTC",
            vol: 0.38,
          },
        },
      });
    },
  );

  recorded(
    `get_book_summary_by_currency_option_2026-09-08 (R*) is a chain, and refused by every other reader${where}`,
    () => {
      const body = load("deribit/get_book_summary_by_currency_option_2026-09-08_partial.json");
      const atMs = 1_788_909_274_100;
      expect(read(body, options, atMs)).toMatchObject({ quote: { value: { refused: {} } } });
      expect(read(body, options, atMs + 86_400_000)).toMatchObject({ reason: "stale" });
      expect(read(body, futures, atMs)).toMatchObject({ kind: "gap", reason: "no-quote" });
      for (const other of [index, VOL]) expect(read(body, other, atMs)).toMatchObject({ reason: "bad-shape" });
    },
  );

  // Of other endpoints than the readers that they are given to.
  const others: readonly (readonly [file: string, subscription: Subscription, atMs: number])[] = [
    ["get_expirations_any_2026-05-20.json", options, 1_779_263_454_000],
    ["get_expirations_any_2026-05-20.json", index, 1_779_263_454_000],
    ["get_expirations_any_2026-05-20.json", VOL, 1_779_263_454_000],
    ["get_instruments_future_2026-05-22.json", futures, 1_779_460_434_200],
    ["get_instruments_option_2026-05-22.json", options, 1_779_460_434_200],
    ["get_instruments_BTC_2021-07-22.json", index, 1_626_993_723_000],
    ["get_instruments_BTC_2021-07-22.json", VOL, 1_626_993_723_000],
    ["get_last_trades_2025-12.json", index, 1_766_332_050_000],
    ["get_last_trades_2025-12.json", futures, 1_766_332_050_000],
    ["get_order_book_result_BTC-PERPETUAL_2026-09-20.json", futures, 1_789_939_036_700],
    ["get_order_book_result_BTC-PERPETUAL_2026-09-20.json", index, 1_789_939_036_700],
    ["get_tradingview_chart_data_2025-12-23.json", VOL, 1_766_487_086_200],
    ["get_tradingview_chart_data_2025-12-23.json", index, 1_766_487_086_200],
    ["get_volatility_index_data_BTC_1h_2026-09.json", index, 1_790_686_333_500],
    ["ticker_BTC-PERPETUAL_2026-09-29.json", futures, 1_790_686_334_700],
    ["ticker_BTC-PERPETUAL_2026-09-29.json", index, 1_790_686_334_700],
    ["ticker_BTC-PERPETUAL_2026-09-29.json", VOL, 1_790_686_334_700],
    ["ticker_option_results_2026-09-20.json", options, 1_789_939_518_500],
    ["get_index_price_result_btc_usd_2026-09-20.json", index, 1_789_862_400_050],
  ];
  for (const [file, subscription, atMs] of others)
    recorded(`${file} is refused as ${subscription.kind}${where}`, () => {
      expect(read(load(`deribit/${file}`), subscription, atMs)).toMatchObject({ kind: "gap", reason: "bad-shape" });
    });

  recorded(`get_instruments_mixed_2025-12 (N) says that it is of the test network, which comes first${where}`, () => {
    for (const subscription of ALL)
      expect(read(load("deribit/get_instruments_mixed_2025-12.json"), subscription, 1_766_332_050_000)).toMatchObject({
        kind: "gap",
        reason: "test-network",
      });
  });

  recorded(`get_order_book_2022-06-03 (R): three bodies, none an index or a volatility index${where}`, () => {
    for (const body of loadFrames("deribit/get_order_book_2022-06-03.jsonl")) {
      expect(read(body, VOL, 1_654_245_922_600)).toMatchObject({ kind: "gap", reason: "bad-shape" });
      expect(read(body, index, 1_654_245_922_600)).toMatchObject({ kind: "gap", reason: "bad-shape" });
    }
  });

  recorded(`errors_doc (D): each documented error has its reason${where}`, () => {
    const errors: readonly { body?: { error?: { code: number } } }[] = JSON.parse(load("deribit/errors_doc.json"));
    for (const { body } of errors) {
      if (body?.error === undefined) continue;
      const reasons: Readonly<Record<number, string>> = {
        [-32602]: "venue-error",
        10028: "rate-limited",
        10040: "server-error",
        10041: "server-error",
        11050: "venue-error",
        11051: "maintenance",
      };
      const outcome = read(JSON.stringify(body), index, 1_583_763_842_200);
      expect(outcome).toMatchObject({ kind: "gap", reason: reasons[body.error.code] });
    }
  });
});

describe("deribit's frames", () => {
  // Channels that are not subscribed to: the ticker of another pace, quotes, books, trades, charts, marks.
  const foreign = [
    "ws_ticker_100ms_2022-06-02.jsonl",
    "ws_quote_book_chart_trades_2021-2023.jsonl",
    "ws_raw_session_2021-07-22.jsonl",
    "ws_quote_2025-12-12.json",
    "ws_ticker_perpetual_2025-12-12.json",
    "ws_markprice.options.btc_usd_2026-07-26.json",
  ];
  for (const file of foreign)
    recorded(`${file} (R, N): every frame is of a channel that was not asked for, and refused${where}`, () => {
      const atMs = 1_654_161_840_000;
      const session = openSession(stream, ALL, atMs, listing(["BTC-30SEP22", "BTC-PERPETUAL"], atMs));
      expect(new Set(wordsOf(session, loadFrames(`deribit/${file}`), atMs))).toEqual(new Set(["refused: bad-shape"]));
    });

  recorded(`the tickers of ws_ticker_100ms_2022-06-02 (R) as snapshots are the rows of that minute${where}`, () => {
    const tickers = tickersOf("ws_ticker_100ms_2022-06-02.jsonl");
    const atMs = 1_654_161_840_000;
    const names = tickers.map(({ instrument_name }) => String(instrument_name));
    const session = openSession(stream, ALL, atMs, listing(names, atMs));
    const rows = tickers.map((ticker) => take(session, asSnapshot(ticker), atMs).updates[0]);
    const expiryMs = Date.UTC(2022, 8, 30, 8);
    expect(rows).toMatchObject([
      {
        kind: "futures",
        timeMs: 1_654_161_740_658,
        rows: [
          {
            instrument: "BTC-30SEP22",
            expiryMs,
            bid: 30220,
            ask: 30222,
            mark: 30218.9,
            funding8h: null,
            index: 29939.87,
          },
        ],
      },
      {
        kind: "futures",
        timeMs: 1_654_161_785_818,
        rows: [
          {
            instrument: "BTC-PERPETUAL",
            expiryMs: null,
            bid: 29930.5,
            ask: 29931,
            mark: 29932.79,
            funding8h: 0.00000255,
            currentFunding: 0,
            index: 29930.44,
          },
        ],
      },
      {
        kind: "options",
        timeMs: 1_654_161_839_367,
        rows: [
          {
            instrument: "BTC-30SEP22-60000-C",
            expiryMs,
            strike: 60_000,
            right: "call",
            bidCoin: 0.008,
            askCoin: 0.009,
            markCoin: 0.0084,
            markVol: 67.7 / 100,
            forward: 30220.5,
          },
        ],
      },
    ]);
  });

  recorded(`the tickers of ws_raw_session_2021-07-22 (R) as snapshots: each is one row of its coin${where}`, () => {
    const tickers = tickersOf("ws_raw_session_2021-07-22.jsonl");
    const atMs = 1_626_993_724_000;
    const names = tickers.map(({ instrument_name }) => String(instrument_name));
    const eth: PolledSubscription = { ...options, base: "ETH" };
    const session = openSession(stream, [options, eth], atMs, (each) => {
      each.listed("deribit:BTC.options", names, atMs);
      each.listed("deribit:ETH.options", names, atMs);
    });
    expect(tickers.length).toBeGreaterThan(5);
    for (const ticker of tickers) {
      const { updates, refused } = take(session, asSnapshot(ticker), atMs);
      const name = String(ticker.instrument_name);
      expect(refused).toBeNull();
      expect(updates).toMatchObject([
        {
          kind: "options",
          source: `deribit:${name.slice(0, 3)}.options`,
          rows: [
            {
              instrument: name,
              bidCoin: ticker.best_bid_price === 0 ? null : ticker.best_bid_price,
              askCoin: ticker.best_ask_price === 0 ? null : ticker.best_ask_price,
              markVol: Number(ticker.mark_iv) / 100,
              forward: ticker.underlying_price,
            },
          ],
        },
      ]);
    }
  });

  recorded(`ws_ticker_perpetual_2025-12-12 (N) and ticker_BTC-PERPETUAL_2026-09-29 (N*) as snapshots${where}`, () => {
    const past = tickersOf("ws_ticker_perpetual_2025-12-12.json")[0]!;
    const later = JSON.parse(load("deribit/ticker_BTC-PERPETUAL_2026-09-29.json")).result;
    for (const [ticker, bid, ask, funding8h] of [
      [past, 92283.5, 92284, 0.00001742],
      [later, 84310, 84317, 7.4e-7],
    ]) {
      const session = openSession(stream, ALL, ticker.timestamp, listing(["BTC-PERPETUAL"], ticker.timestamp));
      expect(take(session, asSnapshot(ticker), ticker.timestamp + 100).updates).toMatchObject([
        { kind: "futures", timeMs: ticker.timestamp, rows: [{ bid, ask, funding8h, currentFunding: 0 }] },
      ]);
    }
  });

  recorded(
    `ticker_option_results_2026-09-20 (N*) as snapshots: no bid where the venue says 0.0, linear ones never${where}`,
    () => {
      const tickers: Record<string, unknown>[] = JSON.parse(load("deribit/ticker_option_results_2026-09-20.json"));
      const atMs = 1_789_939_518_500;
      const names = tickers.map(({ instrument_name }) => String(instrument_name));
      const session = openSession(stream, [options], atMs, listing(names, atMs));
      const told = tickers.map((ticker) => take(session, asSnapshot(ticker), atMs));
      for (const [i, { updates, refused }] of told.entries()) {
        if (names[i]!.startsWith("BTC-"))
          expect(updates).toMatchObject([{ kind: "options", rows: [{ instrument: names[i] }], refused: {} }]);
        else expect(refused).toMatchObject({ reason: "bad-shape" });
      }
      expect(told[0]!.updates).toMatchObject([{ rows: [{ bidCoin: 0.1565, askCoin: 0.161, markVol: 61.59 / 100 }] }]);
      expect(told[1]!.updates).toMatchObject([{ rows: [{ bidCoin: null, askCoin: 0.0001, markCoin: 0 }] }]);
    },
  );

  recorded(`the documented pushes (D) say what they are named for, in their own years${where}`, () => {
    const session = openSession(stream, ALL, 1_677_592_580_000, listing(["BTC-PERPETUAL"], 1_677_592_580_000));
    const words = (file: string, atMs: number): string[] => wordsOf(session, loadFrames(`deribit/${file}`), atMs);
    expect(words("ws_deribit_price_index_doc.json", 1_535_098_298_300)).toEqual(["index 6521.17"]);
    expect(words("ws_deribit_volatility_index.json", 1_619_777_946_100)).toEqual([`vol ${129.36 / 100}`]);
    expect(words("ws_heartbeat_test_request.json", 1_619_777_946_100)).toEqual(["nothing"]);
    const pushes = loadFrames("deribit/ws_push_doc_samples.jsonl");
    const incremental = pushes.filter((frame) => frame.includes("incremental_ticker."));
    expect(wordsOf(session, incremental, 1_677_592_580_100)).toEqual(["1 futures"]);
    expect(wordsOf(session, loadFrames("deribit/ws_error_10028.json"), 1_677_592_580_100)).toEqual([
      [...ALL.map(() => "no quote: rate-limited"), "close: rate-limited"].join(", "),
    ]);
  });
});
