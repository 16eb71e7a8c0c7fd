import { describe, expect, test } from "vitest";
import type { FutureQuote, OptionChain } from "../../../src/market/quote.ts";
import { bybitFutures } from "../../../src/sources/bybit/futures.ts";
import { bybitOptions } from "../../../src/sources/bybit/options.ts";
import { bybitRest } from "../../../src/sources/bybit/rest.ts";
import { NOW_MS } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";
import { describeSides } from "../sides.ts";
import {
  BYBIT_SUBSCRIPTIONS,
  bybitBody,
  errorBody,
  futureRow,
  optionRow,
  rowsBody,
  spotBody,
  TIME_MS,
} from "./bodies.ts";

const times = { timeMs: TIME_MS, timeSource: "venue", receivedAtMs: NOW_MS } as const;
const expiryMs = Date.UTC(2026, 8, 25, 8);

const ERRORS = [
  [errorBody(10006, "Too many visits!"), "rate-limited"],
  [errorBody(10018), "rate-limited"],
  [errorBody(10000, "Server Timeout"), "server-error"],
  [errorBody(10016, "System error. Please try again later."), "server-error"],
  [errorBody(10016, "System maintenance"), "maintenance"],
  [errorBody(10009, "IP has been banned"), "banned"],
  [errorBody(10024, "compliance rules"), "geo-blocked"],
  [errorBody(10001, "Not supported symbols"), "delisted"],
  [errorBody(10001, "symbol params err"), "delisted"],
  [errorBody(10001, "params error: category invalid"), "venue-error"],
  [errorBody(33004), "venue-error"],
  [bybitBody("rows"), "bad-shape"],
  ['{"retCode":"0","result":{},"time":1}', "bad-shape"],
] as const;

describeAdapter({
  subscription: BYBIT_SUBSCRIPTIONS.spot,
  path: "/v5/market/tickers?category=spot&symbol=BTCUSDT",
  goodBody: spotBody(),
  goodQuote: {
    kind: "spot",
    value: { venue: "bybit", ...times, base: "BTC", quote: "USDT", bid: 78499.9, ask: 78500 },
  },
  errors: [
    ...ERRORS,
    [rowsBody("spot", []), "no-quote"],
    [rowsBody("spot", {}), "bad-shape"],
    [rowsBody("spot", [{}, {}]), "bad-shape"],
    [spotBody().replace('"spot"', '"linear"'), "bad-shape"],
    [spotBody().replace('"BTCUSDT"', '"BTCUSDC"'), "bad-shape"],
    [spotBody().replace(`"time":${TIME_MS}`, '"time":1673859087'), "out-of-range"],
    [spotBody().replace(`"time":${TIME_MS}`, `"time":"${TIME_MS}"`), "out-of-range"],
  ],
});
describeSides("bybit", BYBIT_SUBSCRIPTIONS.spot, spotBody);

const BOOK = {
  s: "BTCUSDT",
  a: [
    ["78500", "0.5"],
    ["79900", "1"],
  ],
  b: [["78499", "1"]],
  ts: TIME_MS - 5,
  u: 230704,
  seq: 1432604333,
};
describeAdapter({
  subscription: BYBIT_SUBSCRIPTIONS.depth,
  path: "/v5/market/orderbook?category=spot&symbol=BTCUSDT&limit=200",
  goodBody: bybitBody(BOOK),
  goodQuote: {
    kind: "depth",
    value: {
      venue: "bybit",
      ...times,
      timeMs: TIME_MS - 5,
      base: "BTC",
      quote: "USDT",
      bid: 78499,
      ask: 78500,
      down: { notional: 78499, isWhole: false },
      up: { notional: 0.5 * 78500, isWhole: true },
    },
  },
  errors: [
    ...ERRORS,
    [bybitBody({ ...BOOK, s: "BTCUSDC" }), "bad-shape"],
    [bybitBody({ ...BOOK, a: [] }), "empty-book"],
    [bybitBody({ ...BOOK, a: [["78499", "1"]] }), "locked-book"],
    [bybitBody({ ...BOOK, a: [[78500, 1]] }), "bad-shape"],
    [bybitBody({ ...BOOK, ts: 1_716_863_719 }), "out-of-range"],
  ],
});

