import { expect, test } from "vitest";
import { binance } from "../../../src/sources/binance/spot.ts";
import { NOW_MS, SPOT_BTC, binanceBody } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";
import { describeSides } from "../sides.ts";

const subscription = SPOT_BTC.binance;
const receipt = { timeMs: NOW_MS, timeSource: "receipt", receivedAtMs: NOW_MS } as const;

describeAdapter({
  subscription,
  path: "/api/v3/ticker/bookTicker?symbol=BTCUSDT",
  goodBody: binanceBody(),
  goodQuote: {
    kind: "spot",
    value: { venue: "binance", ...receipt, base: "BTC", quote: "USDT", bid: 78501.23, ask: 78501.24 },
  },
  errors: [
    ['{"code":-1121,"msg":"Invalid symbol."}', "delisted"],
    ['{"code":-1122,"msg":"Invalid symbol status."}', "halted"],
    ['{"code":-1003,"msg":"Way too much request weight used; IP banned until 1659146400000."}', "rate-limited"],
    ['{"code":-1008,"msg":"Server is currently overloaded with other requests."}', "server-error"],
    ['{"code":0,"msg":"Service unavailable from a restricted location according to b. Eligibility"}', "geo-blocked"],
    ['{"code":{"a":1},"msg":7}', "venue-error"],
  ],
});
describeSides("binance", subscription, binanceBody);

test("an answer for another symbol is refused", () => {
  const outcome = binance.parse(binanceBody(undefined, undefined, "ETHUSDT"), subscription, NOW_MS);
  expect(outcome).toMatchObject({ kind: "gap", reason: "bad-shape", detail: "asked for BTCUSDT, answered ETHUSDT" });
});
