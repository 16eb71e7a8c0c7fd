import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { complaintsOf } from "./support/complaints.ts";
import { FEED_NAMES, feedJson, withValue } from "./support/definitions.ts";

type Path = readonly (string | number)[];

/** Paths of all fields of this name, at any depth. */
function pathsOf(json: unknown, field: string, at: Path = []): readonly Path[] {
  if (typeof json !== "object" || json === null) return [];
  return Object.entries(json).flatMap(([key, value]: [string, unknown]) => {
    const path = [...at, Array.isArray(json) ? Number(key) : key];
    return [...(key === field ? [path] : []), ...pathsOf(value, field, path)];
  });
}

function valueAt(json: unknown, path: Path): unknown {
  return path.reduce((value, key) => (value as Record<string | number, unknown>)[key], json);
}

/** The same mistake in every shipped definition that can make it: how often it was made. */
function mistakes(field: string, wrong: (seen: unknown, name: string) => fc.Arbitrary<unknown> | null): number {
  let made = 0;
  for (const name of FEED_NAMES) {
    const json = feedJson(name);
    for (const path of pathsOf(json, field)) {
      const seen = valueAt(json, path);
      const values = wrong(seen, name);
      if (values === null) continue;
      made += 1;
      fc.assert(
        fc.property(values, (value) => {
          fc.pre(value !== seen);
          expect(complaintsOf(withValue(json, path, value)), `${name} ${path.join(".")} ${String(value)}`).not.toEqual(
            [],
          );
        }),
        { numRuns: 12 },
      );
    }
  }
  return made;
}

describe("a mistake in units or currencies is always refused, in every shipped definition that can make it:", () => {
  test("another unit", () => {
    const units = [
      "USD/BTC",
      "USD/ETH",
      "BTC/USD",
      "USDT/BTC",
      "USD",
      "1",
      "1/year",
      "1/sqrt(year)",
      "year",
      "percent/sqrt(year)",
      "vol",
    ];
    expect(
      mistakes("unit", () => fc.oneof(fc.constantFrom(...units), fc.stringMatching(/^[A-Za-z0-9()/^.]{1,40}$/))),
    ).toBe(26);
  });

  test("other decimals", () => {
    expect(mistakes("decimals", () => fc.integer({ min: -5, max: 40 }))).toBe(26);
  });

  test("percent for decimal", () => {
    expect(mistakes("vol", (seen) => fc.constant(seen === "percent" ? "decimal" : "percent"))).toBe(16);
  });

  test("coin for USD", () => {
    expect(mistakes("premium", (seen) => fc.constant(seen === "coin" ? "USD" : "coin"))).toBe(16);
  });

  test("another quote currency of a book, a candle or a conversion", () => {
    const currencies = fc.oneof(
      fc.constantFrom("USD", "USDT", "USDC", "EUR", "JPY", "BTC", "ETH", "XBT", "ZUSD"),
      fc.stringMatching(/^[A-Z]{2,5}$/),
    );
    // Four books and one conversion in two spot indices, three series in four realised volatilities.
    expect(mistakes("quote", () => currencies)).toBe(2 * 5 + 4 * 3);
  });

  test("another coin of a book or a candle", () => {
    expect(mistakes("base", () => fc.constantFrom("BTC", "ETH", "SOL", "XBT", "USD", "USDT"))).toBe(2 * 4 + 4 * 3);
  });

  test("the spot index of another coin", () => {
    expect(
      mistakes("ref", (seen) =>
        fc.constant(String(seen).startsWith("BTC") ? "ETH-USD.spot-index" : "BTC-USD.spot-index"),
      ),
    ).toBe(20);
  });

  test("another symbol", () => {
    expect(mistakes("symbol", () => fc.constantFrom("BTC-USD", "ETH-USD", "SOL-USD", "USD-USD"))).toBe(26);
  });

  test("a dropped hop", () => {
    let made = 0;
    for (const name of FEED_NAMES) {
      const json = feedJson(name);
      for (const path of [...pathsOf(json, "conversions"), ...pathsOf(json, "pegged")]) {
        made += 1;
        expect(complaintsOf(withValue(json, path, []))).toEqual([
          expect.stringMatching(
            /\.quote is "USDT", allowed is USD, or a currency (with an entry in conversions|named in pegged)$/,
          ),
        ]);
      }
    }
    expect(made).toBe(6);
  });
});

const spot = feedJson("BTC-USD.spot-index");
const iv = feedJson("BTC-USD.iv-atm-30d");
const realised = feedJson("BTC-USD.realised-vol-7d");
const hop = (quote: string, ...venues: readonly string[]) => ({
  quote,
  venues,
  low: "0.5",
  high: "1.5",
  agreementBps: 25,
  maxQuoteAgeMs: 60_000,
});

