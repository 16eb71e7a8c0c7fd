import { expect, test } from "vitest";
import type { Venue } from "../../src/market/venue.ts";
import { coinBehind, ownersOf, venueBehind, venueFacts } from "../../src/feeds/venues.ts";

const VENUES: readonly Venue[] = ["coinbase", "kraken", "bitstamp", "binance", "deribit"];

test("an old or long name leads to the one name, in any spelling", () => {
  expect(["gdax", "GDAX", "coinbase-pro", "Coinbase Pro", "coinbase_pro"].map(venueBehind)).toEqual(
    Array.from({ length: 5 }, () => "coinbase"),
  );
  expect(venueBehind("Binance.com")).toBe("binance");
  expect(venueBehind("bitstamp-by-robinhood")).toBe("bitstamp");
});

test("the one name itself and a stranger's name lead nowhere; Binance.US is a stranger", () => {
  for (const venue of VENUES) expect(venueBehind(venue)).toBeUndefined();
  for (const name of ["mtgox", "binance-us", "", "__proto__", "toString"]) expect(venueBehind(name)).toBeUndefined();
  expect(venueBehind("KRAKEN")).toBe("kraken");
});

test("no name belongs to two venues", () => {
  const names = VENUES.flatMap((venue) => [venue, ...venueFacts(venue).aliases]);
  expect(new Set(names).size).toBe(names.length);
  expect(names.every((name) => /^[a-z-]+$/.test(name))).toBe(true);
});

test("a coin under a venue's own name leads to the one name", () => {
  expect(["XBT", "xxbt", "ZUSD", "XDG"].map(coinBehind)).toEqual(["BTC", "BTC", "USD", "DOGE"]);
  expect(["BTC", "USD", "SOL"].map(coinBehind)).toEqual([undefined, undefined, undefined]);
});

test("Coinbase and Deribit are one owner, the four spot venues are four", () => {
  expect(ownersOf(["coinbase", "deribit"])).toEqual(["Coinbase"]);
  expect(ownersOf(["coinbase", "kraken", "bitstamp", "binance", "coinbase"])).toEqual([
    "Coinbase",
    "Payward",
    "Robinhood",
    "Binance",
  ]);
});

test("every venue that is read has an owner and gives books or options", () => {
  for (const venue of VENUES) {
    const { owner, quotes, options } = venueFacts(venue);
    expect(owner).not.toBe("");
    expect(quotes.length > 0 || options !== null).toBe(true);
  }
  expect(venueFacts("binance").quotes).not.toContain("USD");
  expect(venueFacts("deribit").options).toMatchObject({ premium: "coin", vol: "percent" });
});
