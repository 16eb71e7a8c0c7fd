import { keccak_256 } from "@noble/hashes/sha3.js";
import { expect, test } from "vitest";
import { asciiBytes, concatBytes, fromHex, toHex } from "../../src/base/bytes.ts";
import { definitionDigest, feedId, feedSetRoot, toRules } from "../../src/feeds/feed-id.ts";
import { FEED_NAMES, definitionOf, feedJson, withValue } from "./support/definitions.ts";

const definitions = FEED_NAMES.map((name) => definitionOf(feedJson(name)));

test("ids are fixed for ever: keccak256 of the name under the kind's top byte", () => {
  expect(FEED_NAMES.map((name, i) => feedId(name, definitions[i]!.kind))).toEqual([
    "0x01434086057ad70089eedab37fd5bb36f646edeb79ef5016a22aadabb1fce8a6",
    "0x01f2d56d972a43533e1fa45403bad09437ed7b4c12f1b612acbece6e487f01ed",
    "0x046ff2860a607440b8c8b11ff95615fa6d080a26697cc7cb2a4207fb61dda7f9",
    "0x044a9bf38efed4f45cc78fd9b72c5848455c4b1b3f5c5333adbe2f2218fcedd9",
  ]);
  const hash = toHex(keccak_256(asciiBytes("BTC-USD.spot-index")));
  expect(feedId("BTC-USD.spot-index", "spot-index").slice(4)).toBe(hash.slice(4));
});

test("the digest does not see the order of keys or the layout of the file, and sees every value", () => {
  const json = feedJson("BTC-USD.spot-index");
  const reversed = Object.fromEntries(Object.entries(json).toReversed());
  const digest = definitionDigest(definitionOf(json));
  expect(definitionDigest(definitionOf(reversed))).toBe(digest);
  const changes = [
    [["title"], "Bitcoin in dollars"],
    [["maxQuoteAgeMs"], 15_001],
    [["deviation", "bps"], 11],
    [["method", "markets", 0, "venue"], "binance"],
    [
      ["method", "conversions", 0, "venues"],
      ["coinbase", "kraken"],
    ],
    [["method", "crossCheck"], null],
  ] as const;
  const digests = changes.map(([path, value]) => definitionDigest(definitionOf(withValue(json, path, value))));
  expect(new Set([digest, ...digests]).size).toBe(changes.length + 1);
});

test("a title in any script hashes as UTF-8", () => {
  const titled = definitionOf(withValue(feedJson("BTC-USD.spot-index"), ["title"], "Биткойн €/$ 🟠"));
  expect(definitionDigest(titled)).toMatch(/^0x[0-9a-f]{64}$/);
});

test("rules keep the order given as the hub's index and turn distances into integers", () => {
  const rules = toRules(definitions);
  expect(rules.map(({ index, name }) => [index, name])).toEqual(FEED_NAMES.map((name, i) => [i, name]));
  expect(rules[0]).toMatchObject({
    decimals: 8,
    heartbeatMs: 3_600_000,
    heartbeatMarginMs: 60_000,
    statusGraceMs: 5_000,
    deviation: { type: "relative", bps: 10 },
    agreement: { type: "relative", bps: 100 },
  });
  expect(rules[2]!.deviation).toEqual({ type: "absolute", amount: 500_000n });
  expect(rules[2]!.agreement).toEqual({ type: "absolute", amount: 2_000_000n });
  expect(rules[1]!.definitionDigest).toBe(definitionDigest(definitions[1]!));
});

test("a name that stands twice is refused", () => {
  expect(() => toRules([...definitions, definitions[0]!])).toThrow(/feed BTC-USD.spot-index stands twice/);
});

test("the set's root is over index order, count included, by hand", () => {
  const rules = toRules(definitions);
  const bytes = concatBytes(
    asciiBytes("TENOR/FEEDSET/1"),
    Uint8Array.of(0, 4),
    ...rules.flatMap((rule) => [fromHex(rule.feedId), fromHex(rule.definitionDigest)]),
  );
  expect(bytes.length).toBe(15 + 2 + 4 * 64);
  expect(feedSetRoot(rules)).toBe(toHex(keccak_256(bytes)));
  expect(feedSetRoot(rules.toReversed())).not.toBe(feedSetRoot(rules));
  expect(feedSetRoot(rules.slice(0, 3))).not.toBe(feedSetRoot(rules));
  expect(feedSetRoot([])).toBe(toHex(keccak_256(concatBytes(asciiBytes("TENOR/FEEDSET/1"), Uint8Array.of(0, 0)))));
});
