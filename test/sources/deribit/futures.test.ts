import { describe, expect, test } from "vitest";
import { deribitFutures } from "../../../src/sources/deribit/futures.ts";
import { DERIBIT_BTC, FUTURE_ROWS, NOW_MS, deribitBody, futureRow, optionRow, rowsBody } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";

const subscription = DERIBIT_BTC.futures;

/** A row that says nothing about funding. */
const UNFUNDED = { funding8h: null, currentFunding: null };

describeAdapter({
  subscription,
  path: "/public/get_book_summary_by_currency?currency=BTC&kind=future",
  goodBody: rowsBody(FUTURE_ROWS),
  goodQuote: {
    kind: "futures",
    value: {
      venue: "deribit",
      quote: "USD",
      timeMs: NOW_MS,
      timeSource: "venue",
      receivedAtMs: NOW_MS,
      base: "BTC",
      futures: [
        {
          instrument: "BTC-25SEP26",
          expiryMs: Date.UTC(2026, 8, 25, 8),
          bid: 78608.5,
          ask: 78612.5,
          mark: 78610.75,
          ...UNFUNDED,
        },
        { instrument: "BTC-PERPETUAL", expiryMs: null, bid: 78608.5, ask: null, mark: 78610.75, ...UNFUNDED },
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

describe("funding", () => {
  const read = (change: Record<string, unknown>) => {
    const parsed = deribitFutures.parse(rowsBody([futureRow(change)]), subscription, NOW_MS);
    return parsed.kind === "quote" ? parsed.quote.futures[0]! : expect.fail(parsed.detail);
  };
  const perpetual = { instrument_name: "BTC-PERPETUAL", estimated_delivery_price: 78494.25 };

  test("of a perpetual is the decimal per eight hours as sent, beside the venue's index", () => {
    expect(read({ ...perpetual, funding_8h: 5.06e-6, current_funding: -1.428e-5 })).toMatchObject({
      funding8h: 5.06e-6,
      currentFunding: -1.428e-5,
      index: 78494.25,
    });
    expect(read({ ...perpetual, funding_8h: 0, current_funding: 0.0 })).toMatchObject({ funding8h: 0 });
  });

  test("is null, and the row stands, where it is absent, no number or absurd", () => {
    for (const value of [undefined, null, "5e-6", Number.NaN, 0.06, -1, 1e300]) {
      expect(read({ ...perpetual, funding_8h: value, current_funding: value })).toMatchObject(UNFUNDED);
    }
  });

  test("of a dated future is null whatever the row says, and an absurd index is left out", () => {
    expect(read({ funding_8h: 1e-5, current_funding: 1e-5, estimated_delivery_price: -3 })).toEqual({
      instrument: "BTC-25SEP26",
      expiryMs: Date.UTC(2026, 8, 25, 8),
      bid: 78608.5,
      ask: 78612.5,
      mark: 78610.75,
      ...UNFUNDED,
    });
  });
});
