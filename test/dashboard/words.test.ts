import { describe, expect, test } from "vitest";
import type { FeedView } from "../../src/api/view.ts";
import {
  ceremonyWords,
  depthWords,
  spreadWords,
  feedBadge,
  feedExplanation,
  feedKind,
  feedRowWords,
  feedShort,
  feedTitle,
  reasonWords,
  roundBadge,
  settlementBadge,
  sourceWords,
} from "../../src/dashboard/words.ts";
import type { GapReason } from "../../src/market/quote.ts";
import { makeFixture } from "../api/fixture.ts";

/** Whether the code needs other words than itself without its dashes; a reason that is missing here does not compile. */
const GAP_REASONS: Readonly<Record<GapReason, boolean>> = {
  timeout: true,
  unreachable: false,
  "rate-limited": false,
  banned: false,
  "geo-blocked": true,
  "server-error": false,
  "not-json": true,
  "bad-shape": true,
  "venue-error": true,
  "no-quote": false,
  "zero-quote": true,
  "empty-book": false,
  "crossed-book": true,
  "locked-book": true,
  "out-of-range": false,
  stale: true,
  halted: true,
  delisted: true,
  maintenance: true,
  "too-large": true,
  "test-network": false,
  disconnected: true,
  silent: true,
  "sequence-gap": true,
  "not-subscribed": false,
  "never-fetched": true,
};

const NOW_MS = 1_768_300_000_000;
const { state } = makeFixture({ nowMs: NOW_MS });
const feed = state.feeds.find(({ name }) => name === "BTC-USD.spot-index")!;

describe("names", () => {
  test("a feed's name is split into what people call it", () => {
    expect(feedTitle("BTC-USD.spot-index")).toBe("BTC / USD");
    expect(feedKind("BTC-USD.spot-index", "spot-index")).toBe("Spot index");
    expect(feedKind("ETH-USD.iv-atm-30d", "iv-atm")).toBe("30-day at-the-money volatility");
    expect(feedKind("ETH-USD.funding-8h", "funding-8h")).toBe("Perpetual funding");
    expect(feedKind("ETH-USD.skew-25d-30d", "skew-25d")).toBe("30-day 25-delta skew");
    expect(feedKind("ETH-USD.open-interest", "open-interest")).toBe("Open interest");
    expect(feedRowWords("ETH-USD.iv-atm-30d", "iv-atm")).toBe("At the money, 30\u00a0d");
    expect(feedRowWords("ETH-USD.settlement", "settlement")).toBe("Settlement price");
    expect(feedShort("BTC-USD.realised-vol-7d")).toBe("BTC realised vol 7d");
    expect(feedShort("BTC-USD.vol-surface")).toBe("BTC surface");
    expect(feedShort("ETH-USD.iv-atm-30d")).toBe("ETH vol 30d");
    expect(feedShort("BTC-USD.spot-index")).toBe("BTC spot");
  });

  test("a source tells its instrument only where it is not the feed's own", () => {
    expect(sourceWords("coinbase:BTC-USD", "BTC-USD.spot-index")).toBe("Coinbase");
    expect(sourceWords("kraken:USDT-USD", "BTC-USD.spot-index")).toBe("Kraken USDT-USD");
    expect(sourceWords("deribit:BTC.options", "BTC-USD.iv-atm-30d")).toBe("Deribit BTC options");
    expect(sourceWords("newvenue")).toBe("newvenue");
  });

  test("every reason for a gap has words", () => {
    for (const [reason, isCode] of Object.entries(GAP_REASONS)) {
      expect(reasonWords(reason) === reason.replaceAll("-", " "), reason).toBe(!isCode);
    }
    expect(reasonWords("locked-book")).toBe("bid equals ask");
    expect(reasonWords("silent")).toBe("stream fell silent");
  });

  test("what it costs to move an index says at least where not all is known", () => {
    const depth = { downUsd: 12_340_000, upUsd: 999_600, isLowerBound: false, books: [] };
    expect(spreadWords(0.0412)).toBe("Half the spread of its books is 0.041\u202fbp.");
    expect(depthWords(depth)).toBe("Moving it 1\u202f% costs about $12.3m down, $1m up.");
    expect(depthWords({ ...depth, upUsd: 840, isLowerBound: true })).toBe(
      "Moving it 1\u202f% costs at least $12.3m down, $840 up.",
    );
  });

  test("an unknown reason is shown rather than hidden", () => {
    expect(reasonWords("rate-limited")).toBe("rate limited");
    expect(reasonWords("some-new-reason")).toBe("some new reason");
  });
});

