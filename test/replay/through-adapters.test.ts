/** What a node makes of this market: its own adapters and methods, over HTTP, held against the market's truth. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fixedToNumber } from "../../src/base/fixed.ts";
import type { FeedDefinition } from "../../src/feeds/definition.ts";
import { evaluate } from "../../src/feeds/evaluate.ts";
import type { Evaluation } from "../../src/feeds/evaluation.ts";
import { parseDefinition } from "../../src/feeds/parse-definition.ts";
import { subscriptionsOf } from "../../src/feeds/subscriptions.ts";
import type { MarketSnapshot, SourceGap, SpotQuote, IndexQuote, OptionChain } from "../../src/market/quote.ts";
import { parseBody, requestPath } from "../../src/sources/adapters.ts";
import { sourceName } from "../../src/sources/subscription.ts";
import { listedExpiries } from "../../src/sim/market/calendar.ts";
import { DATA, getJson, openMarket, postFault, present, skipNote, START_MS, type TestMarket } from "./support.ts";

const NAMES = ["BTC-USD.spot-index", "ETH-USD.spot-index", "BTC-USD.iv-atm-30d", "ETH-USD.iv-atm-30d"] as const;
const CHAIN = "exchanges/deribit/chain_20260113T092145Z.csv";
const MINUTES = "quant/market/btc_1m_20230301_20230321_multi.csv";
const here = present(CHAIN, MINUTES);

function definition(name: string): FeedDefinition {
  const file = join(import.meta.dirname, `../../feeds/${name}.json`);
  const parsed = parseDefinition(JSON.parse(readFileSync(file, "utf8")), `${name}.json`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

async function snapshotOf(market: TestMarket, definitions: readonly FeedDefinition[]): Promise<MarketSnapshot> {
  const spots: SpotQuote[] = [];
  const indices: IndexQuote[] = [];
  const chains: OptionChain[] = [];
  const gaps: SourceGap[] = [];
  const takenAtMs = market.clock.nowMs;
  for (const subscription of subscriptionsOf(definitions)) {
    const base = subscription.venue === "deribit" ? "/deribit/api/v2" : `/${subscription.venue}`;
    const response = await fetch(market.url + base + requestPath(subscription));
    const text = await response.text();
    const parsed = parseBody(text, subscription, takenAtMs, { allowTestnet: false });
    if (response.status !== 200 || parsed.kind === "gap") {
      const reason = parsed.kind === "gap" ? parsed.reason : "server-error";
      gaps.push({
        venue: subscription.venue,
        source: sourceName(subscription),
        reason,
        detail: "",
        sinceMs: takenAtMs,
      });
      continue;
    }
    const { quote } = parsed;
    if (quote.kind === "spot") spots.push(quote.value);
    else if (quote.kind === "index") indices.push(quote.value);
    else if (quote.kind === "options") chains.push(quote.value);
  }
  return { takenAtMs, spots, indices, chains, futures: [], candles: [], gaps };
}

function valueOf(evaluation: Evaluation): number {
  if (evaluation.kind === "missing") throw new Error(`${evaluation.reason}: ${evaluation.detail}`);
  return fixedToNumber(evaluation.value, 8);
}

describe("nodes in the market", () => {
  test("all four feeds evaluate within the market's bounds, at every moment of a quick hour", async () => {
    const definitions = NAMES.map(definition);
    const market = await openMarket({ seed: 77, speed: 60 });
    for (let i = 0; i < 60; i++) {
      market.clock.nowMs = START_MS + i * 1_033;
      const snapshot = await snapshotOf(market, definitions);
      expect(snapshot.gaps).toEqual([]);
      for (const chain of snapshot.chains) expect(chain.refused).toEqual({});
      for (const feed of definitions) {
        const evaluation = evaluate(feed, snapshot);
        const bounds = await getJson<{ low: number; high: number }>(
          market,
          `/truth?feed=${feed.name}&atMs=${market.clock.nowMs}&windowMs=0`,
        );
        expect(valueOf(evaluation)).toBeGreaterThanOrEqual(bounds.low);
        expect(valueOf(evaluation)).toBeLessThanOrEqual(bounds.high);
        expect(evaluation.excluded).toEqual([]);
      }
    }
  });

  test("the two expiries around 30 days always lie between the feed's 7 and 75 days", () => {
    for (const name of NAMES) {
      const feed = definition(name);
      if (feed.kind !== "iv-atm") continue;
      for (let timeMs = START_MS; timeMs < START_MS + 4 * 365 * 86_400_000; timeMs += 5 * 3_600_000) {
        const days = listedExpiries(timeMs).map((expiryMs) => (expiryMs - timeMs) / 86_400_000);
        expect(days.findLast((value) => value <= 30)).toBeGreaterThanOrEqual(feed.method.minExpiryDays);
        expect(days.find((value) => value > 30)).toBeLessThanOrEqual(feed.method.maxExpiryDays);
      }
    }
  });

  test("×1000, a frozen book and HTML on three venues leave spot missing, never wrong", async () => {
    const definitions = [definition("BTC-USD.spot-index")];
    const market = await openMarket({ seed: 78 });
    for (const [venue, fault] of [
      ["coinbase", "x1000"],
      ["kraken", "html"],
      ["bitstamp", "frozen"],
    ] as const)
      await postFault(market, { venue, fault });
    market.clock.nowMs += 20_000;
    expect(evaluate(definitions[0]!, await snapshotOf(market, definitions))).toMatchObject({
      kind: "missing",
      reason: "too-few-sources",
    });
  });

  test.skipIf(!here)(
    `the chain of 13 January 2026 gives its own at-the-money vol at any hour of today, and spot from its index${skipNote(here)}`,
    async () => {
      const definitions = NAMES.map(definition);
      for (const hour of [0, 5, 9, 13, 18, 22]) {
        const startMs = Date.UTC(2026, 10, 23, hour, 21, 45);
        const market = await openMarket({ startMs, tape: { chain: join(DATA, CHAIN) } });
        const snapshot = await snapshotOf(market, definitions);
        expect(snapshot.gaps).toEqual([]);
        for (const feed of definitions) {
          const truth = await getJson<{ value: number; low: number; high: number }>(market, `/truth?feed=${feed.name}`);
          const value = valueOf(evaluate(feed, snapshot));
          expect(value, `${feed.name} at ${hour}:00`).toBeGreaterThanOrEqual(truth.low);
          expect(value, `${feed.name} at ${hour}:00`).toBeLessThanOrEqual(truth.high);
          if (feed.kind === "iv-atm") expect(Math.abs(value - truth.value)).toBeLessThan(0.005);
        }
      }
    },
  );

  test.skipIf(!here)(
    `11 March 2023: BTC spot never leaves BTC/USD while stablecoins break, and ETH is missing${skipNote(here)}`,
    async () => {
      const definitions = [definition("BTC-USD.spot-index"), definition("ETH-USD.spot-index")];
      const market = await openMarket({ tape: { minutes: join(DATA, MINUTES), speed: 60, fromUnix: 1_678_492_800 } });
      let published = 0;
      for (let minute = 0; minute < 1_440; minute += 12) {
        market.clock.nowMs = START_MS + minute * 1_000 + 333;
        const snapshot = await snapshotOf(market, definitions);
        const truth = await getJson<{ value: number; low: number; high: number }>(
          market,
          "/truth?feed=BTC-USD.spot-index",
        );
        const value = valueOf(evaluate(definitions[0]!, snapshot));
        expect(value >= truth.low && value <= truth.high).toBe(true);
        expect(Math.abs(value / truth.value - 1)).toBeLessThan(0.005);
        expect(evaluate(definitions[1]!, snapshot).kind).toBe("missing");
        published++;
      }
      expect(published).toBe(120);
    },
  );
});
