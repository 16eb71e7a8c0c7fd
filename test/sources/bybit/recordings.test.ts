/** Every recording of Bybit: what it parses to, or why it is refused. */
import { expect, test } from "vitest";
import type { GapReason } from "../../../src/market/quote.ts";
import { type MarketQuote, parseBodies } from "../../../src/sources/adapters.ts";
import { bybitStreams } from "../../../src/sources/bybit/streams.ts";
import type { Parsed } from "../../../src/sources/gap.ts";
import type { StreamStep } from "../../../src/sources/stream-adapter.ts";
import type { PolledSubscription } from "../../../src/sources/subscription.ts";
import { filesAbsent, loadFile, loadLines, whereFiles } from "../exchange-files.ts";
import { expectLawful } from "../quote-laws.ts";
import { expectLawfulStep } from "../step-laws.ts";
import { BYBIT_SUBSCRIPTIONS } from "./bodies.ts";

const recorded = test.skipIf(filesAbsent);
const { spot, depth, index, futures, options } = BYBIT_SUBSCRIPTIONS;
const ALL = [spot, depth, index, futures, options];
const NOW_MS = 1_700_000_000_000;

function read(body: string, subscription: PolledSubscription, atMs = NOW_MS): Parsed<MarketQuote> {
  const outcome = parseBodies([body], subscription, atMs, { allowTestnet: false });
  expectLawful(outcome);
  return outcome;
}

function play(
  frames: readonly string[],
  subscription: PolledSubscription,
  listed: readonly string[] = [],
): StreamStep[] {
  const adapter = bybitStreams.find((stream) => stream.carries(subscription))!;
  const session = adapter.session([subscription], { allowTestnet: false });
  session.listed(`bybit:BTC.${subscription.kind}`, listed, 0);
  session.opened(0);
  return frames.map((frame) => {
    const step = session.take(frame, NOW_MS);
    expectLawfulStep(step);
    return step;
  });
}

const outcomesOf = (steps: readonly StreamStep[]) =>
  steps.map(({ updates, refused, close }) => close?.reason ?? refused?.reason ?? updates[0]);

recorded(`tickers_linear_BTCUSDT_2026-09-08 (R*) is of linear contracts, and refused by all${whereFiles}`, () => {
  const body = loadFile("bybit/tickers_linear_BTCUSDT_2026-09-08.json");
  for (const subscription of ALL) {
    expect(read(body, subscription, 1_788_909_273_700)).toMatchObject({ kind: "gap", reason: "bad-shape" });
  }
  // As if it were the inverse perpetual, its members are read as they stand.
  const inverse = body.replace('"category":"linear"', '"category":"inverse"').replace('"BTCUSDT"', '"BTCUSD"');
  expect(read(inverse, futures, 1_788_909_273_700)).toMatchObject({
    quote: {
      value: {
        timeMs: 1_788_909_273_627,
        futures: [
          {
            instrument: "BTCUSD",
            bid: 78468.5,
            ask: 78468.6,
            mark: 78472.44,
            index: 78505.77,
            funding8h: null,
            currentFunding: 0.0000523,
          },
        ],
      },
    },
  });
});

recorded(`tickers_option_ccxt (N) is a row without quotes, its mark in units of its own forward${whereFiles}`, () => {
  const outcome = read(loadFile("bybit/tickers_option_ccxt.json"), options, 1_711_162_003_700);
  expect(outcome).toEqual({
    kind: "quote",
    quote: {
      kind: "options",
      value: {
        venue: "bybit",
        timeMs: 1_711_162_003_672,
        timeSource: "venue",
        receivedAtMs: 1_711_162_003_700,
        base: "BTC",
        quote: "USDC",
        options: [
          {
            instrument: "BTC-27DEC24-55000-P",
            expiryMs: Date.UTC(2024, 11, 27, 8),
            strike: 55_000,
            right: "put",
            bidCoin: null,
            askCoin: null,
            markCoin: 11814.66756236 / 71690.55303594,
            markVol: 0.8866,
            forward: 71690.55303594,
          },
        ],
        refused: {},
      },
    },
  });
});

