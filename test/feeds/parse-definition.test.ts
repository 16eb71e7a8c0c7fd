import { expect, test } from "vitest";
import { complaintsOf, complaintsOfText } from "./support/complaints.ts";
import { feedJson, feedText, withValue } from "./support/definitions.ts";

const spot = feedJson("BTC-USD.spot-index");
const iv = feedJson("BTC-USD.iv-atm-30d");
const realised = feedJson("BTC-USD.realised-vol-7d");
const settlement = feedJson("BTC-USD.settlement");

test("a complaint names the file, the line, the column, the field, what was seen and what is allowed", () => {
  const text = feedText("BTC-USD.spot-index").replace('"venue": "kraken"', '"venue": "mtgox"');
  const line = text.slice(0, text.indexOf("mtgox")).split("\n").length;
  expect(complaintsOfText(text)).toEqual([
    `x.json:${line}:9: method.markets[1].venue is "mtgox", allowed is one of "coinbase", "kraken", "bitstamp", "binance", "okx", "bybit", "gemini", "bitfinex"`,
  ]);
});

test("a complaint of a check stands at its field, and of a missing field at what should hold it", () => {
  const early = feedText("BTC-USD.spot-index").replace('"readmitBps": 100', '"readmitBps": 150');
  const line = early.slice(0, early.indexOf("readmitBps")).split("\n").length;
  expect(complaintsOfText(early)[0]).toMatch(
    new RegExp(`^x.json:${line}:5: method.readmitBps is 150, allowed is at most half`),
  );
  const without = feedText("BTC-USD.spot-index").replace(/ +"capBps": 50,\n/, "");
  const method = without.slice(0, without.indexOf('"method"')).split("\n").length;
  expect(complaintsOfText(without)[0]).toMatch(new RegExp(`^x.json:${method}:3: method.capBps is nothing, allowed is`));
});

test("a field that stands twice is refused, though JSON.parse would take the last one", () => {
  const text = feedText("BTC-USD.spot-index").replace('"decimals": 8,', '"decimals": 8,\n  "unit": "USD/ETH",');
  expect(JSON.parse(text)).toMatchObject({ unit: "USD/ETH" });
  expect(complaintsOfText(text)).toEqual([
    "x.json:12:3: unit is there again, first on line 10, allowed is each field once",
  ]);
});

test("a fraction as a number is refused with the string to write instead", () => {
  const text = feedText("BTC-USD.iv-atm-30d").replace('"0.005"', "0.005");
  expect(complaintsOfText(text)).toEqual([
    'x.json:20:15: deviation.amount is 0.005, allowed is a whole number such as 10; fractions are decimal strings such as "0.005"',
  ]);
});

test("a text that is no JSON is refused where it stops to be", () => {
  expect(complaintsOfText("{ not json")[0]).toMatch(
    /^x.json:1:3: the file is not, allowed is a field name in double quotes$/,
  );
  expect(complaintsOfText("")[0]).toMatch(/^x.json:1:1: the file is the end of the file, allowed is a value/);
});

test("everything that is wrong is said at once", () => {
  const json = withValue(withValue(spot, ["decimals"], 19), ["heartbeatMs"], "1h");
  expect(complaintsOf(json)).toEqual([
    "decimals is 19, allowed is 8: the published integer of every kind counts units of 1e-8",
    'heartbeatMs is "1h", allowed is a whole number of milliseconds from 1000 to 604800000',
  ]);
});

test("an unknown field is refused by its name, at any depth", () => {
  expect(complaintsOf({ ...spot, wheight: 3 })[0]).toMatch(
    /^wheight is 3, allowed is no such field; the fields here are kind, \$schema, version, name/,
  );
  expect(complaintsOf(withValue(spot, ["deviation", "percent"], 1))).toEqual([
    "deviation.percent is 1, allowed is no such field; the fields here are type, bps",
  ]);
  expect(complaintsOf(withValue(iv, ["method", "options", "currency"], null))[0]).toMatch(
    /^method.options.currency is null, allowed is no such field; the fields here are venue, premium, vol, maxQuoteAgeMs/,
  );
  expect(
    complaintsOfText(JSON.stringify(spot).replace('"version":2', '"__proto__":{"version":2},"version":2'))[0],
  ).toMatch(/__proto__ is {"version":2}, allowed is no such field/);
});

test("what is not a definition at all is refused as a whole", () => {
  for (const json of [null, 5, "text", []]) expect(complaintsOf(json)[0]).toMatch(/^the file is /);
  expect(complaintsOf({})[0]).toMatch(/^kind is nothing, allowed is one of "spot-index", "forward", "rate", "iv-atm"/);
  expect(complaintsOf({ ...spot, kind: "vol-cube" })[0]).toMatch(/^kind is "vol-cube", allowed is one of "spot-index"/);
});

test("a long value is shortened in the message", () => {
  expect(complaintsOf(withValue(spot, ["title"], "x".repeat(500)))[0]!.length).toBeLessThan(200);
});

type Case = readonly [
  what: string,
  json: Record<string, unknown>,
  path: readonly (string | number)[],
  value: unknown,
  complaint: RegExp,
];

