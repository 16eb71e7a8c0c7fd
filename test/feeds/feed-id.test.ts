import { keccak_256 } from "@noble/hashes/sha3.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asciiBytes, concatBytes, fromHex, toHex } from "../../src/base/bytes.ts";
import type { LinkedFeed } from "../../src/feeds/context.ts";
import type { FeedDefinition } from "../../src/feeds/definition.ts";
import { definitionDigest, documentDigest, feedId, feedSetRoot, toRules } from "../../src/feeds/feed-id.ts";
import { DOCUMENT_FIELDS } from "../../src/feeds/kinds/common.ts";
import { definitionOf, feedJson, linkedSet, shippedFeed, shippedFeeds, withValue } from "./support/definitions.ts";

const feeds = shippedFeeds();

/** Sorted keys and no white space by JSON.stringify itself: a second way to the canonical text. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

function hash(text: string): string {
  return toHex(keccak_256(new TextEncoder().encode(text)));
}

function without(value: object, fields: readonly string[]): object {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !fields.includes(key)));
}

test("ids are fixed for ever: keccak256 of the name under the kind's top byte", () => {
  const ids = new Map(feeds.map(({ definition: { name, kind } }) => [name, feedId(name, kind)]));
  expect(ids.get("BTC-USD.spot-index")).toBe("0x01434086057ad70089eedab37fd5bb36f646edeb79ef5016a22aadabb1fce8a6");
  expect(ids.get("ETH-USD.iv-atm-30d")).toBe("0x044a9bf38efed4f45cc78fd9b72c5848455c4b1b3f5c5333adbe2f2218fcedd9");
  expect(ids.get("BTC-USD.vol-index-30d")).toBe("0x063dc04fdf486a6d85e354fe6f750ada12acc96af473dfd1b3fb02eb98e907ee");
  expect(new Set(ids.values()).size).toBe(26);
  const codes = new Map(feeds.map(({ definition: { kind, name } }) => [kind, Number(feedId(name, kind).slice(0, 4))]));
  expect(Object.fromEntries(codes)).toEqual({
    "spot-index": 1,
    forward: 2,
    rate: 3,
    "iv-atm": 4,
    "skew-25d": 5,
    "vol-index": 6,
    "vol-surface": 7,
    "realised-vol": 8,
    "funding-8h": 9,
    settlement: 10,
  });
});

describe("the digest", () => {
  test("of every shipped feed is what a second implementation computes by hand", () => {
    for (const { definition, spot } of feeds) {
      const obeyed = (one: object, linked: object) =>
        hash(`TENOR/FEED/2${sorted({ ...without(one, DOCUMENT_FIELDS), ...linked })}`);
      const linked =
        spot === null ? {} : { method: { ...definition.method, spot: { ref: spot.name, digest: obeyed(spot, {}) } } };
      expect(definitionDigest({ definition, spot })).toBe(obeyed(definition, linked));
      expect(documentDigest(definition)).toBe(hash(`TENOR/DOCUMENT/2${sorted(definition)}`));
    }
  });

  test("does not see the order of keys or the layout of the file", () => {
    const json = feedJson("BTC-USD.spot-index");
    const reversed = definitionOf(Object.fromEntries(Object.entries(json).toReversed()));
    expect(definitionDigest({ definition: reversed, spot: null })).toBe(
      definitionDigest(shippedFeed("BTC-USD.spot-index")),
    );
    expect(documentDigest(reversed)).toBe(documentDigest(definitionOf(json)));
  });

  test("of a text in any script is over UTF-8", () => {
    const titled = definitionOf(withValue(feedJson("BTC-USD.spot-index"), ["title"], "Биткойн €/$ 🟠"));
    expect(documentDigest(titled)).toBe(hash(`TENOR/DOCUMENT/2${sorted(titled)}`));
  });

  test("of a feed that was not linked is refused, and not computed without the other's", () => {
    const { definition } = shippedFeed("BTC-USD.iv-atm-30d");
    expect(() => definitionDigest({ definition, spot: null })).toThrow(
      /refers to BTC-USD.spot-index, which it was not linked with/,
    );
    expect(() => definitionDigest({ definition, spot: shippedFeed("ETH-USD.vol-surface").spot })).toThrow(/not linked/);
  });
});

type Path = readonly (string | number)[];

/** Every value in a definition that is not an object or a list, and every list that holds several. */
function leavesOf(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [at];
  const inner = Object.entries(value).flatMap(([key, item]: [string, unknown]) =>
    leavesOf(item, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return Array.isArray(value) && value.length > 1 ? [at, ...inner] : inner;
}

/** Another value of the same type: nothing here has to be allowed, only different. */
function other(value: unknown, salt: number): unknown {
  if (typeof value === "number") return value + 1 + salt;
  if (typeof value === "string") return `${value}${salt}`;
  if (Array.isArray(value)) return salt % 2 === 0 ? value.toReversed() : value.slice(1);
  return value === null ? salt : null;
}

function withOther(definition: FeedDefinition, path: Path, salt: number): FeedDefinition {
  const seen = path.reduce((value: unknown, key) => (value as Record<string | number, unknown>)[key], definition);
  return withValue(definition, path, other(seen, salt)) as FeedDefinition;
}

const isDocument = ([head]: Path) => DOCUMENT_FIELDS.some((field) => field === head);
/** Not the reference itself: a feed under another name would not be linked at all. */
const changesOf = (definition: FeedDefinition) => leavesOf(definition).filter((path) => path.at(-1) !== "ref");

describe("a change in any field of any shipped definition", () => {
  test("changes the digest when nodes obey the field, only the document's digest when people read it", () => {
    let changes = 0;
    for (const feed of feeds) {
      const digests = new Set([definitionDigest(feed)]);
      const documents = new Set([documentDigest(feed.definition)]);
      let obeyed = 0;
      for (const [salt, path] of changesOf(feed.definition).entries()) {
        const definition = withOther(feed.definition, path, salt);
        digests.add(definitionDigest({ ...feed, definition }));
        documents.add(documentDigest(definition));
        if (!isDocument(path)) obeyed += 1;
        changes += 1;
        expect(digests.size, path.join(".")).toBe(1 + obeyed);
      }
      expect(documents.size).toBe(1 + changesOf(feed.definition).length);
    }
    expect(changes).toBeGreaterThan(26 * 25);
  });

  test("changes the digest of every feed that refers to it, exactly when it changes its own", () => {
    const referring = feeds.filter(({ spot }) => spot !== null);
    const path = fc.constantFrom(...changesOf(shippedFeed("BTC-USD.spot-index").definition));
    fc.assert(
      fc.property(path, fc.constantFrom(...referring), fc.nat(9), (at, feed, salt) => {
        const spot = withOther(feed.spot!, at, salt);
        if (spot.kind !== "spot-index" || spot.name !== feed.spot!.name) return;
        const isSame = definitionDigest({ ...feed, spot }) === definitionDigest(feed);
        expect(isSame).toBe(isDocument(at));
        expect(isSame).toBe(
          definitionDigest({ definition: spot, spot: null }) ===
            definitionDigest({ definition: feed.spot!, spot: null }),
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe("the rules of a set", () => {
  const rules = toRules(feeds);
  const ruleOf = (name: string) => rules.find((rule) => rule.name === name)!;

  test("keep the order given as the hub's index and turn distances into integers", () => {
    expect(rules.map(({ index, name }) => [index, name])).toEqual(
      feeds.map(({ definition }, i) => [i, definition.name]),
    );
    expect(ruleOf("BTC-USD.spot-index")).toMatchObject({
      decimals: 8,
      shape: { type: "scalar" },
      heartbeatMs: 3_600_000,
      heartbeatMarginMs: 60_000,
      statusGraceMs: 5_000,
      deviation: { type: "relative", bps: 10 },
      agreement: { type: "relative", bps: 100 },
    });
    expect(ruleOf("BTC-USD.iv-atm-30d")).toMatchObject({
      shape: { type: "scalar" },
      deviation: { type: "absolute", amount: 500_000n },
      agreement: { type: "absolute", amount: 2_000_000n },
      definitionDigest: definitionDigest(shippedFeed("BTC-USD.iv-atm-30d")),
    });
  });

  test("say a surface in units of 1e-18 and milliseconds, and where its spot feed stands", () => {
    expect(ruleOf("ETH-USD.vol-surface").shape).toEqual({
      type: "surface",
      everyRounds: 10,
      phase: 5,
      minTenorMs: 3_600_000,
      maxTenorMs: 400 * 86_400_000,
      minExpiries: 2,
      maxExpiries: 12,
      startVariance: 360_000_000_000_000_000n,
      agreementVol: 30_000_000_000_000_000n,
      fitTolerance: { centre: 30_000_000_000_000_000n, wing: 150_000_000_000_000_000n },
      headlineMs: 30 * 86_400_000,
      book: {
        spotPosition: ruleOf("ETH-USD.spot-index").index,
        lambda: 4_000_000_000_000_000_000n,
        rest: 1_200_000_000_000_000_000n,
        spotTolerance: 300_000_000_000_000n,
        premiumTolerance: 125_000_000_000_000_000n,
        floor: 5_000_000_000_000n,
        settlementWindowMs: 1_800_000,
        gas: { spot: 7_150, slice: 12_000 },
      },
    });
  });

  test("find the spot feed of a book wherever it stands, and refuse a book without it", () => {
    const moved = toRules(feeds.toReversed());
    for (const { name, shape } of moved) {
      if (shape.type !== "surface") continue;
      expect(moved[shape.book!.spotPosition]!.name).toBe(`${name.slice(0, 7)}.spot-index`);
    }
    expect(() => toRules([shippedFeed("BTC-USD.vol-surface")])).toThrow(
      /the option book of BTC-USD.vol-surface needs BTC-USD.spot-index in the set/,
    );
  });

  test("need no spot feed for a surface without a book", () => {
    const plain = definitionOf(withValue(feedJson("BTC-USD.vol-surface"), ["method", "book"], null));
    const feed: LinkedFeed = { ...shippedFeed("BTC-USD.vol-surface"), definition: plain };
    expect(toRules([feed])[0]!.shape).toMatchObject({ type: "surface", book: null });
  });

  test("say when settlements are: daily at 08:00 UTC, or every so often", () => {
    expect(ruleOf("BTC-USD.settlement").shape).toEqual({
      type: "settlement",
      periodMs: 86_400_000,
      offsetMs: 28_800_000,
      windowMs: 1_800_000,
      minCoveragePpm: 950_000,
    });
    const schedule = { type: "every", periodMs: 300_000, offsetMs: 7_000 };
    const changed = withValue(feedJson("BTC-USD.settlement"), ["method", "schedule"], schedule);
    const quick = definitionOf(
      withValue(withValue(changed, ["method", "windowMs"], 60_000), ["method", "minCoverage"], "1"),
    );
    expect(toRules(linkedSet([quick, shippedFeed("BTC-USD.spot-index").definition]))[0]!.shape).toEqual({
      type: "settlement",
      periodMs: 300_000,
      offsetMs: 7_000,
      windowMs: 60_000,
      minCoveragePpm: 1_000_000,
    });
  });

  test("are refused for a name that stands twice", () => {
    expect(() => toRules([...feeds, feeds[0]!])).toThrow(/feed BTC-USD.spot-index stands twice/);
  });
});

test("the set's root is over index order, count included, by hand", () => {
  const rules = toRules(feeds);
  const bytes = concatBytes(
    asciiBytes("TENOR/FEEDSET/1"),
    Uint8Array.of(0, 26),
    ...rules.flatMap((rule) => [fromHex(rule.feedId), fromHex(rule.definitionDigest)]),
  );
  expect(bytes.length).toBe(15 + 2 + 26 * 64);
  expect(feedSetRoot(rules)).toBe(toHex(keccak_256(bytes)));
  expect(feedSetRoot(rules.toReversed())).not.toBe(feedSetRoot(rules));
  expect(feedSetRoot(rules.slice(0, 3))).not.toBe(feedSetRoot(rules));
  expect(feedSetRoot([])).toBe(toHex(keccak_256(concatBytes(asciiBytes("TENOR/FEEDSET/1"), Uint8Array.of(0, 0)))));
});