recorded(
  `tickers_option_doc (D): an ask at the vol cap is no price, a mark of 9e-8 dollars stays one${whereFiles}`,
  () => {
    const body = loadFile("bybit/tickers_option_doc.json");
    // It was taken two hours before that day's expiry; an hour after it, the row is gone.
    expect(read(body, options)).toMatchObject({
      quote: {
        value: { options: [{ bidCoin: null, askCoin: null, markCoin: 0.00000009 / 16590.42, markVol: 0.7567 }] },
      },
    });
    const later = body.replace("1672376592395", String(Date.UTC(2022, 11, 30, 9)));
    expect(read(later, options)).toMatchObject({ kind: "gap", reason: "no-quote" });
  },
);

recorded(
  `tickers_inverse_doc (D) is the perpetual and the index; tickers_spot_doc (D) the spot book${whereFiles}`,
  () => {
    const inverse = loadFile("bybit/tickers_inverse_doc.json");
    expect(read(inverse, futures)).toMatchObject({
      quote: {
        value: {
          futures: [{ instrument: "BTCUSD", bid: 103_401, ask: 109_152.8, mark: 114_898.43, currentFunding: 0.0001 }],
        },
      },
    });
    expect(read(inverse, index)).toMatchObject({ quote: { value: { price: 114_890.92, timeMs: 1_760_352_369_814 } } });
    expect(read(loadFile("bybit/tickers_spot_doc.json"), spot)).toMatchObject({
      quote: { value: { bid: 20517.96, ask: 20527.77, timeMs: 1_673_859_087_947 } },
    });
  },
);

recorded(`orderbook_doc (D) is a book of one level each way, and so not whole${whereFiles}`, () => {
  const [sample]: unknown[] = JSON.parse(loadFile("bybit/orderbook_doc.json"));
  expect(read(JSON.stringify(sample), depth)).toMatchObject({
    quote: {
      value: {
        timeMs: 1_716_863_719_031,
        bid: 65485.47,
        ask: 65557.7,
        down: { notional: 65485.47 * 47.081829, isWhole: false },
        up: { notional: 65557.7 * 16.606555, isWhole: false },
      },
    },
  });
});

recorded(`error_10001_ccxt (N) and errors_doc (D): each body is the reason it names${whereFiles}`, () => {
  expect(read(loadFile("bybit/error_10001_ccxt.json"), spot)).toMatchObject({ kind: "gap", reason: "delisted" });
  const documented: { readonly body?: { readonly retCode: number } }[] = JSON.parse(loadFile("bybit/errors_doc.json"));
  const seen: [number, GapReason | null][] = documented.flatMap(({ body }) => {
    if (body === undefined) return [];
    const outcome = read(JSON.stringify(body), spot);
    return [[body.retCode, outcome.kind === "gap" ? outcome.reason : null]];
  });
  expect(seen).toEqual([
    [10006, "rate-limited"],
    [10001, "delisted"],
    [10016, "server-error"],
    [10000, "server-error"],
  ]);
});

// Answers of endpoints that no adapter asks. Taken by mistake they must be refused, not half read.
test
  .skipIf(filesAbsent)
  .each([
    "historical-volatility_ccxt.json",
    "historical-volatility_doc.json",
    "index-price-kline_doc.json",
    "instruments-info_doc.json",
    "kline_doc.json",
    "time_doc.json",
  ])(`%s is of another endpoint and refused by all${whereFiles}`, (file) => {
  const content: unknown = JSON.parse(loadFile(`bybit/${file}`));
  for (const sample of Array.isArray(content) ? content : [content]) {
    for (const subscription of ALL) {
      const outcome = read(JSON.stringify(sample), subscription);
      expect(outcome).toMatchObject({ kind: "gap", reason: expect.stringMatching(/^(bad-shape|no-quote)$/) });
    }
  }
});

const LINES_2024 = "bybit/ws_tickers_2024-05-15.jsonl";
recorded(`ws_tickers_2024-05-15 (R): the inverse perpetual, a snapshot and its delta${whereFiles}`, () => {
  const row = {
    instrument: "BTCUSD",
    expiryMs: null,
    bid: 61891.5,
    ask: 61892,
    mark: 61894,
    // It did not say yet how long its period is.
    funding8h: null,
    currentFunding: null,
    index: 61923.36,
  };
  const steps = play(loadLines(LINES_2024), futures);
  expect(outcomesOf(steps)).toMatchObject([
    ...Array(6).fill("bad-shape"),
    { kind: "futures", rows: [row], timeMs: 1_715_757_637_952 },
    { kind: "futures", rows: [row], timeMs: 1_715_757_638_152 },
  ]);
  expect(outcomesOf(play(loadLines(LINES_2024), index)).slice(6)).toMatchObject([
    { kind: "index", quote: { price: 61923.36, timeMs: 1_715_757_637_952, timeSource: "venue" } },
    { kind: "index", quote: { price: 61923.36, timeMs: 1_715_757_638_152 } },
  ]);
});

