import { expect, test } from "vitest";
import { FeedObserver } from "../../../src/cli/feed/observer.ts";
import { previewText } from "../../../src/cli/feed/preview-text.ts";
import { toRules } from "../../../src/feeds/feed-id.ts";
import type { BookDepth } from "../../../src/market/quote.ts";
import type { Venue } from "../../../src/market/venue.ts";
import { spotDefinition } from "../../feeds/support/definitions.ts";
import { healthyBooks, NOW_MS, snapshot } from "../../feeds/support/snapshots.ts";

function depth(venue: Venue, quote: string, down: number, up: number, isWhole = true): BookDepth {
  const timeMs = NOW_MS - 1_000;
  const stamps = { timeMs, timeSource: "receipt", receivedAtMs: timeMs } as const;
  const sides = { down: { notional: down, isWhole }, up: { notional: up, isWhole } };
  return { venue, base: "BTC", quote, ...stamps, bid: 92_000, ask: 92_001, ...sides };
}

function preview(depths: readonly BookDepth[]): string {
  const feeds = [{ definition: spotDefinition(), spot: null }];
  const loaded = { file: "BTC-USD.spot-index.json", feed: feeds[0]!, feeds, rules: toRules(feeds) };
  const look = new FeedObserver(loaded).look(snapshot({ spots: healthyBooks(), depths }), []);
  return previewText(loaded, look, "from a test");
}

test("a spot index says what it costs to move it, book by book, above its value", () => {
  const text = preview([
    depth("coinbase", "USD", 8_000_000, 7_000_000),
    depth("kraken", "USD", 3_210_000, 3_300_000),
    depth("bitstamp", "USD", 940_000, 999_700),
  ]);
  // Binance's depth is unknown, and so taken to cost nothing.
  expect(text).toContain("moving it 1 % costs at least $940k down, $4.3m up\n");
  const rows = text.slice(text.indexOf("moving it"), text.indexOf("\nvalue  ")).replaceAll(/ {2,}/g, " | ").split("\n");
  expect(rows.slice(1).map((row) => row.replace(/^ \| /, ""))).toEqual([
    "book | weight | down | up",
    "coinbase:BTC-USD | 1 | $8m | $7m",
    "kraken:BTC-USD | 1 | $3.21m | $3.3m",
    "bitstamp:BTC-USD | 1 | $940k | $1m",
    "binance:BTC-USDT | 1 | unknown | unknown",
    "",
  ]);
});

test("books of which not all levels were seen say so, and without depths nothing is said", () => {
  const venues = ["coinbase", "kraken", "bitstamp"] as const;
  const partly = preview(venues.map((venue) => depth(venue, "USD", 2_000_000, 2_000_000, false)));
  expect(partly).toMatch(/kraken:BTC-USD +1 +\$2m +\$2m +at least$/m);
  expect(preview([])).not.toContain("moving it");
});
