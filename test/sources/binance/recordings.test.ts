/** Binance's recorded answers and pushes, each read or refused by name. */
import { describe, expect } from "vitest";
import { parseBodies } from "../../../src/sources/adapters.ts";
import { binanceFuturesStream } from "../../../src/sources/binance/futures-stream.ts";
import { binanceOptionsStream } from "../../../src/sources/binance/options-stream.ts";
import { binanceSpotStream } from "../../../src/sources/binance/spot-stream.ts";
import { PRODUCTION_ONLY } from "../../../src/sources/rest-adapter.ts";
import type { StreamAdapter, StreamStep } from "../../../src/sources/stream-adapter.ts";
import type { PolledSubscription } from "../../../src/sources/subscription.ts";
import { expectLawful } from "../quote-laws.ts";
import { load, loadLines, recorded, where } from "./recorded.ts";
import { expectLawfulStep } from "../played-session.ts";

const SPOT = { kind: "spot", venue: "binance", base: "BTC", quote: "USDT" } as const;
const DEPTH = { ...SPOT, kind: "depth" } as const;
const INDEX = { kind: "index", venue: "binance", base: "BTC", quote: "USD" } as const;
const OPTIONS = { ...INDEX, kind: "options" } as const;
const FUTURES = { ...INDEX, kind: "futures" } as const;

function read(bodies: readonly string[], subscription: PolledSubscription, atMs: number) {
  const outcome = parseBodies(bodies, subscription, atMs, PRODUCTION_ONLY);
  expectLawful(outcome);
  return outcome;
}

