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

test("candles are named by their pair, and by their length where it is not five minutes", () => {
  const candles = { ...SPOT_BTC.kraken, kind: "candles", intervalMs: 300_000, days: 7 } as const;
  expect(sourceName(candles)).toBe("kraken:BTC-USD.candles");
  expect(sourceName({ ...candles, intervalMs: 3_600_000 })).toBe("kraken:BTC-USD.candles-60m");
  expect(() => checkSubscription(candles)).not.toThrow();
  expect(() => checkSubscription({ ...candles, days: 1.5 })).toThrow(/1.5 days/);
});

test.each(["btc", "", "B", "BTC-USD", "BTC/..", "BTC?x=1", "Ƀ"])(
  "%j is no coin: it would go into a request path",
  (base) => {
    expect(() => checkSubscription({ ...SPOT_BTC.kraken, base })).toThrow(/upper-case/);
  },
);