describeAdapter({
  subscription: BYBIT_SUBSCRIPTIONS.index,
  path: "/v5/market/tickers?category=inverse&symbol=BTCUSD",
  goodBody: rowsBody("inverse", [futureRow()]),
  goodQuote: { kind: "index", value: { venue: "bybit", ...times, base: "BTC", quote: "USD", price: 78494.25 } },
  errors: [
    ...ERRORS,
    [rowsBody("inverse", []), "no-quote"],
    [rowsBody("linear", [futureRow()]), "bad-shape"],
    [rowsBody("inverse", [futureRow("ETHUSD")]), "bad-shape"],
    [rowsBody("inverse", [futureRow("BTCUSD", { indexPrice: "0" })]), "out-of-range"],
    [rowsBody("inverse", [futureRow("BTCUSD", { indexPrice: 78494.25 })]), "out-of-range"],
  ],
});

const PERPETUAL: FutureQuote = {
  instrument: "BTCUSD",
  expiryMs: null,
  bid: 78608.5,
  ask: 78612.5,
  mark: 78610.75,
  funding8h: null,
  currentFunding: 0.0001,
  index: 78494.25,
};
describeAdapter({
  subscription: BYBIT_SUBSCRIPTIONS.futures,
  path: "/v5/market/tickers?category=inverse",
  goodBody: rowsBody("inverse", [
    futureRow(),
    futureRow("BTCUSDU26", { deliveryTime: String(expiryMs), bid1Price: "0" }),
    futureRow("ETHUSD"),
    futureRow("BTCUSDM26"),
  ]),
  goodQuote: {
    kind: "futures",
    value: {
      venue: "bybit",
      ...times,
      base: "BTC",
      quote: "USD",
      futures: [PERPETUAL, { ...PERPETUAL, instrument: "BTCUSDU26", expiryMs, bid: null, currentFunding: null }],
      refused: { "other-underlying": 1, expired: 1 },
    },
  },
  errors: [
    ...ERRORS,
    [rowsBody("inverse", [futureRow("ETHUSD")]), "no-quote"],
    [rowsBody("inverse", null), "bad-shape"],
  ],
});

describeAdapter({
  subscription: BYBIT_SUBSCRIPTIONS.options,
  path: "/v5/market/tickers?category=option&baseCoin=BTC",
  goodBody: rowsBody("option", [
    optionRow(),
    optionRow("BTC-25SEP26-80000-C-USDT"),
    optionRow("BTC-25SEP26-70000-P", { bid1Price: "0", bid1Iv: "0", markPrice: "0.00000009", markIv: "0" }),
    optionRow("BTC-9SEP26-70000-P"),
  ]),
  goodQuote: {
    kind: "options",
    value: {
      venue: "bybit",
      ...times,
      base: "BTC",
      quote: "USDC",
      options: [
        {
          instrument: "BTC-25SEP26-80000-C",
          expiryMs,
          strike: 80_000,
          right: "call",
          bidCoin: 1960 / 80_000,
          askCoin: 2000 / 80_000,
          markCoin: 1980.5 / 80_000,
          markVol: 0.3817,
          forward: 80_000,
        },
        {
          instrument: "BTC-25SEP26-70000-P",
          expiryMs,
          strike: 70_000,
          right: "put",
          bidCoin: null,
          askCoin: 2000 / 80_000,
          markCoin: 0.00000009 / 80_000,
          markVol: null,
          forward: 80_000,
        },
      ],
      refused: { "other-underlying": 1, expired: 1 },
    },
  },
  errors: [...ERRORS, [rowsBody("option", []), "no-quote"], [rowsBody("spot", [optionRow()]), "bad-shape"]],
});

