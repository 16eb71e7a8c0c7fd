import { expect, test } from "vitest";
import { describeProblem, parseDefinition } from "../../src/feeds/parse-definition.ts";
import { FEED_NAMES, feedJson, withValue } from "./support/definitions.ts";

const spot = feedJson("BTC-USD.spot-index");
const iv = feedJson("BTC-USD.iv-atm-30d");

/** What is said of a file, one line a problem. */
function complaints(json: unknown): readonly string[] {
  const parsed = parseDefinition(json, "feeds/x.json");
  return parsed.ok ? [] : parsed.problems.map(describeProblem);
}

test.each(FEED_NAMES)("%s of the repository is a good definition under its own file name", (name) => {
  const parsed = parseDefinition(feedJson(name), `feeds/${name}.json`);
  expect(parsed).toMatchObject({ ok: true, definition: { name } });
});

test("a complaint names the file, the path in it, what was seen and what is allowed", () => {
  expect(complaints(withValue(spot, ["method", "markets", 1, "venue"], "mtgox"))).toEqual([
    'feeds/x.json: method.markets[1].venue is "mtgox", allowed is one of "coinbase", "kraken", "bitstamp", "binance"',
  ]);
});

test("everything that is wrong is said at once", () => {
  const json = withValue(withValue(spot, ["decimals"], 19), ["heartbeatMs"], "1h");
  expect(complaints(json)).toEqual([
    "feeds/x.json: decimals is 19, allowed is a whole number of decimal places from 0 to 18",
    'feeds/x.json: heartbeatMs is "1h", allowed is a whole number of milliseconds from 1000 to 604800000',
  ]);
});

test("an unknown field is refused by its name, at any depth", () => {
  expect(complaints({ ...spot, wheight: 3 })[0]).toMatch(
    /^feeds\/x.json: wheight is 3, allowed is no such field; the fields here are kind, version, name/,
  );
  expect(complaints(withValue(spot, ["deviation", "percent"], 1))).toEqual([
    "feeds/x.json: deviation.percent is 1, allowed is no such field; the fields here are type, bps",
  ]);
  expect(complaints(withValue(iv, ["method", "spot", "markets", 0, "weight"], null))[0]).toMatch(
    /method.spot.markets\[0\].weight is null/,
  );
});

test("a missing field is seen as nothing", () => {
  const { bounds: _, ...rest } = spot;
  expect(complaints(rest)).toEqual(["feeds/x.json: bounds is nothing, allowed is an object"]);
});

test("what is not a definition at all is refused as a whole", () => {
  for (const json of [null, 5, "text", [], undefined])
    expect(complaints(json)[0]).toMatch(/^feeds\/x.json: the file is /);
  expect(complaints({})[0]).toMatch(/^feeds\/x.json: kind is nothing, allowed is one of "spot-index", "iv-atm"/);
  expect(complaints({ ...spot, kind: "vol-surface" })).toEqual([
    'feeds/x.json: kind is "vol-surface", allowed is one of "spot-index", "iv-atm"',
  ]);
});

test("a long value is shortened in the message", () => {
  expect(complaints(withValue(spot, ["title"], "x".repeat(500)))[0]!.length).toBeLessThan(200);
});

type Case = readonly [what: string, path: readonly (string | number)[], value: unknown, complaint: RegExp];

