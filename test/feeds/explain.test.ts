import { describe, expect, test } from "vitest";
import { explainFeed } from "../../src/feeds/explain.ts";
import { definitionDigest } from "../../src/feeds/feed-id.ts";
import type { FeedDefinition } from "../../src/feeds/definition.ts";
import { methodologyText } from "../../src/feeds/methodology-text.ts";
import { shippedFeed, shippedFeeds, withValue } from "./support/definitions.ts";

/** What decides how much work a node does, or is said by the heading of the kind: no sentence for it. */
const UNSAID = [
  /^method\.phase$/,
  /^method\.book\.(gas\.|settlementWindowMs)/,
  /^method\.startVol$/,
  /^method\.minExpiries$/,
  /^decimals$/,
  /^version$/,
];

/** Rules of marks: kinds that read the smile off bids and asks carry them and do not look at them. */
const OF_MARKS = /^method\.chain\.(priceTolerance|parityTolerance)/;

type Leaf = readonly [path: readonly (string | number)[], value: unknown];

function leavesOf(value: unknown, path: readonly (string | number)[] = []): Leaf[] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((item: unknown, i) => leavesOf(item, [...path, i]));
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
}

const said = (feed: ReturnType<typeof shippedFeed>): string =>
  explainFeed(feed)
    .filter(({ heading }) => heading !== "Names and hashes")
    .map(({ lines }) => lines.join("\n"))
    .join("\n");

describe("an explanation", () => {
  test("follows a book in another currency through its conversion", () => {
    expect(said(shippedFeed("BTC-USD.spot-index"))).toContain(
      "level 2: binance BTC-USDT [USDT/BTC] × USDT-USD [USD/USDT] = USD/BTC, weight 1 of 4, owner Binance; the rate is that of kraken, coinbase, never its own",
    );
  });

  for (const feed of shippedFeeds()) {
    const { name } = feed.definition;
    if (!name.startsWith("BTC")) continue;

    test(`of ${name} changes with every number that nodes act on`, () => {
      const before = said(feed);
      const { method, bounds, deviation, agreement, heartbeatMs, heartbeatMarginMs, minSources, statusGraceMs } =
        feed.definition;
      const normative = { method, bounds, heartbeatMs, heartbeatMarginMs, minSources, statusGraceMs };
      const distances = feed.definition.kind === "settlement" ? { agreement } : { deviation, agreement };
      const parts =
        feed.definition.kind === "settlement"
          ? { method, bounds, agreement, minSources, statusGraceMs }
          : { ...normative, ...distances };
      const unsaid: string[] = [];
      for (const [path, value] of leavesOf(parts)) {
        const other =
          typeof value === "number" ? value + 7 : /^\d+(\.\d+)?$/.test(String(value)) ? `${String(value)}7` : null;
        const dotted = path.join(".");
        if (other === null || UNSAID.some((pattern) => pattern.test(dotted))) continue;
        if (feed.definition.kind !== "iv-atm" && OF_MARKS.test(dotted)) continue;
        // A definition that the checks would refuse can still be explained.
        const definition = withValue(feed.definition, path, other) as FeedDefinition;
        if (said({ ...feed, definition }) === before) unsaid.push(dotted);
      }
      expect(unsaid).toEqual([]);
    });

    test(`and the statement of ${name} carry its digest and every heading`, () => {
      const page = methodologyText(feed);
      expect(page).toContain(definitionDigest(feed));
      const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
      expect(headings).toEqual([
        "Purpose",
        "Inputs and their hierarchy",
        "Outlier and exclusion rules",
        "Computation",
        "Publication",
        "Contingency",
        "Names and hashes",
        "Limitations",
        "Manipulation",
        "Review",
        "Changelog",
      ]);
      expect(page).toContain(feed.definition.methodology.purpose);
      expect(page.endsWith("\n") && !page.endsWith("\n\n")).toBe(true);
    });
  }

  test("counts the days to the next review over months, years and 29 February", () => {
    const feed = shippedFeed("BTC-USD.spot-index");
    const reviewed = (reviewedOn: string, reviewEveryDays: number): string => {
      const methodology = { ...feed.definition.methodology, reviewedOn, reviewEveryDays };
      return methodologyText({ ...feed, definition: { ...feed.definition, methodology } });
    };
    expect(reviewed("2026-11-23", 180)).toContain("due by 2027-05-22,");
    expect(reviewed("2028-02-28", 2)).toContain("due by 2028-03-01,");
    expect(reviewed("2026-12-31", 730)).toContain("due by 2028-12-30,");
  });
});
