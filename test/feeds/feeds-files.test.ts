import { describe, expect, test } from "vitest";
import { SPOT_VENUES } from "../../src/market/venue.ts";
import { feedId, toRules } from "../../src/feeds/feed-id.ts";
import { describeProblem, parseDefinition } from "../../src/feeds/parse-definition.ts";
import { FEED_NAMES, feedJson, feedText, shippedFeeds } from "./support/definitions.ts";

test.each(FEED_NAMES)("%s of the repository is a good definition under its own file name", (name) => {
  const parsed = parseDefinition(feedText(name), `feeds/${name}.json`);
  expect(parsed.ok ? [] : parsed.problems.map(describeProblem)).toEqual([]);
  expect(parsed).toMatchObject({ ok: true, definition: { name, $schema: "./feed.schema.json" } });
});

test.each(["BTC-USD", "ETH-USD"])(
  "the spot index of %s reads every venue with a spot book, most of the weight in dollars",
  (symbol) => {
    const parsed = parseDefinition(feedText(`${symbol}.spot-index`), "x.json");
    if (!parsed.ok || parsed.definition.kind !== "spot-index") expect.fail("no spot index");
    const { markets } = parsed.definition.method;
    expect(markets.map(({ venue }) => venue).sort()).toEqual([...SPOT_VENUES].sort());
    const weightOf = (quote: string) =>
      markets.filter((market) => market.quote === quote).reduce((sum, { weight }) => sum + weight, 0);
    // Any two dollar books may be lost, and dollars still hold more than half of the weight.
    expect(weightOf("USD") - 4).toBeGreaterThan(weightOf("USDT"));
  },
);

describe("the shipped set", () => {
  const feeds = shippedFeeds();

  test("has every kind for BTC and for ETH, and what is in one is in the other", () => {
    const kindsOf = (symbol: string) =>
      new Set(feeds.filter(({ definition }) => definition.symbol === symbol).map(({ definition }) => definition.kind));
    expect(kindsOf("BTC-USD").size).toBe(10);
    expect(kindsOf("ETH-USD")).toEqual(kindsOf("BTC-USD"));
    const suffixes = (symbol: string) =>
      FEED_NAMES.filter((name) => name.startsWith(symbol)).map((name) => name.slice(name.indexOf(".")));
    expect(suffixes("ETH-USD")).toEqual(suffixes("BTC-USD"));
  });

  test("makes rules, under different ids and digests", () => {
    const rules = toRules(feeds);
    expect(new Set(rules.map((rule) => rule.feedId)).size).toBe(feeds.length);
    expect(new Set(rules.map((rule) => rule.definitionDigest)).size).toBe(feeds.length);
    expect(rules[0]!.feedId).toBe(feedId("BTC-USD.spot-index", "spot-index"));
  });

  test("spreads its surfaces over different rounds", () => {
    const phases = toRules(feeds).flatMap(({ shape }) =>
      shape.type === "surface" ? [`${shape.phase} of ${shape.everyRounds}`] : [],
    );
    expect(phases).toEqual(["0 of 10", "5 of 10"]);
  });

  test("is the same method for both coins: only names, units, bounds, words and phases differ", () => {
    const methodOf = (name: string) => {
      const { method, heartbeatMs, deviation, agreement, contingency, minSources, minOwners } = feedJson(name);
      const text = JSON.stringify({ method, heartbeatMs, deviation, agreement, contingency, minSources, minOwners });
      return text.replaceAll("ETH", "BTC").replace(/"phase":\d+/, '"phase":0');
    };
    for (const name of FEED_NAMES.filter((one) => one.startsWith("BTC"))) {
      expect(methodOf(name.replace("BTC", "ETH")), name).toBe(methodOf(name));
    }
  });
});
