import { afterAll, beforeAll, describe, expect, test } from "vitest";
import fc from "fast-check";
import type { FutureBoard, FutureQuote } from "../../../src/market/quote.ts";
import { fetchQuote, parseBodies } from "../../../src/sources/adapters.ts";
import { binanceFutures } from "../../../src/sources/binance/futures.ts";
import type { Parsed } from "../../../src/sources/gap.ts";
import { HttpGet } from "../../../src/sources/http.ts";
import { PRODUCTION_ONLY } from "../../../src/sources/rest-adapter.ts";
import { NOW_MS } from "../bodies.ts";
import { expectLawful } from "../quote-laws.ts";
import { type VenueServer, sendJson, startVenueServer } from "../venue-server.ts";

const subscription = { kind: "futures", venue: "binance", base: "BTC", quote: "USD" } as const;

type Row = Readonly<Record<string, unknown>>;
const PREMIUM: Row = {
  symbol: "BTCUSDT",
  markPrice: "78610.75000000",
  indexPrice: "78594.25000000",
  estimatedSettlePrice: "78590.00000000",
  lastFundingRate: "0.00001226",
  interestRate: "0.00010000",
  nextFundingTime: Date.UTC(2026, 8, 10, 16),
  time: NOW_MS - 200,
};
const BOOK: Row = { symbol: "BTCUSDT", bidPrice: "78610.70", askPrice: "78610.80", time: NOW_MS - 100 };

const GOOD: FutureBoard = {
  venue: "binance",
  timeMs: NOW_MS - 200,
  timeSource: "venue",
  receivedAtMs: NOW_MS,
  base: "BTC",
  // Asked for as USD, and honest about what it is.
  quote: "USDT",
  futures: [
    {
      instrument: "BTCUSDT",
      expiryMs: null,
      bid: 78610.7,
      ask: 78610.8,
      mark: 78610.75,
      funding8h: null,
      currentFunding: 1.226e-5,
      index: 78594.25,
    },
  ],
  refused: {},
};

function read(premium: Row, book: Row = BOOK): Parsed<FutureBoard> {
  const sent = [JSON.stringify(premium), JSON.stringify(book)];
  const outcome = binanceFutures.parse(sent, subscription, NOW_MS, PRODUCTION_ONLY);
  expectLawful(outcome.kind === "gap" ? outcome : { kind: "quote", quote: { kind: "futures", value: outcome.quote } });
  return outcome;
}

function rowOf(premium: Row, book: Row = {}): FutureQuote {
  const outcome = read({ ...PREMIUM, ...premium }, { ...BOOK, ...book });
  return outcome.kind === "gap" ? expect.fail(outcome.detail) : outcome.quote.futures[0]!;
}

describe("the perpetual of two answers", () => {
  const http = new HttpGet(
    { userAgent: "tenor/test" },
    { clock: { nowMs: () => NOW_MS, monotonicMs: () => performance.now() } },
  );
  let server: VenueServer;
  beforeAll(async () => {
    server = await startVenueServer();
  });
  afterAll(async () => {
    http.close();
    await server.close();
  });

  test("is asked for as premium and book, of the futures' own host", async () => {
    const asked: string[] = [];
    server.answer((request, response) => {
      asked.push(request.url ?? "");
      sendJson(JSON.stringify(asked.length === 1 ? PREMIUM : BOOK))(request, response);
    });
    const access = { baseUrl: "http://127.0.0.1:9", futuresUrl: server.origin };
    const outcome = await fetchQuote(subscription, access, http, new AbortController().signal);
    expect(outcome).toEqual({ kind: "quote", quote: { kind: "futures", value: GOOD } });
    expect(asked).toEqual(["/fapi/v1/premiumIndex?symbol=BTCUSDT", "/fapi/v1/ticker/bookTicker?symbol=BTCUSDT"]);
  });
});

test.each([
  ["another symbol", { symbol: "ETHUSDT" }, { symbol: "ETHUSDT" }, "no-quote"],
  ["two symbols", {}, { symbol: "ETHUSDT" }, "bad-shape"],
  ["no time", { time: undefined }, {}, "bad-shape"],
  ["a time in seconds", { time: 1_789_041_600 }, {}, "bad-shape"],
  ["no mark", { markPrice: "" }, {}, "bad-shape"],
  ["a mark of zero", { markPrice: "0" }, {}, "bad-shape"],
  ["a mark as a number", { markPrice: 78610 }, {}, "bad-shape"],
  ["a book without sides", {}, { bidPrice: undefined }, "bad-shape"],
  ["a crossed book", {}, { bidPrice: "78611" }, "no-quote"],
  ["an error", { code: -1121, msg: "Invalid symbol." }, {}, "delisted"],
  ["a closed symbol", { code: -4108, msg: "Symbol is on delivering or closed." }, {}, "halted"],
])("%s is refused", (_name, premium, book, reason) => {
  expect(read({ ...PREMIUM, ...premium }, { ...BOOK, ...book })).toMatchObject({ kind: "gap", reason });
});

test.each(["0", "0.00", ""])('a side of "%s" is no quote, and the mark stands', (none) => {
  expect(rowOf({}, { bidPrice: none, askPrice: none })).toMatchObject({ bid: null, ask: null, mark: 78610.75 });
});

test("an absurd index is left out", () => {
  expect(rowOf({ indexPrice: "0" })).not.toHaveProperty("index");
});

describe("funding", () => {
  test.each(["", "x", "0.06", "-1", 1e-5, null, undefined])("of %s is null", (rate) => {
    expect(rowOf({ lastFundingRate: rate }).currentFunding).toBeNull();
  });

  test("that is due off the eight-hour marks is not a rate of eight hours", () => {
    for (const hour of [12, 13, 20])
      expect(rowOf({ nextFundingTime: Date.UTC(2026, 8, 10, hour) }).currentFunding).toBeNull();
    expect(rowOf({ nextFundingTime: 0 }).currentFunding).toBeNull();
    expect(rowOf({ lastFundingRate: "-0.00030000" }).currentFunding).toBe(-3e-4);
  });
});

test("no JSON value in place of any member throws or gets past the laws of a quote", () => {
  const hostile = fc.oneof(
    fc.constantFrom(0, -1, 1e300, null, "", "0", "-1.0", "0x10", "1e400", "1e-300", true, "BTCUSDT_260925"),
    fc.jsonValue({ maxDepth: 1 }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(PREMIUM), ...Object.keys(BOOK)), hostile, (member, value) => {
      const put = (row: Row): string => JSON.stringify(member in row ? { ...row, [member]: value } : row);
      expectLawful(parseBodies([put(PREMIUM), put(BOOK)], subscription, NOW_MS, PRODUCTION_ONLY));
    }),
    { numRuns: 1500 },
  );
});