describe("REST", () => {
  const at2022 = Date.UTC(2022, 5, 15);
  const depths: readonly (readonly [string, string, object])[] = [
    [
      "depth_BTCUSDT_2022-06_raw",
      "BTC",
      {
        bid: 23171.42,
        ask: 23171.68,
        down: { notional: 722.917022, isWhole: false },
        up: { notional: 1037.3816873, isWhole: false },
      },
    ],
    // Half of its bids lie within 1 %: the sums were made by another program.
    ["depth_NKNUSDT_2021-10-12", "NKN", { bid: 0.3521, ask: 0.3525, down: { isWhole: true }, up: { isWhole: true } }],
    ["depth_BTCUSDT", "BTC", { bid: 32085.65, ask: 32085.66, down: { isWhole: false }, up: { isWhole: false } }],
  ];
  for (const [file, base, value] of depths)
    recorded(`${file} is a book of ${base}${where}`, () => {
      const outcome = read([load(`binance/${file}.json`)], { ...DEPTH, base }, at2022);
      expect(outcome).toMatchObject({ quote: { kind: "depth", value: { base, timeSource: "receipt", ...value } } });
    });

  recorded(`depth_NKNUSDT_2021-10-12 holds 107820.6452 below and 65548.9743 above${where}`, () => {
    const outcome = read([load("binance/depth_NKNUSDT_2021-10-12.json")], { ...DEPTH, base: "NKN" }, at2022);
    if (outcome.kind === "gap" || outcome.quote.kind !== "depth") expect.fail("no depth");
    expect(outcome.quote.value.down.notional).toBeCloseTo(107820.6452, 6);
    expect(outcome.quote.value.up.notional).toBeCloseTo(65548.9743, 6);
  });

  recorded(`eapi_index_BTCUSDT_2024-05-30 is 68193.79851064 USDT at its own second${where}`, () => {
    const outcome = read([load("binance/eapi_index_BTCUSDT_2024-05-30.json")], INDEX, 1_717_036_339_400);
    expect(outcome).toMatchObject({
      quote: { value: { price: 68193.79851064, quote: "USDT", timeMs: 1_717_036_339_000, timeSource: "venue" } },
    });
  });

  // The index of the chain is the recorded ticker's own `exercisePrice`, which is the index until the last hour.
  const indexBody = (price: string, timeMs: number): string => JSON.stringify({ indexPrice: price, time: timeMs });

  recorded(`eapi_mark and eapi_ticker of ETH-240628-800-C are one row, without an ask and with its vol${where}`, () => {
    const atMs = Date.UTC(2024, 4, 30, 2);
    const name = "ETH-240628-800-C_2024-05-30.json";
    const bodies = [
      indexBody("3784.30113636", atMs),
      load(`binance/eapi_mark_${name}`),
      load(`binance/eapi_ticker_${name}`),
    ];
    expect(read(bodies, { ...OPTIONS, base: "ETH" }, atMs)).toMatchObject({
      quote: {
        kind: "options",
        value: {
          quote: "USDT",
          options: [
            {
              instrument: "ETH-240628-800-C",
              expiryMs: Date.UTC(2024, 5, 28, 8),
              strike: 800,
              right: "call",
              bidCoin: 2620 / 3784.30113636,
              askCoin: null,
              markCoin: 2986.3 / 3784.30113636,
              markVol: 0.575,
              forward: 3784.30113636,
            },
          ],
          refused: {},
        },
      },
    });
    expect(read(bodies, OPTIONS, atMs)).toMatchObject({
      kind: "gap",
      reason: "no-quote",
      detail: "no usable row: 1 other-underlying",
    });
  });

  recorded(`eapi_mark_no_bid_2026 is a row whose mark is all it has${where}`, () => {
    const atMs = Date.UTC(2026, 2, 26);
    const bodies = [indexBody("68000.5", atMs), load("binance/eapi_mark_no_bid_2026.json"), "[]"];
    expect(read(bodies, OPTIONS, atMs)).toMatchObject({
      quote: {
        value: {
          options: [
            {
              instrument: "BTC-260327-100000-C",
              bidCoin: null,
              askCoin: null,
              markCoin: 0.001 / 68000.5,
              markVol: 1.131,
            },
          ],
        },
      },
    });
  });

  recorded(`eapi_ticker_ccxt has a bid and no ask, and is no list of marks${where}`, () => {
    const atMs = Date.UTC(2024, 8, 1);
    const ticker = load("binance/eapi_ticker_ccxt.json");
    const mark = '[{"symbol":"BTC-241227-80000-C","markPrice":"5000","markIV":"0.6"}]';
    const index = indexBody("63944.09893617", atMs);
    expect(read([index, mark, ticker], OPTIONS, atMs)).toMatchObject({
      quote: { value: { options: [{ bidCoin: 4880 / 63944.09893617, askCoin: null }] } },
    });
    expect(read([index, ticker, ticker], OPTIONS, atMs)).toMatchObject({ kind: "gap", reason: "bad-shape" });
  });

  recorded(`fapi_premiumIndex_BTCUSDT is the perpetual with its funding and index${where}`, () => {
    const premium = load("binance/fapi_premiumIndex_BTCUSDT.json");
    const book = '{"symbol":"BTCUSDT","bidPrice":"26780.80","askPrice":"26780.90","time":1687244111900}';
    expect(read([premium, book], FUTURES, 1_687_244_112_300)).toMatchObject({
      quote: {
        kind: "futures",
        value: {
          quote: "USDT",
          timeMs: 1_687_244_112_000,
          timeSource: "venue",
          futures: [
            {
              instrument: "BTCUSDT",
              expiryMs: null,
              bid: 26780.8,
              ask: 26780.9,
              mark: 26780.82240476,
              funding8h: null,
              currentFunding: 1.226e-5,
              index: 26798.25197802,
            },
          ],
        },
      },
    });
  });

  const refused: readonly (readonly [string, PolledSubscription, string])[] = [
    ["fapi_error_unknown_symbol", FUTURES, "delisted"],
    ["fapi_error_unknown_symbol", OPTIONS, "delisted"],
    ["fapi_error_unknown_symbol", DEPTH, "delisted"],
    ["fapi_error_unknown_symbol", INDEX, "delisted"],
    ["ticker_24hr_BTCUSDT", SPOT, "bad-shape"],
    ["avgPrice_BTCUSDT", SPOT, "bad-shape"],
    ["avgPrice_BTCUSDT", INDEX, "bad-shape"],
    ["ticker_price_BTCUSDT", SPOT, "bad-shape"],
    ["ticker_price_BTCUSDT", FUTURES, "bad-shape"],
    ["ticker_bookTicker_BTCUSDT", DEPTH, "bad-shape"],
    ["ticker_bookTicker_BTCUSDT", FUTURES, "bad-shape"],
    ["fapi_ticker_24hr_BTCUSDT", SPOT, "bad-shape"],
    ["fapi_ticker_24hr_BTCUSDT", FUTURES, "bad-shape"],
    ["klines_5m_BTCUSDT", SPOT, "bad-shape"],
    ["klines_5m_BTCUSDT", DEPTH, "bad-shape"],
    ["klines_5m_BTCUSDT", OPTIONS, "bad-shape"],
    ["depth_BTCUSDT", SPOT, "bad-shape"],
    ["eapi_index_BTCUSDT_2024-05-30", SPOT, "bad-shape"],
  ];
  for (const [file, subscription, reason] of refused)
    recorded(`${file} as ${subscription.kind} is ${reason}${where}`, () => {
      const body = load(`binance/${file}.json`);
      expect(read([body, body, body], subscription, at2022)).toMatchObject({ kind: "gap", reason });
    });
});