recorded(
  `ws_tickers_2024-05-15 (R): the option is a row; the spot ticker, without bid and ask, is not asked for${whereFiles}`,
  () => {
    const name = "BTC-28JUN24-60000-P";
    expect(outcomesOf(play(loadLines(LINES_2024), options, [name]))).toMatchObject([
      "bad-shape",
      {
        kind: "options",
        timeMs: 1_715_742_949_283,
        rows: [
          {
            instrument: name,
            expiryMs: Date.UTC(2024, 5, 28, 8),
            strike: 60_000,
            right: "put",
            bidCoin: 3475 / 62588.50709846,
            askCoin: 3520 / 62588.50709846,
            markCoin: 3502.0715721 / 62588.50709846,
            markVol: 0.5513,
            forward: 62588.50709846,
          },
        ],
      },
      ...Array(6).fill("bad-shape"),
    ]);
    expect(outcomesOf(play(loadLines(LINES_2024), spot))).toEqual(Array(8).fill("bad-shape"));
  },
);

recorded(`ws_tickers_2024-05-15 (R): a delta whose stamp lacks a digit has no time, and is merged${whereFiles}`, () => {
  const perp = loadLines(LINES_2024)
    .slice(4, 6)
    .map((line) => line.replaceAll("BTCPERP", "BTCUSD"));
  expect(outcomesOf(play(perp, futures))).toMatchObject([
    { rows: [{ bid: 61909.2, ask: 61909.6 }], timeMs: 1_715_756_612_118 },
    { rows: [{ bid: 61909.5, ask: 61909.6 }], timeMs: null },
  ]);
});

const LINES_2023 = "bybit/ws_v5_2023.jsonl";
recorded(
  `ws_v5_2023 (N): a book of one level, its delta, and a later one that ends the connection${whereFiles}`,
  () => {
    const steps = outcomesOf(play(loadLines(LINES_2023), spot));
    expect(steps.slice(2, 4)).toMatchObject([
      { kind: "spot", quote: { bid: 28552, ask: 28552.1, timeMs: 1_680_673_820_717 } },
      { kind: "spot", quote: { bid: 28552, ask: 28552.1, timeMs: 1_680_673_821_137 } },
    ]);
    // Two weeks later the venue counts lower than before: an old delta, which changes nothing.
    expect(steps[13]).toBe("sequence-gap");
    expect(steps.filter((step) => step === "bad-shape")).toHaveLength(12);
  },
);

recorded(`ws_v5_2023 (N): perpetual and quarter, each a snapshot and a delta${whereFiles}`, () => {
  const quarter = {
    instrument: "BTCUSDU23",
    expiryMs: Date.UTC(2023, 8, 29, 8),
    bid: 29025,
    ask: 29027,
    mark: 29023.6,
  };
  const perpetual = { instrument: "BTCUSD", expiryMs: null, bid: 28560, ask: 28560.5, mark: 28560, index: 28566.94 };
  const steps = outcomesOf(play(loadLines(LINES_2023), futures, ["BTCUSD", "BTCUSDU23"]));
  expect(steps.slice(6, 10)).toMatchObject([
    { kind: "futures", rows: [perpetual] },
    { kind: "futures", rows: [perpetual] },
    { kind: "futures", rows: [quarter] },
    { kind: "futures", rows: [quarter] },
  ]);
});

recorded(`ws_subscription_ack, ws_subscription_failure and ws_tickers_doc (D)${whereFiles}`, () => {
  const acks = ["bybit/ws_subscription_ack.json", "bybit/ws_subscription_failure.json"].map(loadFile);
  expect(outcomesOf(play(acks, spot))).toEqual([undefined, "venue-error"]);
  const [option]: unknown[] = JSON.parse(loadFile("bybit/ws_tickers_doc.json"));
  const name = "BTC-6JAN23-17500-C";
  expect(outcomesOf(play([JSON.stringify(option)], options, [name]))).toMatchObject([
    {
      rows: [
        { instrument: name, bidCoin: null, askCoin: 10 / 16815.1, markCoin: 7.86976724 / 16815.1, markVol: 0.4896 },
      ],
    },
  ]);
});
