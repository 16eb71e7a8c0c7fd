import { describe, expect, test } from "vitest";
import { Backtest, GAS } from "../../../src/cli/feed/backtest-result.ts";
import { type TapeStep, TapeRun } from "../../../src/cli/feed/tape-run.ts";
import type { LoadedFeed } from "../../../src/cli/feed/definitions.ts";
import { toRules } from "../../../src/feeds/feed-id.ts";
import type { MarketSnapshot } from "../../../src/market/quote.ts";
import { shippedFeed, withValue } from "../../feeds/support/definitions.ts";
import type { FeedDefinition } from "../../../src/feeds/definition.ts";
import { chainOf, FLAT_CHAIN, NOW_MS, snapshot, healthyBooks } from "../../feeds/support/snapshots.ts";

function loaded(name: string, change: (definition: FeedDefinition) => FeedDefinition = (same) => same): LoadedFeed {
  const linked = shippedFeed(name);
  const feed = { ...linked, definition: change(linked.definition) };
  const feeds = feed.spot === null ? [feed] : [{ definition: feed.spot, spot: null }, feed];
  return { file: `${name}.json`, feed, feeds, rules: toRules(feeds) };
}

/** The market `seconds` after the start, its quotes just in. */
function at(seconds: number, price: number | null, chain = false): MarketSnapshot {
  const shiftMs = seconds * 1_000;
  const takenAtMs = NOW_MS + shiftMs;
  const spots =
    price === null
      ? []
      : healthyBooks(price).map((quote) => ({
          ...quote,
          timeMs: takenAtMs - 500,
          receivedAtMs: takenAtMs - 500,
          unchangedSinceMs: takenAtMs - 500,
        }));
  const chains = chain && price !== null ? [chainOf({ ...FLAT_CHAIN, spot: price, atMs: takenAtMs - 1_000 })] : [];
  return snapshot({ takenAtMs, spots, chains });
}

function run(
  feed: LoadedFeed,
  snapshots: readonly MarketSnapshot[],
): { readonly steps: readonly TapeStep[]; readonly result: ReturnType<Backtest["result"]> } {
  const [tape, backtest] = [new TapeRun(feed), new Backtest(feed.feed.definition)];
  const steps = snapshots.map((one) => tape.step(one));
  for (const step of steps) backtest.add(step);
  return { steps, result: backtest.result() };
}

describe("a price over a tape", () => {
  const calm = Array.from({ length: 20 }, (_, i) => at(i, 90_000));

  test("that stands still is published once", () => {
    const { steps, result } = run(loaded("BTC-USD.spot-index"), calm);
    expect(steps.map(({ reason }) => reason).filter((reason) => reason !== null)).toEqual(["first"]);
    expect(result).toMatchObject({ steps: 20, withValue: 20, missing: [], updates: [["first", 1]] });
    expect(result.mispricing).toMatchObject({ max: 0 });
    // The first publication is not a pace: heartbeats are.
    expect(result.updatesPerDay).toBeCloseTo(86_400 / (3_600 - 60), 9);
    expect(result.gasPerDay.alone).toBe(Math.round(result.updatesPerDay * GAS.single));
  });

  test("that moves by more than the deviation is published again, and stale by what it moved before", () => {
    const { steps, result } = run(loaded("BTC-USD.spot-index"), [...calm, at(20, 90_080), at(21, 90_100)]);
    expect(steps.at(-2)?.reason).toBeNull();
    // The converted book stands a hair off: 0.03 bp of the price.
    expect(steps.at(-2)?.published).toBeCloseTo(90_000, 0);
    expect(steps.at(-1)?.reason).toBe("deviation");
    expect(result.updates).toEqual([
      ["deviation", 1],
      ["first", 1],
    ]);
    expect(result.mispricing?.max).toBeCloseTo((80 / 90_080) * 10_000, 3);
    expect(result.updatesPerDay).toBeCloseTo(86_400 / 21, 9);
  });

  test("that is lost says so once after its grace, and when it is back", () => {
    const gone = Array.from({ length: 10 }, (_, i) => at(20 + i, null));
    const { steps, result } = run(loaded("BTC-USD.spot-index"), [...calm, ...gone, at(30, 90_000)]);
    expect(steps.map(({ reason }) => reason).filter((reason) => reason !== null)).toEqual([
      "first",
      "lost",
      "recovered",
    ]);
    expect(result.missing).toEqual([["too-few-sources", 10]]);
    expect(result.withValue).toBe(21);
  });

  test("is published at its heartbeat", () => {
    const { result } = run(loaded("BTC-USD.spot-index"), [at(0, 90_000), at(3_539, 90_000), at(3_540, 90_000)]);
    expect(result.updates).toEqual([
      ["first", 1],
      ["heartbeat", 1],
    ]);
  });
});

test("a surface is agreed on every tenth step, and its book judges what readers hold", { timeout: 60_000 }, () => {
  const { steps, result } = run(
    loaded("BTC-USD.vol-surface"),
    Array.from({ length: 31 }, (_, i) => at(i, i < 25 ? 92_500 : 93_200, true)),
  );
  expect(steps.slice(0, 9).every(({ value }) => value === null)).toBe(true);
  expect(steps[9]).toMatchObject({ reason: "first", bookU: 0 });
  expect(steps[9]?.value).toBeCloseTo(0.4, 3);
  // Spot jumps by 76 bp: the book sends it along before the surface is agreed on again, and no reader is left with a wrong price.
  expect(steps[25]?.entries).toBeGreaterThan(0);
  expect(result.bookU?.max).toBeLessThanOrEqual(4);
});

test("a settlement window is sampled step by step and fixed at its expiry", () => {
  const every = (definition: FeedDefinition): FeedDefinition =>
    withValue(definition, ["method"], {
      ...definition.method,
      schedule: { type: "every", periodMs: 60_000, offsetMs: (NOW_MS + 30_000) % 60_000 },
      windowMs: 20_000,
    }) as FeedDefinition;
  const { steps, result } = run(
    loaded("BTC-USD.settlement", every),
    Array.from({ length: 36 }, (_, i) => at(i, i < 20 ? 90_000 : 90_200)),
  );
  expect(result.updates).toEqual([["final", 1]]);
  const fixed = steps.find(({ reason }) => reason === "final");
  // Ten seconds at each price.
  expect(fixed?.published).toBeCloseTo(90_100, 0);
});
