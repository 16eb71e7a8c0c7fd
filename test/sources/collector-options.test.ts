import { expect, test } from "vitest";
import { silentLogger } from "../../src/base/ports.ts";
import { Collector } from "../../src/sources/collector.ts";
import type { CollectorOptions } from "../../src/sources/collector-options.ts";
import { NOW_MS, SPOT_BTC } from "./bodies.ts";

const FAST = { spot: 60, depth: 60, index: 60, "vol-index": 60, futures: 60, options: 60 };
const CANDLES = { ...SPOT_BTC.kraken, kind: "candles", intervalMs: 300_000, days: 30 } as const;
const GOOD: CollectorOptions = {
  venues: { coinbase: { baseUrl: "http://127.0.0.1:9" }, kraken: { baseUrl: "https://127.0.0.1:9/a/b/" } },
  subscriptions: [SPOT_BTC.coinbase, SPOT_BTC.kraken, CANDLES],
  pollMs: FAST,
};
const doors = {
  clock: { nowMs: () => NOW_MS, monotonicMs: () => 0 },
  log: silentLogger,
  rng: { next: () => 0.5 },
};

const nonsense: readonly (readonly [string, Partial<CollectorOptions>, RegExp])[] = [
  [
    "the same source twice",
    { subscriptions: [SPOT_BTC.kraken, SPOT_BTC.kraken] },
    /kraken:BTC-USD is subscribed twice/,
  ],
  ["a venue without address", { venues: {} }, /needs a base URL of coinbase/],
  ["an address that is none", { venues: { coinbase: { baseUrl: "api.exchange" } } }, /base URL of coinbase/],
  ["another protocol", { venues: { coinbase: { baseUrl: "file:///etc/x" } } }, /base URL of coinbase/],
  ["an address with a query", { venues: { coinbase: { baseUrl: "http://x/?a=" } } }, /base URL of coinbase/],
  ["a poll interval of zero", { pollMs: { ...FAST, spot: 0 } }, /poll interval of spot is 0 ms/],
  ["a poll interval that is no number", { pollMs: { ...FAST, spot: Number.NaN } }, /NaN ms/],
  ["candles of half a minute", { subscriptions: [{ ...CANDLES, intervalMs: 30_000 }] }, /candles of 30000 ms/],
  ["candles of no day", { subscriptions: [{ ...CANDLES, days: 0 }] }, /over 0 days/],
  ["candles of a year", { subscriptions: [{ ...CANDLES, days: 365 }] }, /1 to 100 days/],
  [
    "two lengths of one history",
    { subscriptions: [CANDLES, { ...CANDLES, days: 7 }] },
    /BTC-USD.candles is subscribed twice/,
  ],
  ["a coin that is a path", { subscriptions: [{ ...SPOT_BTC.kraken, base: "../x" }] }, /upper-case/],
];
test.each(nonsense)("%s is refused before anything is asked", (_name, options, message) => {
  expect(() => new Collector({ ...GOOD, ...options }, doors)).toThrow(message);
});

test("the options that the refused ones were made from are good", () => {
  expect(new Collector(GOOD, doors).statistics().map(({ source }) => source)).toEqual([
    "coinbase:BTC-USD",
    "kraken:BTC-USD",
    "kraken:BTC-USD.candles",
  ]);
});