describe("streams", () => {
  function takeAll(
    file: string,
    adapter: StreamAdapter,
    subscriptions: readonly PolledSubscription[],
    atMs: number,
  ): readonly StreamStep[] {
    const session = adapter.session(subscriptions, PRODUCTION_ONLY);
    session.opened(atMs);
    return loadLines(`binance/${file}.jsonl`).map((line) => {
      const step = session.take(line, atMs);
      expectLawfulStep(step, subscriptions);
      return step;
    });
  }
  /** A line each: what it was. */
  const told = (steps: readonly StreamStep[]): readonly string[] =>
    steps.map(({ updates, refused, close }) => close?.reason ?? refused?.detail ?? updates[0]?.kind ?? "nothing");

  recorded(`ws_spot_mixed: one book of BTCUSDT, all else was not asked for${where}`, () => {
    const steps = takeAll("ws_spot_mixed", binanceSpotStream, [SPOT], Date.UTC(2019, 9, 1));
    expect(steps[2]).toMatchObject({ updates: [{ quote: { bid: 8010, ask: 8012.15, timeSource: "receipt" } }] });
    expect(told(steps)).toEqual([
      "bnbbtc@trade was not asked for",
      "bnbbtc@trade was not asked for",
      "spot",
      "dogebnb@ticker was not asked for",
      "btcusdc@depthSnapshot was not asked for",
      "btcusdc@depth was not asked for",
      ...["depth", "depth", "depthSnapshot", "depth"].map((name) => `gntbtc@${name} was not asked for`),
    ]);
  });

  recorded(
    `ws_bookTicker_ticker_2022: spot takes the book of its own stream, nothing of all markets' streams${where}`,
    () => {
      const eth = { ...SPOT, base: "ETH" };
      const steps = takeAll("ws_bookTicker_ticker_2022", binanceSpotStream, [SPOT, eth], Date.UTC(2022, 4, 29));
      expect(steps[4]).toMatchObject({
        updates: [{ source: "binance:ETH-USDT", quote: { bid: 1778.54, ask: 1778.55 } }],
      });
      expect(told(steps).filter((what) => what !== "spot")).toHaveLength(steps.length - 1);
      for (const step of steps) expect(step.close).toBeNull();
    },
  );

  recorded(
    `ws_bookTicker_ticker_2022: a futures book alone is no row, and a ticker of 24 hours is not a mark${where}`,
    () => {
      const steps = takeAll(
        "ws_bookTicker_ticker_2022",
        binanceFuturesStream,
        [{ ...FUTURES, base: "ETH" }],
        Date.UTC(2022, 4, 29),
      );
      expect(told(steps)[4]).toBe("nothing");
      for (const { updates } of steps) expect(updates).toEqual([]);
    },
  );

  recorded(`ws_options_2025-12-17: one row of BTC with its mark, book and vol${where}`, () => {
    const steps = takeAll("ws_options_2025-12-17", binanceOptionsStream, [OPTIONS], 1_765_983_421_100);
    const forward = 104334.60217391;
    expect(steps.at(-1)).toMatchObject({
      updates: [
        {
          kind: "options",
          source: "binance:BTC.options",
          timeMs: 1_765_983_421_000,
          rows: [
            {
              instrument: "BTC-251219-89000-C",
              expiryMs: Date.UTC(2025, 11, 19, 8),
              bidCoin: 1440 / forward,
              askCoin: 1460 / forward,
              markCoin: 1450.5 / forward,
              markVol: 0.86,
              forward,
            },
          ],
          refused: {},
        },
      ],
    });
    for (const { updates, refused } of steps.slice(0, -1)) {
      expect(updates).toEqual([]);
      expect(refused).toMatchObject({ reason: "bad-shape" });
    }
  });

  recorded(`ws_options_2025-12-17: the XRP put, whose contract is a hundred coins, is nobody's row${where}`, () => {
    const xrp = { ...OPTIONS, base: "XRP" };
    const steps = takeAll("ws_options_2025-12-17", binanceOptionsStream, [xrp], 1_765_983_421_100);
    expect(binanceOptionsStream.carries(xrp)).toBe(false);
    for (const { updates } of steps) expect(updates).toEqual([]);
    // Even under the chain of another coin its premium would stand out: a put for more than its strike.
    const line = loadLines("binance/ws_options_2025-12-17.jsonl")[4]!
      .replaceAll("XRP-", "ETH-")
      .replace("xrpusdt", "ethusdt");
    const session = binanceOptionsStream.session([{ ...OPTIONS, base: "ETH" }], PRODUCTION_ONLY);
    expect(session.take(line, 1_765_983_421_100)).toMatchObject({
      updates: [],
      refused: { detail: "no usable row: 1 out-of-bounds" },
    });
  });
});
