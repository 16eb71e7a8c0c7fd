/** The two quotes of OKX that take several answers. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FutureBoard, OptionChain } from "../../../src/market/quote.ts";
import { parseBodies, requestsOf } from "../../../src/sources/adapters.ts";
import { NOW_MS } from "../bodies.ts";
import { expectLawful } from "../quote-laws.ts";
import {
  errorBody,
  fundingRow,
  futureRow,
  markRow,
  OKX_SUBSCRIPTIONS,
  okxBody,
  summaryRow,
  tickerRow,
  TS,
} from "./bodies.ts";

const { options, futures } = OKX_SUBSCRIPTIONS;
const rules = { allowTestnet: false };
const CALL = "BTC-USD-260925-80000-C";
const PUT = "BTC-USD-260925-70000-P";
const expiryMs = Date.UTC(2026, 8, 25, 8);
const times = { timeMs: Number(TS), timeSource: "venue", receivedAtMs: NOW_MS } as const;

function readChain(summaries: readonly unknown[], books: readonly unknown[]): OptionChain {
  const outcome = parseBodies([okxBody(summaries), okxBody(books)], options, NOW_MS, rules);
  expectLawful(outcome);
  if (outcome.kind === "gap" || outcome.quote.kind !== "options") return expect.fail(JSON.stringify(outcome));
  return outcome.quote.value;
}

describe("the chain", () => {
  test("is asked for as a summary and as books, each paid for in its own bucket", () => {
    expect(requestsOf(options)).toEqual([
      { host: "rest", path: "/api/v5/public/opt-summary?instFamily=BTC-USD", bucket: "opt-summary", cost: 1 },
      {
        host: "rest",
        path: "/api/v5/market/tickers?instType=OPTION&instFamily=BTC-USD",
        bucket: "tickers",
        cost: 1,
      },
    ]);
  });

  test("joins vol and forward of the one with bid and ask of the other", () => {
    const chain = readChain(
      [summaryRow(CALL), summaryRow(PUT, { markVol: "" }), summaryRow("BTC-USD-260910-80000-C")],
      [tickerRow(PUT, { bidPx: "", askPx: "0.003" }), tickerRow(CALL), tickerRow("BTC-USD-260925-1-C")],
    );
    expect(chain).toEqual({
      venue: "okx",
      ...times,
      base: "BTC",
      quote: "USD",
      options: [
        {
          instrument: CALL,
          expiryMs,
          strike: 80_000,
          right: "call",
          bidCoin: 0.0245,
          askCoin: 0.0255,
          markCoin: null,
          markVol: 0.3817,
          forward: 78610.75,
        },
        {
          instrument: PUT,
          expiryMs,
          strike: 70_000,
          right: "put",
          bidCoin: null,
          askCoin: 0.003,
          markCoin: null,
          markVol: null,
          forward: 78610.75,
        },
      ],
      refused: { expired: 1, "no-summary": 1 },
    });
  });

  test("keeps a row without a book, unquoted on both sides", () => {
    expect(readChain([summaryRow(CALL)], []).options).toMatchObject([
      { bidCoin: null, askCoin: null, markVol: 0.3817 },
    ]);
  });

  test("has the time of its newest row", () => {
    const chain = readChain([summaryRow(CALL), summaryRow(PUT, { ts: String(NOW_MS - 100) })], []);
    expect(chain.timeMs).toBe(NOW_MS - 100);
  });

  test("does not take an ask at the venue's cap of 500 % for a price", () => {
    for (const askVol of ["5", "5.0", "5.5"]) {
      const [row] = readChain([summaryRow(CALL, { askVol })], [tickerRow(CALL)]).options;
      expect(row).toMatchObject({ bidCoin: 0.0245, askCoin: null });
    }
    for (const askVol of ["", "0", "4.99"]) {
      expect(readChain([summaryRow(CALL, { askVol })], [tickerRow(CALL)]).options[0]!.askCoin).toBe(0.0255);
    }
  });

  test.each([
    ["0.47", 0.47],
    ["1.5551965233045728", 1.5551965233045728],
    ["0", null],
    ["", null],
    ["-1.0", null],
    ["-0.00000001", null],
    ["0.0000006", null],
    ["47.2", null],
    [0.47, null],
    [undefined, null],
  ])("markVol %j becomes the vol %s", (markVol, vol) => {
    expect(readChain([summaryRow(CALL, { markVol })], []).options[0]!.markVol).toBe(vol);
  });

  const refusals: readonly (readonly [string, object, object, string])[] = [
    ["no forward", { fwdPx: "" }, {}, "bad-number"],
    ["a forward of zero", { fwdPx: "0" }, {}, "bad-number"],
    ["a forward as number", { fwdPx: 78610.75 }, {}, "bad-number"],
    ["a negative bid", {}, { bidPx: "-0.01" }, "bad-number"],
    ["a bid as number", {}, { bidPx: 0.0245 }, "bad-number"],
    ["a book without ask member", {}, { askPx: undefined }, "bad-number"],
    ["a crossed book", {}, { bidPx: "0.03", askPx: "0.02" }, "crossed"],
    ["a bid in dollars", {}, { bidPx: "1930", askPx: "" }, "out-of-bounds"],
    ["another coin", { instId: "ETH-USD-260925-3000-C" }, {}, "other-underlying"],
    ["a linear option", { instId: "BTC-USDT-260925-80000-C" }, {}, "other-underlying"],
    ["a future", { instId: "BTC-USD-260925" }, {}, "other-kind"],
    ["no name", { instId: null }, {}, "unknown-instrument"],
    ["a name of another venue", { instId: "BTC-25SEP26-80000-C" }, {}, "unknown-instrument"],
    ["the same instrument twice", { instId: PUT }, {}, "duplicate"],
  ];
  test.each(refusals)("leaves %s out, and counts it", (_name, summary, book, reason) => {
    const chain = readChain([summaryRow(PUT), { ...summaryRow(CALL), ...summary }], [{ ...tickerRow(CALL), ...book }]);
    expect(chain.options).toHaveLength(1);
    expect(chain.refused).toMatchObject({ [reason]: 1 });
  });

  test.each<[string, readonly string[], string]>([
    ["one answer of two", [okxBody([summaryRow(CALL)])], "bad-shape"],
    ["none", [], "bad-shape"],
    ["an error in the second", [okxBody([summaryRow(CALL)]), errorBody("50011")], "rate-limited"],
    ["an error in the first", [errorBody("51001"), okxBody([])], "delisted"],
    ["a page in the second", [okxBody([summaryRow(CALL)]), "<html>"], "not-json"],
    ["an empty summary", [okxBody([]), okxBody([tickerRow(CALL)])], "no-quote"],
    ["rows without any time", [okxBody([summaryRow(CALL, { ts: "" })]), okxBody([])], "bad-shape"],
  ])("is a gap with %s", (_name, bodies, reason) => {
    const outcome = parseBodies(bodies, options, NOW_MS, rules);
    expectLawful(outcome);
    expect(outcome).toMatchObject({ kind: "gap", reason });
  });
});

const SWAP = "BTC-USD-SWAP";
const DATED = "BTC-USD-260925";
const five = (
  swaps: readonly unknown[],
  dated: readonly unknown[],
  swapMarks: readonly unknown[],
  datedMarks: readonly unknown[],
  funding: readonly unknown[],
): string[] => [swaps, dated, swapMarks, datedMarks, funding].map(okxBody);
const GOOD_FIVE = five([futureRow(SWAP)], [futureRow(DATED)], [markRow(SWAP)], [markRow(DATED)], [fundingRow()]);

function readBoard(bodies: readonly string[]): FutureBoard {
  const outcome = parseBodies(bodies, futures, NOW_MS, rules);
  expectLawful(outcome);
  if (outcome.kind === "gap" || outcome.quote.kind !== "futures") return expect.fail(JSON.stringify(outcome));
  return outcome.quote.value;
}

describe("the futures", () => {
  test("are asked for as books, marks and the rate of the perpetual", () => {
    expect(requestsOf(futures).map(({ bucket, path }) => `${bucket} ${path}`)).toEqual([
      "tickers /api/v5/market/tickers?instType=SWAP&instFamily=BTC-USD",
      "tickers /api/v5/market/tickers?instType=FUTURES&instFamily=BTC-USD",
      "mark-price /api/v5/public/mark-price?instType=SWAP&instFamily=BTC-USD",
      "mark-price /api/v5/public/mark-price?instType=FUTURES&instFamily=BTC-USD",
      "funding-rate /api/v5/public/funding-rate?instId=BTC-USD-SWAP",
    ]);
  });

  test("join the five answers by instrument", () => {
    expect(readBoard(GOOD_FIVE)).toEqual({
      venue: "okx",
      ...times,
      base: "BTC",
      quote: "USD",
      futures: [
        {
          instrument: SWAP,
          expiryMs: null,
          bid: 78608.5,
          ask: 78612.5,
          mark: 78610.7,
          funding8h: -0.00002,
          currentFunding: 0.0001,
        },
        {
          instrument: DATED,
          expiryMs,
          bid: 78608.5,
          ask: 78612.5,
          mark: 78610.7,
          funding8h: null,
          currentFunding: null,
        },
      ],
      refused: {},
    });
  });

  test("leave out a book without its mark, and marks without their book", () => {
    const board = readBoard(five([futureRow(SWAP)], [futureRow(DATED)], [], [markRow(DATED)], []));
    expect(board).toMatchObject({ futures: [{ instrument: DATED }], refused: { "bad-number": 1 } });
  });

  const funding = (change: object) => {
    const [row] = readBoard([...GOOD_FIVE.slice(0, 4), okxBody([fundingRow({ ...change })])]).futures;
    return { funding8h: row!.funding8h, currentFunding: row!.currentFunding };
  };

  test("scale the rate of a shorter period to eight hours, and do not guess what the last eight hours paid", () => {
    expect(funding({ nextFundingTime: String(NOW_MS + 8 * 3_600_000) })).toEqual({
      funding8h: null,
      currentFunding: 0.0002,
    });
  });

  test("know no rate where the period is unknown or the number is none", () => {
    const unknown = { funding8h: null, currentFunding: null };
    expect(funding({ nextFundingTime: undefined })).toEqual(unknown);
    expect(funding({ nextFundingTime: String(NOW_MS) })).toEqual(unknown);
    for (const rate of ["", "x", 0.0001, "0.06", null]) {
      expect(funding({ fundingRate: rate, settFundingRate: rate })).toEqual(unknown);
    }
    expect(funding({ instId: "ETH-USD-SWAP" })).toEqual(unknown);
  });

  test.each([0, 1, 2, 3, 4])("are a gap when answer %i is an error or missing", (at) => {
    const failed = GOOD_FIVE.with(at, errorBody("50011"));
    expect(parseBodies(failed, futures, NOW_MS, rules)).toMatchObject({ kind: "gap", reason: "rate-limited" });
    const short = GOOD_FIVE.slice(0, at);
    expect(parseBodies(short, futures, NOW_MS, rules)).toMatchObject({ kind: "gap", reason: "bad-shape" });
  });
});

test("no value in place of any member of any row throws or gets past the laws of a quote", () => {
  const chain = [
    [summaryRow(CALL), summaryRow(PUT)],
    [tickerRow(CALL), tickerRow(PUT)],
  ];
  const board = [[futureRow(SWAP)], [futureRow(DATED)], [markRow(SWAP)], [markRow(DATED)], [fundingRow()]];
  const members = [
    "instId",
    "bidPx",
    "askPx",
    "ts",
    "markVol",
    "askVol",
    "fwdPx",
    "markPx",
    "fundingRate",
    "fundingTime",
  ];
  const hostile = fc.oneof(
    fc.constantFrom(
      "0",
      "",
      "-1.0",
      "5",
      "1e9",
      "1e-300",
      "1e-320",
      "0x1",
      "NaN",
      null,
      0,
      -1,
      1e300,
      "-0",
      "9999999999999",
    ),
    fc.double().map(String),
    fc.jsonValue({ maxDepth: 1 }),
  );
  const which = fc.constantFrom([chain, options] as const, [board, futures] as const);
  fc.assert(
    fc.property(which, fc.nat(), fc.nat(), fc.constantFrom(...members), hostile, ([rows, wanted], i, j, key, value) => {
      const changed = structuredClone<Record<string, unknown>[][]>(rows);
      const part = changed[i % changed.length]!;
      part[j % part.length]![key] = value;
      expectLawful(parseBodies(changed.map(okxBody), wanted, NOW_MS, rules));
    }),
    { numRuns: 3000 },
  );
});
