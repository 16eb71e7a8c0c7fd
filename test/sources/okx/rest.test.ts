import { describe, expect, test } from "vitest";
import { okxRest } from "../../../src/sources/okx/rest.ts";
import { NOW_MS } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";
import { describeSides } from "../sides.ts";
import { errorBody, indexRow, OKX_SUBSCRIPTIONS, okxBody, spotBody, spotRow, TS } from "./bodies.ts";

const times = { timeMs: NOW_MS - 300, timeSource: "venue", receivedAtMs: NOW_MS } as const;
const rules = { allowTestnet: false };

const ERRORS = [
  [errorBody("50011", "Rate limit reached"), "rate-limited"],
  [errorBody("50001", "Service temporarily unavailable"), "server-error"],
  [errorBody("50013"), "server-error"],
  [errorBody("50026"), "server-error"],
  [errorBody("50005"), "maintenance"],
  [errorBody("50001", "System maintenance until 09:00"), "maintenance"],
  [errorBody("51001", "Instrument ID does not exist"), "delisted"],
  [errorBody("51022"), "halted"],
  [errorBody("50014"), "venue-error"],
  ['{"code":0,"msg":"","data":[]}', "bad-shape"],
  ['{"code":"0","msg":"","data":{}}', "bad-shape"],
  [okxBody([]), "no-quote"],
] as const;

describeAdapter({
  subscription: OKX_SUBSCRIPTIONS.spot,
  path: "/api/v5/market/ticker?instId=BTC-USDT",
  goodBody: spotBody(),
  goodQuote: { kind: "spot", value: { venue: "okx", ...times, base: "BTC", quote: "USDT", bid: 78499.9, ask: 78500 } },
  errors: [
    ...ERRORS,
    [okxBody([spotRow(), spotRow()]), "bad-shape"],
    [okxBody([spotRow({ instId: "BTC-USDT-SWAP" })]), "bad-shape"],
    [okxBody([spotRow({ ts: String(NOW_MS / 1000) })]), "out-of-range"],
    [okxBody([spotRow({ ts: NOW_MS })]), "bad-shape"],
  ],
});
describeSides("okx", OKX_SUBSCRIPTIONS.spot, spotBody);

const BOOK = {
  asks: [
    ["78500", "0.5", "0", "5"],
    ["79000", "2", "0", "1"],
    ["79900", "1", "0", "1"],
  ],
  bids: [
    ["78499", "1", "0", "2"],
    ["78000", "0.25", "0", "1"],
  ],
  ts: TS,
};
describeAdapter({
  subscription: OKX_SUBSCRIPTIONS.depth,
  path: "/api/v5/market/books?instId=BTC-USDT&sz=400",
  goodBody: okxBody([BOOK]),
  goodQuote: {
    kind: "depth",
    value: {
      venue: "okx",
      ...times,
      base: "BTC",
      quote: "USDT",
      bid: 78499,
      ask: 78500,
      down: { notional: 78499 + 0.25 * 78000, isWhole: false },
      up: { notional: 0.5 * 78500 + 2 * 79000, isWhole: true },
    },
  },
  errors: [
    ...ERRORS,
    [okxBody([{ ...BOOK, bids: [] }]), "empty-book"],
    [okxBody([{ ...BOOK, bids: [["78501", "1", "0", "1"]] }]), "crossed-book"],
    [
      okxBody([
        {
          ...BOOK,
          bids: [
            ["78000", "1"],
            ["78499", "1"],
          ],
        },
      ]),
      "bad-shape",
    ],
    [okxBody([{ ...BOOK, bids: [[78499, 1]] }]), "bad-shape"],
    [okxBody([{ ...BOOK, asks: [["78500", "-1"]] }]), "bad-shape"],
    [okxBody([{ ...BOOK, ts: "1" }]), "out-of-range"],
  ],
});

describeAdapter({
  subscription: OKX_SUBSCRIPTIONS.index,
  path: "/api/v5/market/index-tickers?instId=BTC-USD",
  goodBody: okxBody([indexRow()]),
  goodQuote: { kind: "index", value: { venue: "okx", ...times, base: "BTC", quote: "USD", price: 78494.2 } },
  errors: [
    ...ERRORS,
    [okxBody([indexRow({ instId: "BTC-USDT" })]), "bad-shape"],
    [okxBody([indexRow({ idxPx: "0" })]), "out-of-range"],
    [okxBody([indexRow({ idxPx: "" })]), "out-of-range"],
    [okxBody([indexRow({ idxPx: 78494.2 })]), "bad-shape"],
  ],
});

describe("what OKX offers", () => {
  test("is all but a vol index", () => {
    expect(Object.keys(okxRest).sort()).toEqual(["depth", "futures", "index", "options", "spot", "venue"]);
  });

  test("a code that is no text, or a message that is none, is still a named gap", () => {
    const read = (body: string) => okxRest.spot!.parse([body], OKX_SUBSCRIPTIONS.spot, NOW_MS, rules);
    expect(read('{"code":"50011","msg":null,"data":[]}')).toMatchObject({ reason: "rate-limited" });
    expect(read('{"code":50011,"msg":"x","data":[]}')).toMatchObject({ reason: "bad-shape" });
  });
});
