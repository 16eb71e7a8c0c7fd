import { describe, expect, test } from "vitest";
import type { MarketSnapshot } from "../../src/market/quote.ts";
import { toRules } from "../../src/feeds/feed-id.ts";
import { MarketEye } from "../../src/node/market-eye.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { definitionOf, feedJson, linkedSet, shippedFeeds, withValue } from "../feeds/support/definitions.ts";
import { book, index, NOW_MS, snapshot } from "../feeds/support/snapshots.ts";
import { HandClock, notebook } from "./support/members.ts";

const feeds = linkedSet(["BTC-USD.spot-index", "BTC-USD.iv-atm-30d"].map((name) => definitionOf(feedJson(name))));
const moment = { round: 10, slotTimeMs: NOW_MS, latest: null };
const noWindows = { window: () => null };

const spots = (price: number) => [
  book("coinbase", "BTC-USD", price),
  book("kraken", "BTC-USD", price),
  book("bitstamp", "BTC-USD", price),
];
const market = snapshot({ spots: spots(95_000), indices: [index(95_000)] });

function eye(first: MarketSnapshot, own = feeds) {
  const { log, lines } = notebook();
  const metrics = new Metrics();
  const seen = { snapshot: first, askedMs: [] as number[] };
  const collector = {
    snapshot: (nowMs: number) => {
      seen.askedMs.push(nowMs);
      return seen.snapshot;
    },
  };
  const clock = new HandClock(NOW_MS);
  const watching = new MarketEye(
    { feeds: own, rules: toRules(own) },
    { collector, windows: () => noWindows, clock, log, metrics },
  );
  return { eye: watching, lines, metrics, seen, clock };
}

describe("a node's own view", () => {
  test("is one value a feed in index order, in the feed's decimals, null where there is none", () => {
    const { eye: watching, seen } = eye(market);
    expect(watching.observe(moment)).toEqual([9_500_000_000_000n, null]);
    expect(seen.askedMs).toEqual([NOW_MS]);
  });

  test("is kept for the page, with its sources or its reason", () => {
    const { eye: watching } = eye(market);
    expect(watching.own("BTC-USD.spot-index")).toBeUndefined();
    watching.observe(moment);
    expect(watching.own("BTC-USD.spot-index")).toMatchObject({ kind: "value", value: 9_500_000_000_000n });
    expect(watching.own("BTC-USD.iv-atm-30d")).toMatchObject({ kind: "missing" });
    expect(watching.missing()).toEqual(["BTC-USD.iv-atm-30d"]);
    expect(watching.own("no such feed")).toBeUndefined();
  });

  test("is missing, not wrong, with fewer sources than the feed needs", () => {
    const { eye: watching } = eye(snapshot({ spots: spots(95_000).slice(0, 2) }));
    expect(watching.observe(moment)[0]).toBeNull();
    expect(watching.own("BTC-USD.spot-index")).toMatchObject({ kind: "missing", reason: "too-few-sources" });
  });
});

describe("what is told of it", () => {
  test("is one line when a feed gains or loses its value, not one a slot", () => {
    const { eye: watching, lines, seen } = eye(market, feeds.slice(0, 1));
    for (let i = 0; i < 5; i++) watching.observe(moment);
    seen.snapshot = snapshot();
    for (let i = 0; i < 5; i++) watching.observe(moment);
    seen.snapshot = market;
    for (let i = 0; i < 5; i++) watching.observe(moment);
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ["info", "feed has a value here"],
      ["warn", "feed has no value here"],
      ["info", "feed has a value here"],
    ]);
    expect(lines[1]!.fields).toMatchObject({ feed: "BTC-USD.spot-index", reason: "too-few-sources" });
  });

  test("is counted: the value, the slots without one, and each source left out with its reason", async () => {
    const outlier = [
      ...spots(95_000),
      book("binance", "BTC-USDT", 95_000_000),
      book("kraken", "USDT-USD", 1),
      book("coinbase", "USDT-USD", 1),
    ];
    const {
      eye: watching,
      metrics,
      seen,
    } = eye(snapshot({ spots: outlier, indices: [index(95_000)] }), feeds.slice(0, 1));
    watching.observe(moment);
    const first = await metrics.text();
    expect(first).toContain('tenor_own_feed_value{feed="BTC-USD.spot-index"} 95000');
    expect(first).toMatch(
      /tenor_excluded_sources\{feed="BTC-USD\.spot-index",source="binance[^"]*",reason="outlier"\} 1/,
    );
    seen.snapshot = snapshot();
    watching.observe(moment);
    watching.observe(moment);
    const second = await metrics.text();
    expect(second).toContain('tenor_own_feed_missing_total{feed="BTC-USD.spot-index",reason="too-few-sources"} 2');
    // Yesterday's exclusion is not today's.
    expect(second).not.toContain('reason="outlier"');
  });
});

test("prices that no field could hold make a feed missing, not a slot fail", () => {
  const wide = definitionOf(withValue(feedJson("BTC-USD.spot-index"), ["bounds", "high"], "1000000000"));
  const { eye: watching } = eye(snapshot({ spots: spots(1e35) }), linkedSet([wide]));
  expect(watching.observe(moment)).toEqual([null]);
});

describe("what is read ahead of a slot", () => {
  const timeout = {
    venue: "deribit",
    source: "deribit:BTC.options",
    reason: "timeout",
    detail: "6 s",
    sinceMs: 0,
  } as const;
  const later = snapshot({ spots: spots(96_000), indices: [index(96_000)], gaps: [timeout] });

  test("is said in it: volatilities as they were, spot as it is", () => {
    const { eye: watching, seen, clock } = eye(market);
    watching.prepare();
    seen.snapshot = later;
    clock.wallMs += 150;
    expect(watching.observe(moment)[0]).toBe(9_600_000_000_000n);
    expect(JSON.stringify(watching.own("BTC-USD.iv-atm-30d")?.excluded)).not.toContain("timeout");
  });

  test("serves one slot, and none half a second later", () => {
    const { eye: watching, seen, clock } = eye(market);
    watching.prepare();
    seen.snapshot = later;
    clock.wallMs += 501;
    watching.observe(moment);
    expect(JSON.stringify(watching.own("BTC-USD.iv-atm-30d")?.excluded)).toContain("timeout");
    seen.snapshot = market;
    watching.observe(moment);
    expect(JSON.stringify(watching.own("BTC-USD.iv-atm-30d")?.excluded)).not.toContain("timeout");
  });
});

describe("a surface", () => {
  const surface = shippedFeeds().filter(({ definition: { name } }) =>
    ["BTC-USD.spot-index", "BTC-USD.vol-surface"].includes(name),
  );

  test("is looked at in the rounds that agree on it, and in no other", () => {
    const { eye: watching } = eye(market, surface);
    expect(watching.observe({ ...moment, round: 11 })[1]).toBeNull();
    expect(watching.own("BTC-USD.vol-surface")).toBeUndefined();
    watching.observe({ ...moment, round: 20 });
    expect(watching.own("BTC-USD.vol-surface")).toMatchObject({ kind: "missing", reason: "no-chain" });
  });
});

test("the spot index of a feed that refers to one is a number for its own sampler", () => {
  const settlement = shippedFeeds().find(({ definition: { name } }) => name === "BTC-USD.settlement")!;
  const { eye: watching, seen } = eye(market);
  expect(watching.spotOf(settlement)).toBe(95_000);
  seen.snapshot = snapshot();
  expect(watching.spotOf(settlement)).toBeNull();
});
