import { expect, test } from "vitest";
import { silentLogger } from "../../src/base/ports.ts";
import { Collector, type CollectorOptions } from "../../src/sources/collector.ts";
import { NOW_MS, SPOT_BTC } from "./bodies.ts";

const FAST = { spot: 60, index: 60, futures: 60, options: 60 };
const GOOD: CollectorOptions = {
  venues: { coinbase: { baseUrl: "http://127.0.0.1:9" }, kraken: { baseUrl: "https://127.0.0.1:9/a/b/" } },
  subscriptions: [SPOT_BTC.coinbase, SPOT_BTC.kraken],
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
  ["a coin that is a path", { subscriptions: [{ ...SPOT_BTC.kraken, base: "../x" }] }, /upper-case/],
];
test.each(nonsense)("%s is refused before anything is asked", (_name, options, message) => {
  expect(() => new Collector({ ...GOOD, ...options }, doors)).toThrow(message);
});

test("the options that the refused ones were made from are good", () => {
  expect(new Collector(GOOD, doors).statistics().map(({ source }) => source)).toEqual([
    "coinbase:BTC-USD",
    "kraken:BTC-USD",
  ]);
});
