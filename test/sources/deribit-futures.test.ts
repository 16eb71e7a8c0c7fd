import { describe, expect, test } from "vitest";
import { deribitFutures } from "../../src/sources/deribit-futures.ts";
import { DERIBIT_BTC, FUTURE_ROWS, NOW_MS, deribitBody, futureRow, optionRow, rowsBody } from "./bodies.ts";
import { describeAdapter } from "./conformance.ts";

const subscription = DERIBIT_BTC.futures;

describeAdapter({
  subscription,
  path: "/public/get_book_summary_by_currency?currency=BTC&kind=future",
  goodBody: rowsBody(FUTURE_ROWS),
  goodQuote: {
    kind: "futures",
    value: {
      venue: "deribit",
      timeMs: NOW_MS,
      timeSource: "venue",
      receivedAtMs: NOW_MS,
      base: "BTC",
      futures: [
        { instrument: "BTC-25SEP26", expiryMs: Date.UTC(2026, 8, 25, 8), bid: 78608.5, ask: 78612.5, mark: 78610.75 },
        { instrument: "BTC-PERPETUAL", expiryMs: null, bid: 78608.5, ask: null, mark: 78610.75 },
      ],
      refused: {},
    },
  },
  errors: [
    [deribitBody("[]"), "no-quote"],
    [deribitBody('"rows"'), "bad-shape"],
    [rowsBody([futureRow({ mark_price: 0 })]), "bad-shape"],
    [rowsBody([futureRow({ bid_price: 2, ask_price: 1 })]), "no-quote"],
  ],
});

describe("rows of the futures board", () => {
  const refusals: readonly (readonly [string, unknown, string])[] = [
    ["an option", optionRow(), "other-kind"],
    ["a spread", futureRow({ instrument_name: "BTC-FS-25SEP26_PERP" }), "combo"],
    ["an expired future", futureRow({ instrument_name: "BTC-10SEP26" }), "expired"],
    ["a linear perpetual", futureRow({ instrument_name: "BTC_USDC-PERPETUAL" }), "other-underlying"],
    ["a negative ask", futureRow({ ask_price: -1 }), "bad-number"],
    ["a mark of nothing", futureRow({ mark_price: null }), "bad-number"],
    ["no row at all", null, "not-an-object"],
    ["a number", 7, "not-an-object"],
  ];
  test.each(refusals)("%s is left out and counted", (_name, row, reason) => {
    const body = rowsBody([futureRow({ instrument_name: "BTC-PERPETUAL" }), row]);
    expect(deribitFutures.parse(body, subscription, NOW_MS)).toMatchObject({
      kind: "quote",
      quote: { futures: [{ instrument: "BTC-PERPETUAL" }], refused: { [reason]: 1 } },
    });
  });
});
