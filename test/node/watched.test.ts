import { describe, expect, test } from "vitest";
import { watchedBy } from "../../src/node/watched.ts";
import { parseSource } from "../../src/sources/source-name.ts";
import { sourceName } from "../../src/sources/subscription.ts";
import { shippedFeed } from "../feeds/support/definitions.ts";

const feeds = [shippedFeed("BTC-USD.spot-index")];

test("a watched source stands behind what the feeds need, and one that they need anyway comes once", () => {
  const needed = watchedBy(feeds, []).map(sourceName);
  expect(needed).toContain("kraken:BTC-USD");
  expect(watchedBy(feeds, ["kraken:BTC-USD", "deribit:BTC.options"]).map(sourceName)).toEqual([
    ...needed,
    "deribit:BTC.options",
  ]);
});

describe("names of sources", () => {
  test.each(["kraken:BTC-USD", "deribit:BTC-USD.index", "deribit:BTC.options", "deribit:BTC.futures"])(
    "%s is read back as what it names",
    (name) => {
      expect(sourceName(parseSource(name))).toBe(name);
    },
  );

  test.each([
    ["mtgox:BTC-USD", /^watch\[0\]: "mtgox:BTC-USD" names no source/],
    ["deribit:BTC-USD", /names no source/],
    ["kraken:BTC.options", /names no source/],
    ["kraken:btc-usd", /names no source/],
    ["kraken", /names no source/],
    ["deribit:BTC-USDT.index", /names no source/],
  ])("%s is refused with what is wrong about it", (name, complaint) => {
    expect(() => watchedBy(feeds, [name])).toThrow(complaint);
  });
});
