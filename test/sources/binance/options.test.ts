import { afterAll, beforeAll, describe, expect, test } from "vitest";
import fc from "fast-check";
import type { OptionChain } from "../../../src/market/quote.ts";
import { fetchQuote, parseBodies, requestsOf } from "../../../src/sources/adapters.ts";
import { binanceOptions } from "../../../src/sources/binance/options.ts";
import type { Parsed } from "../../../src/sources/gap.ts";
import { HttpGet } from "../../../src/sources/http.ts";
import { PRODUCTION_ONLY } from "../../../src/sources/rest-adapter.ts";
import { NOW_MS } from "../bodies.ts";
import { expectLawful } from "../quote-laws.ts";
import { type VenueServer, sendJson, startVenueServer } from "../venue-server.ts";

const subscription = { kind: "options", venue: "binance", base: "BTC", quote: "USD" } as const;
const FORWARD = 80_000;
const CALL = "BTC-260925-80000-C";
const PUT = "BTC-260925-70000-P";

type Row = Readonly<Record<string, unknown>>;
const mark = (change: Row = {}): Row => ({
  symbol: CALL,
  markPrice: "2000.0",
  bidIV: "0.375",
  askIV: "0.390",
  markIV: "0.3817",
  ...change,
});
const ticker = (change: Row = {}): Row => ({ symbol: CALL, bidPrice: "1960", askPrice: "2040", ...change });
const INDEX = `{"indexPrice":"${FORWARD}.00","time":${NOW_MS - 300}}`;

const MARKS = [
  mark(),
  mark({ symbol: PUT, markPrice: "32", bidIV: "-1.0", markIV: "0.4721" }),
  mark({ symbol: "ETH-260925-3000-C" }),
  mark({ symbol: "BTC-260910-80000-C" }),
];
const TICKERS = [
  ticker(),
  ticker({ symbol: PUT, bidPrice: "0", askPrice: "40" }),
  ticker({ symbol: "ETH-260925-3000-C" }),
];
const bodies = (marks: unknown = MARKS, tickers: unknown = TICKERS): string[] => [
  INDEX,
  JSON.stringify(marks),
  JSON.stringify(tickers),
];

const GOOD: OptionChain = {
  venue: "binance",
  timeMs: NOW_MS - 300,
  timeSource: "venue",
  receivedAtMs: NOW_MS,
  base: "BTC",
  quote: "USDT",
  options: [
    {
      instrument: CALL,
      expiryMs: Date.UTC(2026, 8, 25, 8),
      strike: 80_000,
      right: "call",
      bidCoin: 1960 / FORWARD,
      askCoin: 2040 / FORWARD,
      markCoin: 2000 / FORWARD,
      markVol: 0.3817,
      forward: FORWARD,
    },
    {
      instrument: PUT,
      expiryMs: Date.UTC(2026, 8, 25, 8),
      strike: 70_000,
      right: "put",
      bidCoin: null,
      askCoin: 40 / FORWARD,
      markCoin: 32 / FORWARD,
      markVol: 0.4721,
      forward: FORWARD,
    },
  ],
  refused: { "other-underlying": 1, expired: 1 },
};

function read(sent: readonly string[], asked = subscription): Parsed<OptionChain> {
  const outcome = binanceOptions.parse(sent, asked, NOW_MS, PRODUCTION_ONLY);
  expectLawful(outcome.kind === "gap" ? outcome : { kind: "quote", quote: { kind: "options", value: outcome.quote } });
  return outcome;
}

describe("the chain of three answers", () => {
  const http = new HttpGet(
    { userAgent: "tenor/test" },
    { clock: { nowMs: () => NOW_MS, monotonicMs: () => performance.now() } },
  );
  const never = new AbortController().signal;
  let server: VenueServer;
  beforeAll(async () => {
    server = await startVenueServer();
  });
  afterAll(async () => {
    http.close();
    await server.close();
  });

  test("is asked for in the order index, marks, tickers, of the options' own host", async () => {
    const asked: string[] = [];
    server.answer((request, response) => {
      const i = asked.push(request.url ?? "") - 1;
      sendJson(bodies()[i]!)(request, response);
    });
    const access = { baseUrl: "http://127.0.0.1:9", optionsUrl: server.origin };
    expect(await fetchQuote(subscription, access, http, never)).toEqual({
      kind: "quote",
      quote: { kind: "options", value: GOOD },
    });
    expect(asked).toEqual(["/eapi/v1/index?underlying=BTCUSDT", "/eapi/v1/mark", "/eapi/v1/ticker"]);
    expect(requestsOf(subscription).map(({ cost }) => cost)).toEqual([1, 5, 5]);
  });

  test("ends with the first answer that fails", async () => {
    let asked = 0;
    server.answer((request, response) => {
      asked += 1;
      if (asked === 1) sendJson(INDEX)(request, response);
      else sendJson('{"code":-1003,"msg":"Too many requests"}', 429, { "retry-after": "7" })(request, response);
    });
    const outcome = await fetchQuote(subscription, { baseUrl: server.origin }, http, never);
    expect(outcome).toMatchObject({ kind: "gap", reason: "rate-limited", retryAfterMs: 7_000 });
    expect(asked).toBe(2);
  });
});