describe("rows of the chain", () => {
  function readBeside(symbol: string, change: object): OptionChain {
    const good = optionRow("BTC-25SEP26-90000-C");
    const body = rowsBody("option", [good, optionRow(symbol, { ...change })]);
    const outcome = bybitOptions.parse(body, BYBIT_SUBSCRIPTIONS.options, NOW_MS);
    return outcome.kind === "gap" ? expect.fail(outcome.detail) : outcome.quote;
  }
  const CALL = "BTC-25SEP26-80000-C";

  test('an ask at the cap of 500 % is no price, and no bid is "0"', () => {
    const change = { bid1Price: "0", bid1Size: "0", bid1Iv: "0", ask1Price: "435", ask1Iv: "5" };
    expect(readBeside(CALL, change).options[1]).toMatchObject({ bidCoin: null, askCoin: null });
  });

  test("each row is divided by its own forward", () => {
    const row = readBeside(CALL, { underlyingPrice: "78400" }).options[1]!;
    expect(row.bidCoin! * row.forward).toBeCloseTo(1960, 9);
    expect(row.markCoin! * row.forward).toBeCloseTo(1980.5, 9);
  });

  test.each<[string, object, string]>([
    [CALL, { bid1Price: "2001" }, "crossed"],
    [CALL, { markPrice: "80500" }, "out-of-bounds"],
    [CALL, { markPrice: "-1" }, "out-of-bounds"],
    [CALL, { markPrice: "" }, "bad-number"],
    [CALL, { markPrice: 1980.5 }, "bad-number"],
    [CALL, { underlyingPrice: "0" }, "bad-number"],
    [CALL, { underlyingPrice: "" }, "bad-number"],
    [CALL, { ask1Price: "-5" }, "bad-number"],
    [CALL, { bid1Price: undefined }, "bad-number"],
    ["BTC-25SEP26-90000-C", {}, "duplicate"],
    ["ETH-25SEP26-3000-C", {}, "other-underlying"],
    ["BTCUSD", {}, "other-underlying"],
    ["BTC-25SEP26", {}, "other-kind"],
    ["BTC-260925-80000-C", {}, "unknown-instrument"],
  ])("%s with %j is left out as %s", (symbol, change, reason) => {
    const chain = readBeside(symbol, change);
    expect(chain.options).toHaveLength(1);
    expect(chain.refused).toEqual({ [reason]: 1 });
  });
});

describe("rows of the futures", () => {
  function read(symbol: string, change: object) {
    const body = rowsBody("inverse", [futureRow("BTCUSDZ26"), futureRow(symbol, { ...change })]);
    const outcome = bybitFutures.parse(body, BYBIT_SUBSCRIPTIONS.futures, NOW_MS);
    return outcome.kind === "gap" ? expect.fail(outcome.detail) : outcome.quote;
  }

  test("a rate of a shorter period is scaled to eight hours, and unknown where the period is", () => {
    const rate = (change: object) => read("BTCUSD", change).futures[1]!.currentFunding;
    expect(rate({ fundingIntervalHour: "4" })).toBe(0.0002);
    expect(rate({ fundingRate: "-0.0003" })).toBeCloseTo(-0.0003, 15);
    for (const change of [
      { fundingIntervalHour: undefined },
      { fundingIntervalHour: "0" },
      { fundingIntervalHour: 8 },
      { fundingRate: "" },
      { fundingRate: "0.06" },
      { fundingRate: 0.0001 },
    ]) {
      expect(rate(change)).toBeNull();
    }
  });

  test.each<[string, object, string]>([
    ["BTCUSDH27", { deliveryTime: String(Date.UTC(2027, 2, 25, 8)) }, "out-of-bounds"],
    ["BTCUSD", { markPrice: "0" }, "bad-number"],
    ["BTCUSD", { bid1Price: "78613" }, "crossed"],
    ["BTCUSD", { ask1Price: 78612.5 }, "bad-number"],
    ["BTCUSDT", {}, "other-underlying"],
    ["BTC-25SEP26-80000-C-USDC", {}, "other-underlying"],
    ["btcusd", {}, "unknown-instrument"],
  ])("%s with %j is left out as %s", (symbol, change, reason) => {
    expect(read(symbol, change)).toMatchObject({ futures: [{ instrument: "BTCUSDZ26" }], refused: { [reason]: 1 } });
  });
});

test("what Bybit offers is all but a vol index", () => {
  expect(Object.keys(bybitRest).sort()).toEqual(["depth", "futures", "index", "options", "spot", "venue"]);
});