const SHAPE_CASES: readonly Case[] = [
  ["another version", ["version"], 2, /version is 2, allowed is 1$/],
  ["a unit of another kind", ["unit"], "vol", /unit is "vol", allowed is "USD"$/],
  ["a lower-case symbol", ["symbol"], "btc-USD", /symbol is "btc-USD", allowed is an upper-case pair in USD/],
  ["a symbol in another currency", ["symbol"], "BTC-EUR", /symbol is "BTC-EUR"/],
  ["a name with a path in it", ["name"], "../../etc/passwd", /name is .*allowed is <symbol>.<kind>/],
  ["an empty title", ["title"], "", /title is ""/],
  ["a title of two lines", ["title"], "a\nb", /title is/],
  ["fractional milliseconds", ["maxQuoteAgeMs"], 1.5, /maxQuoteAgeMs is 1.5, allowed is a whole number/],
  ["no age at all", ["maxQuoteAgeMs"], 0, /maxQuoteAgeMs is 0, allowed is a whole number of milliseconds from 100/],
  ["a heartbeat of an age", ["heartbeatMs"], 1e12, /heartbeatMs is 1000000000000/],
  ["a negative grace", ["statusGraceMs"], -1, /statusGraceMs is -1/],
  [
    "a deviation of no type",
    ["deviation"],
    { bps: 5 },
    /deviation.type is nothing, allowed is one of "relative", "absolute"/,
  ],
  [
    "a deviation of nothing",
    ["deviation", "bps"],
    0,
    /deviation.bps is 0, allowed is a whole number of basis points from 1/,
  ],
  [
    "a number where a decimal string belongs",
    ["bounds", "low"],
    1000,
    /bounds.low is 1000, allowed is a decimal number as a string/,
  ],
  ["a decimal with an exponent", ["bounds", "low"], "1e3", /bounds.low is "1e3"/],
  ["a negative bound", ["bounds", "low"], "-1", /bounds.low is "-1"/],
  ["two markets", ["method", "markets"], [], /method.markets is \[\], allowed is at least 3 markets/],
  [
    "a lower-case coin",
    ["method", "markets", 0, "base"],
    "btc",
    /method.markets\[0\].base is "btc", allowed is 2 to 10 upper-case/,
  ],
  [
    "a conversion by nobody",
    ["method", "conversions", 0, "venues"],
    [],
    /conversions\[0\].venues is \[\], allowed is at least one venue/,
  ],
  ["an outlier cut of everything", ["method", "outlierBps"], 9_999, /method.outlierBps is 9999/],
  [
    "a cross-check by a spot venue",
    ["method", "crossCheck", "venue"],
    "kraken",
    /crossCheck.venue is "kraken", allowed is "deribit"/,
  ],
];

test.each(SHAPE_CASES)("refused: %s", (_, path, value, complaint) => {
  expect(complaints(withValue(spot, path, value)).join("\n")).toMatch(complaint);
});

const market = (venue: string, base: string, quote: string) => ({ venue, base, quote });

const CROSS_CASES: readonly Case[] = [
  [
    "a name that is not symbol and kind",
    ["name"],
    "ETH-USD.spot-index",
    /name is "ETH-USD.spot-index", allowed is "BTC-USD.spot-index"/,
  ],
  [
    "a margin as long as the heartbeat",
    ["heartbeatMarginMs"],
    3_600_000,
    /heartbeatMarginMs is 3600000, allowed is less than heartbeatMs, 3600000/,
  ],
  [
    "an agreement below the deviation",
    ["agreement", "bps"],
    9,
    /agreement is .*allowed is the type of the deviation and at least as much/,
  ],
  [
    "an agreement of another type",
    ["agreement"],
    { type: "absolute", amount: "5" },
    /agreement is .*the type of the deviation/,
  ],
  [
    "bounds the wrong way round",
    ["bounds", "high"],
    "1000",
    /bounds.high is "1000", allowed is more than bounds.low, 1000/,
  ],
  [
    "bounds finer than the feed",
    ["bounds", "low"],
    "0.000000001",
    /bounds.low is "0.000000001", allowed is at most the feed's 8 decimal places/,
  ],
  [
    "a distance finer than the feed",
    ["deviation"],
    { type: "absolute", amount: "0.000000001" },
    /deviation.amount .* at most the feed's 8/,
  ],
  [
    "a distance of zero",
    ["deviation"],
    { type: "absolute", amount: "0.0" },
    /deviation.amount is "0.0", allowed is more than zero/,
  ],
  ["two sources", ["minSources"], 2, /minSources is 2, allowed is at least 3 for a spot index/],
  ["more sources than markets", ["minSources"], 5, /minSources is 5, allowed is at most the number of markets, 4/],
  [
    "a market of another coin",
    ["method", "markets", 0, "base"],
    "ETH",
    /method.markets\[0\].base is "ETH", allowed is BTC/,
  ],
  [
    "a market twice",
    ["method", "markets", 1],
    market("coinbase", "BTC", "USD"),
    /method.markets\[1\] is "coinbase:BTC-USD", allowed is each market once/,
  ],
  [
    "a quote nobody converts",
    ["method", "markets", 3, "quote"],
    "USDC",
    /markets\[3\].quote is "USDC", allowed is USD, or a currency with an entry in conversions/,
  ],
  [
    "a conversion by the book's own venue only",
    ["method", "conversions", 0, "venues"],
    ["binance"],
    /markets\[3\].venue is "binance", allowed is a venue other than/,
  ],
  [
    "a conversion nobody needs",
    ["method", "markets", 3, "quote"],
    "USD",
    /conversions\[0\].quote is "USDT", allowed is the quote currency of a market/,
  ],
  [
    "a conversion by one venue twice",
    ["method", "conversions", 0, "venues"],
    ["kraken", "kraken"],
    /conversions\[0\].venues is .*each venue once/,
  ],
  [
    "a conversion range the wrong way round",
    ["method", "conversions", 0, "low"],
    "1.5",
    /conversions\[0\].high is "1.5", allowed is more than low, 1.5/,
  ],
  [
    "half of the books converted",
    ["method", "markets"],
    [
      market("coinbase", "BTC", "USD"),
      market("kraken", "BTC", "USD"),
      market("binance", "BTC", "USDT"),
      market("bitstamp", "BTC", "USDT"),
    ],
    /method.markets is "2 of 4 in USD", allowed is more books in USD than converted ones/,
  ],
];

