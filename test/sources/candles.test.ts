import { describe, expect, test } from "vitest";
import type { Candle } from "../../src/market/quote.ts";
import { CANDLE_ADAPTERS } from "../../src/sources/adapters.ts";
import type { CandleSubscription } from "../../src/sources/subscription.ts";
import { NOW_MS } from "./bodies.ts";
import { describeAdapter } from "./conformance.ts";

const STEP_MS = 300_000;
const subscription = (venue: CandleSubscription["venue"], quote = "USD"): CandleSubscription => ({
  kind: "candles",
  venue,
  base: "BTC",
  quote,
  intervalMs: STEP_MS,
  days: 30,
});

/** The bar before the last, one missing, the last that ended; NOW is a bar's first instant. */
const BARS: readonly Candle[] = [
  { openMs: NOW_MS - 3 * STEP_MS, open: 78400.5, high: 78500, low: 78399.25, close: 78450 },
  { openMs: NOW_MS - STEP_MS, open: 78450, high: 78460, low: 78410.5, close: 78411 },
];
const UNFINISHED: Candle = { openMs: NOW_MS, open: 78411, high: 78412, low: 78410, close: 78411.5 };
const ALL = [...BARS, UNFINISHED];
const receivedAtMs = NOW_MS;
const page = { fromMs: NOW_MS - 3 * STEP_MS, toMs: NOW_MS - STEP_MS };
// Three seconds must have passed since a bar ended.
const SETTLED = [BARS[0]!];

const quoteOf = ({ venue, base, quote }: CandleSubscription, closes: readonly Candle[] = SETTLED) =>
  ({
    kind: "candles",
    value: {
      venue,
      timeMs: closes.at(-1)!.openMs + STEP_MS,
      timeSource: "venue",
      receivedAtMs,
      base,
      quote,
      intervalMs: STEP_MS,
      closes,
    },
  }) as const;

const coinbaseRow = ({ openMs, open, high, low, close }: Candle) => [openMs / 1000, low, high, open, close, 1.5];
const coinbaseBody = (bars: readonly Candle[]) => JSON.stringify(bars.map(coinbaseRow).reverse());
const binanceRow = ({ openMs, open, high, low, close }: Candle) => [
  openMs,
  open.toFixed(8),
  high.toFixed(8),
  low.toFixed(8),
  close.toFixed(8),
  "1.5",
  openMs + STEP_MS - 1,
  "117000.1",
  9,
  "0.5",
  "39000.1",
  "0",
];
const bitstampBody = (bars: readonly Candle[], pair = "BTC/USD") =>
  JSON.stringify({
    data: {
      ohlc: bars.map(({ openMs, open, high, low, close }) => ({
        close: String(close),
        high: String(high),
        low: String(low),
        open: String(open),
        timestamp: String(openMs / 1000),
        volume: "1.5",
      })),
      pair,
    },
  });
const krakenBody = (bars: readonly Candle[], key = "XXBTZUSD") =>
  JSON.stringify({
    error: [],
    result: {
      [key]: bars.map(({ openMs, open, high, low, close }) => [
        openMs / 1000,
        open.toFixed(1),
        high.toFixed(1),
        low.toFixed(2),
        close.toFixed(1),
        "78411.0",
        "1.5",
        9,
      ]),
      last: NOW_MS / 1000 - 300,
    },
  });

describeAdapter({
  subscription: subscription("coinbase"),
  page,
  path: "/products/BTC-USD/candles?granularity=300&start=2026-09-10T11:45:00Z&end=2026-09-10T11:55:00Z",
  goodBody: coinbaseBody(ALL),
  goodQuote: quoteOf(subscription("coinbase")),
  emptyArray: "no-quote",
  errors: [
    ['{"message":"NotFound"}', "delisted"],
    ['{"message":"Public rate limit exceeded"}', "rate-limited"],
    ["[[1,2]]", "bad-shape"],
    [coinbaseBody([UNFINISHED]), "no-quote"],
    [coinbaseBody([BARS[0]!, BARS[0]!]), "bad-shape"],
    [coinbaseBody([{ ...BARS[0]!, openMs: NOW_MS - STEP_MS - 60_000 }]), "bad-shape"],
    [coinbaseBody([{ ...BARS[0]!, openMs: BARS[0]!.openMs * 1000 }]), "out-of-range"],
    [coinbaseBody([{ ...BARS[0]!, openMs: NOW_MS + STEP_MS }]), "out-of-range"],
    [coinbaseBody([{ ...BARS[0]!, low: 78450.5 }]), "out-of-range"],
    [coinbaseBody([{ ...BARS[0]!, low: 0 }]), "out-of-range"],
  ],
});

