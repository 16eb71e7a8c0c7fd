import { describe, expect, test } from "vitest";
import type { OptionChain } from "../../../src/market/quote.ts";
import { deribitOptions } from "../../../src/sources/deribit/options.ts";
import { DERIBIT_BTC, NOW_MS, OPTION_ROWS, deribitBody, optionRow, rowsBody } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";

const subscription = DERIBIT_BTC.options;
const expiryMs = Date.UTC(2026, 8, 25, 8);

describeAdapter({
  subscription,
  path: "/public/get_book_summary_by_currency?currency=BTC&kind=option",
  goodBody: rowsBody(OPTION_ROWS),
  goodQuote: {
    kind: "options",
    value: {
      venue: "deribit",
      quote: "USD",
      timeMs: NOW_MS,
      timeSource: "venue",
      receivedAtMs: NOW_MS,
      base: "BTC",
      options: [
        {
          instrument: "BTC-25SEP26-80000-C",
          expiryMs,
          strike: 80_000,
          right: "call",
          bidCoin: 0.0245,
          askCoin: 0.0255,
          markCoin: 0.02501234,
          markVol: 38.17 / 100,
          forward: 78610.75,
        },
        {
          instrument: "BTC-25SEP26-70000-P",
          expiryMs,
          strike: 70_000,
          right: "put",
          bidCoin: null,
          askCoin: 0.0255,
          markCoin: 3.7191e-4,
          markVol: 38.17 / 100,
          forward: 78610.75,
        },
      ],
      refused: { expired: 1, combo: 1 },
    },
  },
  errors: [
    [deribitBody("[]"), "no-quote"],
    [deribitBody("{}"), "bad-shape"],
    [deribitBody("null"), "bad-shape"],
    [rowsBody([optionRow({ instrument_name: "BTC-10SEP26-80000-C" })]), "no-quote"],
    [rowsBody([optionRow({ mark_price: "0.02" })]), "bad-shape"],
    [deribitBody(`[${"0,".repeat(10_000)}0]`), "too-large"],
    ['{"jsonrpc":"2.0","error":{"code":10028,"message":"too_many_requests"}}', "rate-limited"],
  ],
});

/** The one changed row beside a good one, so that the chain as such stands. */
function readBeside(change: Readonly<Record<string, unknown>>): OptionChain {
  const good = optionRow({
    instrument_name: "BTC-25SEP26-90000-C",
    bid_price: 0.001,
    ask_price: 0.002,
    mark_price: 0.0015,
  });
  const outcome = deribitOptions.parse(rowsBody([good, optionRow(change)]), subscription, NOW_MS);
  if (outcome.kind === "gap") throw new Error(outcome.detail);
  return outcome.quote;
}

describe("rows of the chain", () => {
  const refusals: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    ["a combo", { instrument_name: "BTC-CS-25SEP26-80000_90000" }, "combo"],
    ["an option that expired at 08:00 today", { instrument_name: "BTC-10SEP26-80000-C" }, "expired"],
    ["an ETH option", { instrument_name: "ETH-25SEP26-3000-C" }, "other-underlying"],
    ["a linear option", { instrument_name: "BTC_USDC-25SEP26-80000-C" }, "other-underlying"],
    ["a future", { instrument_name: "BTC-25SEP26" }, "other-kind"],
    ["an unknown name", { instrument_name: "BTC-25XXX26-80000-C" }, "unknown-instrument"],
    ["no name", { instrument_name: null }, "unknown-instrument"],
    ["the same instrument twice", { instrument_name: "BTC-25SEP26-90000-C" }, "duplicate"],
    ["a crossed book", { bid_price: 0.03, ask_price: 0.02 }, "crossed"],
    ["a negative bid", { bid_price: -0.01 }, "bad-number"],
    ["a bid as text", { bid_price: "0.0245" }, "bad-number"],
    ["a missing ask", { ask_price: undefined }, "bad-number"],
    ["no mark", { mark_price: null }, "bad-number"],
    ["a negative mark", { mark_price: -0.01 }, "out-of-bounds"],
    ["a call premium above one coin: it is in dollars", { mark_price: 1966.2, ask_price: 2000 }, "out-of-bounds"],
    [
      "a put premium above its strike",
      { instrument_name: "BTC-25SEP26-70000-P", mark_price: 1, ask_price: null },
      "out-of-bounds",
    ],
    ["a forward of zero", { underlying_price: 0 }, "bad-number"],
    ["a negative forward", { underlying_price: -78610.75 }, "bad-number"],
    ["no forward", { underlying_price: null }, "bad-number"],
  ];
  test.each(refusals)("%s is left out and counted", (_name, change, reason) => {
    const chain = readBeside(change);
    expect(chain.options).toHaveLength(1);
    expect(chain.refused).toEqual({ [reason]: 1 });
  });

  test("null and 0.0 both mean that side has no quote", () => {
    expect(readBeside({ bid_price: 0.0, ask_price: null }).options[1]).toMatchObject({ bidCoin: null, askCoin: null });
  });

  test("a put deep in the money may cost more than a coin", () => {
    const change = { instrument_name: "BTC-25SEP26-250000-P", bid_price: null, ask_price: null, mark_price: 2.18 };
    expect(readBeside(change).options[1]).toMatchObject({ markCoin: 2.18 });
  });

  test.each([
    [47.2, 0.47200000000000003],
    [315.62, 3.1562],
    [0, null],
    [-1, null],
    [0.472, null],
    [1, null],
    [1000, null],
    [4720, null],
    [null, null],
    [undefined, null],
    ["47.2", null],
  ])("mark_iv %s becomes the vol %s", (percent, vol) => {
    expect(readBeside({ mark_iv: percent }).options[1]!.markVol).toBe(vol);
  });

  test("a mark of 0.0 minutes before expiry stays a row", () => {
    expect(readBeside({ mark_price: 0.0, bid_price: null, ask_price: 0.0001 }).options[1]).toMatchObject({
      markCoin: 0,
    });
  });
});
