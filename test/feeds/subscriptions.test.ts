import { expect, test } from "vitest";
import { subscriptionsOf } from "../../src/feeds/subscriptions.ts";
import { FEED_NAMES, definitionOf, feedJson, ivDefinition, withValue } from "./support/definitions.ts";

const name = ({ venue, base, quote, kind }: ReturnType<typeof subscriptionsOf>[number]) =>
  `${venue} ${base}-${quote} ${kind}`;

test("the four feeds need these fourteen sources, each once", () => {
  const needs = subscriptionsOf(FEED_NAMES.map((feed) => definitionOf(feedJson(feed))));
  expect(needs.map(name)).toEqual([
    "coinbase BTC-USD spot",
    "kraken BTC-USD spot",
    "bitstamp BTC-USD spot",
    "binance BTC-USDT spot",
    "kraken USDT-USD spot",
    "coinbase USDT-USD spot",
    "deribit BTC-USD index",
    "coinbase ETH-USD spot",
    "kraken ETH-USD spot",
    "bitstamp ETH-USD spot",
    "binance ETH-USDT spot",
    "deribit ETH-USD index",
    "deribit BTC-USD options",
    "deribit ETH-USD options",
  ]);
});

test("a volatility alone brings its own spot books and no index", () => {
  expect(subscriptionsOf([ivDefinition()]).map(name)).toEqual([
    "coinbase BTC-USD spot",
    "kraken BTC-USD spot",
    "bitstamp BTC-USD spot",
    "binance BTC-USDT spot",
    "kraken USDT-USD spot",
    "coinbase USDT-USD spot",
    "deribit BTC-USD options",
  ]);
});

test("no cross-check, no index; no definitions, nothing", () => {
  const without = definitionOf(withValue(feedJson("BTC-USD.spot-index"), ["method", "crossCheck"], null));
  expect(subscriptionsOf([without]).some(({ kind }) => kind === "index")).toBe(false);
  expect(subscriptionsOf([])).toEqual([]);
});