describeAdapter({
  subscription: subscription("binance", "USDT"),
  page,
  path: `/api/v3/klines?symbol=BTCUSDT&interval=5m&startTime=${page.fromMs}&endTime=${page.toMs}&limit=1000`,
  goodBody: JSON.stringify(ALL.map(binanceRow)),
  goodQuote: quoteOf(subscription("binance", "USDT")),
  emptyArray: "no-quote",
  errors: [
    ['{"code":-1121,"msg":"Invalid symbol."}', "delisted"],
    ['{"code":-1003,"msg":"Too many"}', "rate-limited"],
    [JSON.stringify([binanceRow(BARS[0]!).with(6, BARS[0]!.openMs + 60_000 - 1)]), "bad-shape"],
    [JSON.stringify([binanceRow(BARS[0]!).with(4, "0x10")]), "out-of-range"],
  ],
});

describeAdapter({
  subscription: subscription("bitstamp"),
  page,
  path: `/api/v2/ohlc/btcusd/?step=300&limit=1000&start=${page.fromMs / 1000}&end=${page.toMs / 1000}`,
  goodBody: bitstampBody(ALL),
  goodQuote: quoteOf(subscription("bitstamp")),
  errors: [
    ['{"error":"Bitstamp.net is under scheduled maintenance."}', "maintenance"],
    ['{"code":"400.002"}', "rate-limited"],
    [bitstampBody(BARS, "ETH/USD"), "bad-shape"],
    [bitstampBody([]), "no-quote"],
  ],
});

describeAdapter({
  subscription: subscription("kraken"),
  page,
  path: `/0/public/OHLC?pair=XBTUSD&interval=5&since=${page.fromMs / 1000 - 1}`,
  goodBody: krakenBody(ALL),
  goodQuote: quoteOf(subscription("kraken")),
  errors: [
    ['{"error":["EQuery:Unknown asset pair"]}', "delisted"],
    ['{"error":["EGeneral:Too many requests"]}', "rate-limited"],
    ['{"error":[],"result":{"last":1}}', "bad-shape"],
    [krakenBody(BARS, "XETHZUSD"), "bad-shape"],
    [krakenBody([]), "no-quote"],
  ],
});

describe("bars", () => {
  const read = (bars: readonly Candle[], atMs: number) =>
    CANDLE_ADAPTERS.coinbase.parse(coinbaseBody(bars), subscription("coinbase"), atMs);

  test("a bar stands three seconds after its end, and not before", () => {
    for (const [atMs, count] of [
      [NOW_MS + 2_999, 1],
      [NOW_MS + 3_000, 2],
      [NOW_MS + STEP_MS + 3_000, 3],
    ] as const) {
      expect(read(ALL, atMs)).toMatchObject({ quote: { closes: ALL.slice(0, count) } });
    }
  });

  test("a bar that no market has is left out alone, and the gap stays a gap", () => {
    const outcome = read([BARS[0]!, { ...BARS[1]!, high: 1 }], NOW_MS + 10_000);
    expect(outcome).toMatchObject({ kind: "quote", quote: { closes: [BARS[0]], timeMs: BARS[0]!.openMs + STEP_MS } });
  });

  test("other coins need no list: SOL on every venue", () => {
    const paths = Object.entries(CANDLE_ADAPTERS).map(([venue, adapter]) =>
      adapter.path({ ...subscription("kraken"), base: "SOL", quote: venue === "binance" ? "USDT" : "USD" }, page),
    );
    expect(paths.join(" ")).toMatch(/SOL-USD\/.*pair=SOLUSD.*solusd.*SOLUSDT/);
  });
});
