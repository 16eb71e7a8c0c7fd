import { expect, test } from "vitest";
import { subscriptionsOf } from "../../src/feeds/subscriptions.ts";
import { definitionOf, feedJson, linkedSet, shippedFeed, shippedFeeds, withValue } from "./support/definitions.ts";

const name = (need: ReturnType<typeof subscriptionsOf>[number]) =>
  `${need.venue} ${need.base}-${need.quote} ${need.kind}${need.kind === "candles" ? ` ${need.days}d` : ""}`;

const SPOT_BOOKS = [
  "coinbase BTC-USD spot",
  "kraken BTC-USD spot",
  "bitstamp BTC-USD spot",
  "binance BTC-USDT spot",
  "kraken USDT-USD spot",
  "coinbase USDT-USD spot",
];

const DEPTHS = ["coinbase BTC-USD", "kraken BTC-USD", "bitstamp BTC-USD", "binance BTC-USDT"].map(
  (market) => `${market} depth`,
);

test("the twenty-six feeds need these thirty sources, each once, and candles for the longest window", () => {
  const needs = subscriptionsOf(shippedFeeds()).map(name);
  expect(new Set(needs).size).toBe(needs.length);
  expect(needs.toSorted()).toEqual(
    [
      ...SPOT_BOOKS,
      "coinbase ETH-USD spot",
      "kraken ETH-USD spot",
      "bitstamp ETH-USD spot",
      "binance ETH-USDT spot",
      ...DEPTHS,
      ...DEPTHS.map((depth) => depth.replace("BTC", "ETH")),
      ...["BTC", "ETH"].flatMap((base) => [
        `deribit ${base}-USD index`,
        `deribit ${base}-USD options`,
        `deribit ${base}-USD futures`,
        `coinbase ${base}-USD candles 30d`,
        `bitstamp ${base}-USD candles 30d`,
        `binance ${base}-USDT candles 30d`,
      ]),
    ].toSorted(),
  );
});

test("a spot index asks how deep its markets are, and not how deep its dollar rates are", () => {
  const needs = subscriptionsOf([shippedFeed("BTC-USD.spot-index")]).map(name);
  expect(needs.filter((need) => need.endsWith(" depth"))).toEqual(DEPTHS);
});

test("a feed on a chain brings the books of its spot index, and neither their depths nor an index", () => {
  expect(subscriptionsOf([shippedFeed("BTC-USD.iv-atm-30d")]).map(name)).toEqual([
    ...SPOT_BOOKS,
    "deribit BTC-USD options",
  ]);
  expect(
    subscriptionsOf([shippedFeed("BTC-USD.vol-surface")])
      .map(name)
      .at(-1),
  ).toBe("deribit BTC-USD options");
});

test("funding brings the futures board, settlement only the books it averages", () => {
  expect(subscriptionsOf([shippedFeed("BTC-USD.funding-8h")]).map(name)).toEqual([
    ...SPOT_BOOKS,
    "deribit BTC-USD futures",
  ]);
  expect(subscriptionsOf([shippedFeed("BTC-USD.settlement")]).map(name)).toEqual(SPOT_BOOKS);
});

test("candles say their bar, and as many days as the longest window in whichever order", () => {
  const feeds = ["BTC-USD.realised-vol-7d", "BTC-USD.realised-vol-30d"].map(shippedFeed);
  expect(subscriptionsOf([feeds[0]!])).toEqual([
    { kind: "candles", venue: "coinbase", base: "BTC", quote: "USD", intervalMs: 300_000, days: 7 },
    { kind: "candles", venue: "bitstamp", base: "BTC", quote: "USD", intervalMs: 300_000, days: 7 },
    { kind: "candles", venue: "binance", base: "BTC", quote: "USDT", intervalMs: 300_000, days: 7 },
  ]);
  for (const set of [feeds, feeds.toReversed()]) {
    expect(subscriptionsOf(set).map((need) => (need.kind === "candles" ? need.days : 0))).toEqual([30, 30, 30]);
  }
});

test("no cross-check, no index; no feeds, nothing", () => {
  const without = definitionOf(withValue(feedJson("BTC-USD.spot-index"), ["method", "crossCheck"], null));
  expect(subscriptionsOf(linkedSet([without])).map(name)).toEqual([...SPOT_BOOKS, ...DEPTHS]);
  expect(subscriptionsOf([])).toEqual([]);
});