describe("rows", () => {
  /** The changed row beside a good put, so that the chain as such stands. */
  function readBeside(markChange: Row, tickerChange: Row = {}): OptionChain {
    const marks = [MARKS[1], mark(markChange)];
    const outcome = read(bodies(marks, [TICKERS[1], ticker({ symbol: markChange.symbol ?? CALL, ...tickerChange })]));
    return outcome.kind === "gap" ? expect.fail(outcome.detail) : outcome.quote;
  }

  const refusals: readonly (readonly [string, Row, Row, string])[] = [
    ["a strategy's or a strange name", { symbol: "BTC-2609-80000-C" }, {}, "unknown-instrument"],
    ["no name", { symbol: null }, {}, "unknown-instrument"],
    ["a perpetual", { symbol: "BTCUSDT" }, {}, "other-kind"],
    ["the same option twice", { symbol: PUT }, {}, "duplicate"],
    ["a crossed book", {}, { bidPrice: "2100" }, "crossed"],
    ["a bid as a number", {}, { bidPrice: 1960 }, "bad-number"],
    ["a negative ask", {}, { askPrice: "-2040" }, "bad-number"],
    ["a mark as a number", { markPrice: 2000 }, {}, "bad-number"],
    ["no mark at all", { markPrice: undefined }, {}, "bad-number"],
    ["a call for more than the coin", { markPrice: "80500" }, {}, "out-of-bounds"],
    ["a bid for a call above the coin", {}, { bidPrice: "81000", askPrice: "82000" }, "out-of-bounds"],
  ];
  test.each(refusals)("%s is left out and counted", (_name, markChange, tickerChange, reason) => {
    const chain = readBeside(markChange, tickerChange);
    expect(chain.options).toHaveLength(1);
    expect(chain.refused).toEqual({ [reason]: 1 });
  });

  test.each(["0", "0.0000", "", "-1.0", "-0.00000001"])('"%s" is no quote on that side', (none) => {
    expect(readBeside({ markPrice: none }, { bidPrice: none, askPrice: none }).options[1]).toMatchObject({
      bidCoin: null,
      askCoin: null,
      markCoin: null,
      markVol: 0.3817,
    });
  });

  test.each([
    ["1.131", 1.131],
    ["0.0000006", null],
    ["-1.0", null],
    ["-0.00000001", null],
    ["0", null],
    ["10", null],
    ["38.17", null],
    ["", null],
    [0.3817, null],
    [undefined, null],
  ])("markIV %s becomes the vol %s", (text, vol) => {
    expect(readBeside({ markIV: text }).options[1]!.markVol).toBe(vol);
  });

  test("an option without a ticker has a mark and no quote", () => {
    const outcome = read(bodies([mark()], []));
    expect(outcome).toMatchObject({ quote: { options: [{ bidCoin: null, askCoin: null, markCoin: 0.025 }] } });
  });
});

test("a coin whose contracts are not of one coin is refused whole: its premiums would be wrong by a hundred", () => {
  const xrp = mark({ symbol: "XRP-260925-2.05-P", markPrice: "1.5" });
  const outcome = binanceOptions.parse(bodies([xrp], []), { ...subscription, base: "XRP" }, NOW_MS, PRODUCTION_ONLY);
  expect(outcome).toMatchObject({ kind: "gap", reason: "out-of-range", detail: "a contract of XRP is not one coin" });
});

test.each([
  ["an error in place of the index", ['{"code":-1121,"msg":"Invalid symbol."}'], "delisted"],
  ["an error in place of the marks", [INDEX, '{"code":-1008,"msg":"overloaded"}', "[]"], "server-error"],
  ["an error in place of the tickers", [INDEX, "[]", '{"code":-1003,"msg":"slow down"}'], "rate-limited"],
  ["an index of nothing", ['{"indexPrice":"0","time":1789041600000}', "[]", "[]"], "zero-quote"],
  ["no marks", [INDEX, "[]", "[]"], "no-quote"],
  ["an object in place of the marks", [INDEX, "{}", "[]"], "bad-shape"],
  ["a missing third answer", [INDEX, "[]"], "not-json"],
  ["no answer", [], "not-json"],
])("%s is the gap %#", (_name, sent, reason) => {
  expect(read(sent)).toMatchObject({ kind: "gap", reason });
});

test("no JSON value in place of any member of any answer throws or gets past the laws of a quote", () => {
  const hostile = fc.oneof(
    fc.constantFrom(0, -1, -1e-8, 1e300, null, "", "0", "-1.0", "0x10", "1e400", "1e-300", "1e9", true, CALL, PUT),
    fc.jsonValue({ maxDepth: 1 }),
  );
  fc.assert(
    fc.property(
      fc.constantFrom("indexPrice", "time", "symbol", "markPrice", "markIV", "bidPrice", "askPrice"),
      fc.nat(1),
      hostile,
      (member, i, value) => {
        const put = (rows: readonly Row[]): Row[] =>
          rows.map((row, at) => (at === i && member in row ? { ...row, [member]: value } : row));
        const index = { indexPrice: `${FORWARD}.00`, time: NOW_MS - 300 };
        const first = member in index ? { ...index, [member]: value } : index;
        const sent = [JSON.stringify(first), JSON.stringify(put(MARKS)), JSON.stringify(put(TICKERS))];
        expectLawful(parseBodies(sent, subscription, NOW_MS, PRODUCTION_ONLY));
      },
    ),
    { numRuns: 1500 },
  );
});