const CASES: readonly Case[] = [
  ["the version before", spot, ["version"], 1, /version is 1, allowed is 2$/],
  ["a lower-case symbol", spot, ["symbol"], "btc-USD", /symbol is "btc-USD", allowed is an upper-case pair in USD/],
  ["a symbol in another currency", spot, ["symbol"], "BTC-EUR", /symbol is "BTC-EUR"/],
  ["a name with a path in it", spot, ["name"], "../../etc/passwd", /name is .*allowed is <symbol>.<kind>/],
  ["an empty title", spot, ["title"], "", /title is ""/],
  ["a title of two lines", spot, ["title"], "a\nb", /title is/],
  ["a revision of words", spot, ["revision"], "latest", /revision is "latest", allowed is a version such as 1.0.0/],
  ["a maturity nobody knows", spot, ["maturity"], "gold", /maturity is "gold", allowed is one of "beta", "live"/],
  [
    "no age at all",
    spot,
    ["method", "maxQuoteAgeMs"],
    0,
    /maxQuoteAgeMs is 0, allowed is a whole number of milliseconds from 100/,
  ],
  ["a heartbeat of an age", spot, ["heartbeatMs"], 10 ** 12, /heartbeatMs is 1000000000000/],
  ["a negative grace", spot, ["statusGraceMs"], -1, /statusGraceMs is -1/],
  [
    "a deviation of no type",
    spot,
    ["deviation"],
    { bps: 5 },
    /deviation.type is nothing, allowed is one of "relative", "absolute"/,
  ],
  [
    "a deviation of nothing",
    spot,
    ["deviation", "bps"],
    0,
    /deviation.bps is 0, allowed is a whole number of basis points from 1/,
  ],
  [
    "a number where a decimal string belongs",
    spot,
    ["bounds", "low"],
    1_000,
    /bounds.low is 1000, allowed is a decimal number as a string/,
  ],
  ["a decimal with an exponent", spot, ["bounds", "low"], "1e3", /bounds.low is "1e3"/],
  ["a decimal without a digit before the point", spot, ["bounds", "low"], ".5", /bounds.low is ".5"/],
  ["two markets", spot, ["method", "markets"], [], /method.markets is \[\], allowed is at least 3 markets/],
  [
    "a lower-case coin",
    spot,
    ["method", "markets", 0, "base"],
    "btc",
    /markets\[0\].base is "btc", allowed is 2 to 10 upper-case/,
  ],
  [
    "a coin under a venue's own name",
    spot,
    ["method", "markets", 1, "base"],
    "XBT",
    /markets\[1\].base is "XBT", allowed is BTC: XBT is the same/,
  ],
  [
    "a venue under its old name",
    spot,
    ["method", "markets", 1, "venue"],
    "gdax",
    /markets\[1\].venue is "gdax", allowed is one of .*: gdax is coinbase under another name$/,
  ],
  ["a venue in capitals", spot, ["method", "markets", 1, "venue"], "Kraken", /Kraken is kraken under another name/],
  [
    "a conversion under an old name",
    spot,
    ["method", "conversions", 0, "venues", 1],
    "coinbase-pro",
    /conversions\[0\].venues\[1\] is "coinbase-pro", .* coinbase-pro is coinbase under another name/,
  ],
  [
    "a candle under another name",
    realised,
    ["method", "candles", 2, "venue"],
    "binance-com",
    /candles\[2\].venue is .* binance-com is binance/,
  ],
  [
    "a market without weight",
    spot,
    ["method", "markets", 0, "weight"],
    0,
    /markets\[0\].weight is 0, allowed is a whole number of parts/,
  ],
  [
    "a conversion by nobody",
    spot,
    ["method", "conversions", 0, "venues"],
    [],
    /conversions\[0\].venues is \[\], allowed is at least one venue/,
  ],
  ["an outlier cut of everything", spot, ["method", "outlierBps"], 9_999, /method.outlierBps is 9999/],
  [
    "a cross-check by a spot venue",
    spot,
    ["method", "crossCheck", "venue"],
    "kraken",
    /crossCheck.venue is "kraken", allowed is "deribit"/,
  ],
  ["no ladder", spot, ["contingency"], [], /contingency is \[\], allowed is at least one step/],
  [
    "a ladder that clamps",
    spot,
    ["contingency", 0, "do"],
    "clamp",
    /contingency\[0\].do is "clamp", allowed is one of "note", "missing"/,
  ],
  ["no changelog", spot, ["changelog"], [], /changelog is \[\], allowed is at least one entry/],
  [
    "a reference to no name",
    iv,
    ["method", "spot", "ref"],
    "spot",
    /method.spot.ref is "spot", allowed is the name of another feed/,
  ],
  [
    "a reference with a digest of its own",
    iv,
    ["method", "spot", "digest"],
    "0x12",
    /method.spot.digest is "0x12", allowed is no such field/,
  ],
  [
    "a premium in another coin",
    iv,
    ["method", "options", "premium"],
    "BTC",
    /options.premium is "BTC", allowed is one of "coin", "USD"/,
  ],
  [
    "a tolerance that is no fraction",
    iv,
    ["method", "chain", "priceToleranceCoin"],
    "1",
    /priceToleranceCoin is "1", allowed is a decimal fraction of a coin/,
  ],
  [
    "a coverage above one",
    settlement,
    ["method", "minCoverage"],
    "1.5",
    /minCoverage is "1.5", allowed is a part between 0 and 1/,
  ],
  [
    "a schedule of no type",
    settlement,
    ["method", "schedule", "type"],
    "weekly",
    /schedule.type is "weekly", allowed is one of "daily", "every"/,
  ],
];

test.each(CASES)("refused: %s", (_, json, path, value, complaint) => {
  expect(complaintsOf(withValue(json, path, value)).join("\n")).toMatch(complaint);
});