describe("a feed's standing", () => {
  const at = (changes: Partial<FeedView>): FeedView => ({ ...feed, ...changes });

  test("an agreed value is good while it is fresh and stale after that", () => {
    expect(feedBadge(at({ timeMs: NOW_MS - 900 }), NOW_MS, 1_000)).toEqual({ tone: "good", text: "Agreed" });
    expect(feedBadge(at({ timeMs: NOW_MS - 65_000 }), NOW_MS, 1_000)).toEqual({
      tone: "warn",
      text: "Stale, 1 min 5 s",
    });
    // Slow slots: five of them are allowed to pass.
    expect(feedBadge(at({ timeMs: NOW_MS - 65_000 }), NOW_MS, 15_000).tone).toBe("good");
  });

  test("a surface is agreed on seldom and a settlement stands: neither is stale when a price would be", () => {
    const byName = (name: string): FeedView => state.feeds.find((one) => one.name === name)!;
    const surface = { ...byName("BTC-USD.vol-surface"), timeMs: NOW_MS - 20_000 };
    expect(feedBadge(surface, NOW_MS, 1_000)).toEqual({ tone: "good", text: "Agreed" });
    expect(feedBadge({ ...surface, timeMs: NOW_MS - 31_000 }, NOW_MS, 1_000).tone).toBe("warn");
    const settlement = byName("BTC-USD.settlement");
    const final = { ...settlement.settlement!, agreed: { ...settlement.settlement!.agreed!, phase: "final" as const } };
    expect(feedBadge({ ...settlement, timeMs: NOW_MS - 9e7, settlement: final }, NOW_MS, 1_000).text).toBe("Final");
    expect(feedBadge(settlement, NOW_MS, 1_000).text).toBe("Window running");
    expect(feedBadge({ ...settlement, settlement: { ...final, agreed: null } }, NOW_MS, 1_000).text).toBe("Waiting");
    expect(settlementBadge("pending").tone).toBe("warn");
  });

  test("every other status is said in words and explained", () => {
    expect(feedBadge(at({ status: "missing" }), NOW_MS, 1_000).text).toBe("Missing");
    expect(feedExplanation(at({ status: "ok" }))).toBe("");
    expect(feedExplanation(at({ status: "disputed" }))).toContain("too far apart");
    expect(feedExplanation(at({ status: "none" }))).toContain("Waiting");
    expect(
      feedExplanation(
        at({
          status: "missing",
          own: { kind: "missing", reason: "too-few-sources", detail: "", sources: [], inputs: [], excluded: [] },
        }),
      ),
    ).toContain("too few sources");
  });
});

test("a round says how it ended", () => {
  const round = state.round!;
  expect(roundBadge(round)).toEqual({ tone: "good", text: "Signed in 38 ms" });
  expect(roundBadge({ ...round, phase: "failed" }).tone).toBe("bad");
  expect(roundBadge({ ...round, phase: "proposed" }).text).toBe("Proposed by node 3");
});

test("the key ceremony says who is there and who was at fault, and nothing once the key exists", () => {
  expect(ceremonyWords({ phase: "complete", have: [], culprits: [] }, 4)).toBeNull();
  expect(ceremonyWords({ phase: "waiting", have: [1, 2], culprits: [] }, 4)).toContain("2 of 4 nodes are here");
  expect(ceremonyWords({ phase: "failed", have: [], culprits: [3] }, 4)).toContain("node 3 sent wrong shares");
  expect(ceremonyWords({ phase: "failed", have: [], culprits: [] }, 4)).toContain("names nobody");
});