test.each(CROSS_CASES)("refused: %s", (_, path, value, complaint) => {
  expect(complaints(withValue(spot, path, value)).join("\n")).toMatch(complaint);
});

const VOL_CASES: readonly Case[] = [
  [
    "a tenor that is not the name's",
    ["method", "tenorDays"],
    14,
    /name is "BTC-USD.iv-atm-30d", allowed is "BTC-USD.iv-atm-14d"/,
  ],
  [
    "a relative deviation of a volatility",
    ["deviation"],
    { type: "relative", bps: 50 },
    /deviation.type is "relative", allowed is "absolute" for a volatility/,
  ],
  [
    "a relative agreement of a volatility",
    ["agreement"],
    { type: "relative", bps: 500 },
    /agreement.type is "relative", allowed is "absolute"/,
  ],
  [
    "an agreement below the deviation",
    ["agreement", "amount"],
    "0.0049",
    /agreement is .*at least as much: {"type":"absolute","amount":"0.005"}/,
  ],
  ["three sources of one venue", ["minSources"], 3, /minSources is 3, allowed is 1: this method reads one venue/],
  ["a volatility of zero", ["bounds", "low"], "0", /bounds.low is "0", allowed is more than zero for a volatility/],
  [
    "expiries that begin at the tenor",
    ["method", "minExpiryDays"],
    30,
    /method.minExpiryDays is 30, allowed is less than tenorDays, 30/,
  ],
  [
    "expiries that end at the tenor",
    ["method", "maxExpiryDays"],
    30,
    /method.maxExpiryDays is 30, allowed is more than tenorDays, 30/,
  ],
  [
    "two books for the spot price",
    ["method", "spot", "minSources"],
    2,
    /method.spot.minSources is 2, allowed is a whole number of sources from 3/,
  ],
  [
    "more sources than books for the spot price",
    ["method", "spot", "minSources"],
    5,
    /method.spot.minSources is 5, allowed is at most the number of markets, 4/,
  ],
  [
    "spot books of another coin",
    ["method", "spot", "markets", 2, "base"],
    "ETH",
    /method.spot.markets\[2\].base is "ETH", allowed is BTC/,
  ],
  [
    "a tolerance that is not a fraction",
    ["method", "priceToleranceCoin"],
    "1",
    /method.priceToleranceCoin is "1", allowed is a decimal fraction of a coin/,
  ],
];

test.each(VOL_CASES)("refused for a volatility: %s", (_, path, value, complaint) => {
  expect(complaints(withValue(iv, path, value)).join("\n")).toMatch(complaint);
});