type Case = readonly [what: string, json: unknown, complaint: RegExp];
const CASES: readonly Case[] = [
  [
    "a unit that does not follow",
    withValue(spot, ["unit"], "BTC/USD"),
    /^unit is "BTC\/USD", allowed is "USD\/BTC", which follows from the inputs$/,
  ],
  [
    "percent taken for decimal",
    withValue(iv, ["method", "options", "vol"], "decimal"),
    /^method.options.vol is "decimal", allowed is "percent", how deribit writes volatilities; else they were in percent\/sqrt\(year\)$/,
  ],
  [
    "coin taken for USD",
    withValue(iv, ["method", "options", "premium"], "USD"),
    /^method.options.premium is "USD", allowed is "coin", what deribit pays in; else premiums were in 1 beside strikes in USD\/BTC$/,
  ],
  [
    "another coin's spot",
    withValue(iv, ["method", "spot", "ref"], "ETH-USD.spot-index"),
    /^method.spot.ref is "ETH-USD.spot-index", allowed is BTC-USD.spot-index: USD\/ETH cannot be held against USD\/BTC$/,
  ],
  [
    "a book of another coin",
    withValue(spot, ["method", "markets", 0, "base"], "ETH"),
    /^method.markets\[0\].base is "ETH", allowed is BTC, the symbol's base: a book in USD\/ETH is no price in USD\/BTC$/,
  ],
  [
    "a book that the venue does not have",
    withValue(spot, ["method", "markets", 3, "quote"], "USD"),
    /^method.conversions\[0\].quote is "USDT", allowed is the quote currency of a market, other than USD\n.*method.markets\[3\].quote is "USD", allowed is what binance prices in: USDT, USDC/,
  ],
  [
    "a hop nobody needs",
    withValue(spot, ["method", "conversions"], [hop("USDT", "kraken"), hop("USDC", "kraken")]),
    /^method.conversions\[1\].quote is "USDC", allowed is the quote currency of a market, other than USD$/,
  ],
  [
    "a hop from USD",
    withValue(spot, ["method", "conversions"], [hop("USDT", "kraken"), hop("USD", "kraken", "coinbase")]),
    /^method.conversions\[1\].quote is "USD"/,
  ],
  [
    "two hops for one currency",
    withValue(spot, ["method", "conversions"], [hop("USDT", "kraken"), hop("USDT", "coinbase")]),
    /^method.conversions\[1\].quote is "USDT", allowed is one conversion for each currency$/,
  ],
  [
    "a hop that does not lead to USD",
    withValue(spot, ["method", "conversions"], [hop("USDT", "kraken", "binance")]),
    /^method.conversions\[0\].venues\[1\] is "binance", allowed is a venue with a USDT-USD book: binance prices in .* only, which leads not to USD$/,
  ],
  [
    "a peg nobody needs",
    withValue(realised, ["method", "pegged"], ["USDT", "USDC"]),
    /^method.pegged\[1\] is "USDC", allowed is the quote currency of a market, other than USD, once$/,
  ],
  ["a peg twice", withValue(realised, ["method", "pegged"], ["USDT", "USDT"]), /^method.pegged\[1\] is "USDT"/],
  [
    "most returns in a pegged currency",
    withValue(realised, ["method", "candles", 0, "quote"], "USDT"),
    /^method.candles is "1 of 3 parts in USD", allowed is more than half of the weight in USD books$/,
  ],
];

test.each(CASES)("refused with its reason: %s", (_, json, complaint) => {
  expect(complaintsOf(json).join("\n")).toMatch(complaint);
});

test("a coin without a chain or a perpetual at the venue has no such feed", () => {
  const sol = (name: string) =>
    JSON.parse(JSON.stringify(feedJson(name)).replaceAll("BTC", "SOL").replaceAll("Bitcoin", "Solana")) as unknown;
  expect(complaintsOf(sol("BTC-USD.spot-index"))).toEqual([]);
  expect(complaintsOf(sol("BTC-USD.settlement"))).toEqual([]);
  expect(complaintsOf(sol("BTC-USD.realised-vol-7d"))).toEqual([]);
  expect(complaintsOf(sol("BTC-USD.iv-atm-30d"))).toEqual([
    'method.options.venue is "deribit", allowed is a venue with option chains of SOL; deribit has BTC and ETH',
  ]);
  expect(complaintsOf(sol("BTC-USD.funding-8h"))).toEqual([
    'method.venue is "deribit", allowed is a venue with a perpetual of SOL; deribit has BTC and ETH',
  ]);
});
