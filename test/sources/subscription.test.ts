import { expect, test } from "vitest";
import { checkSubscription, sourceName } from "../../src/sources/subscription.ts";
import { DERIBIT_BTC, SPOT_BTC } from "./bodies.ts";

test("sources are named by venue and what they quote", () => {
  expect([...Object.values(SPOT_BTC), ...Object.values(DERIBIT_BTC)].map(sourceName)).toEqual([
    "coinbase:BTC-USD",
    "kraken:BTC-USD",
    "bitstamp:BTC-USD",
    "binance:BTC-USDT",
    "deribit:BTC-USD.index",
    "deribit:BTC.futures",
    "deribit:BTC.options",
  ]);
});

test.each(["btc", "", "B", "BTC-USD", "BTC/..", "BTC?x=1", "Ƀ"])(
  "%j is no coin: it would go into a request path",
  (base) => {
    expect(() => checkSubscription({ ...SPOT_BTC.kraken, base })).toThrow(/upper-case/);
  },
);
