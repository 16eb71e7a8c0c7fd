import { describe, expect, test } from "vitest";
import type { MarketSnapshot } from "../../src/market/quote.ts";
import type { RecordedReply } from "../../src/market/recording.ts";
import { type RecordedSnapshotOptions, recordedSnapshots } from "../../src/sources/recorded-snapshots.ts";
import { CANDLE_ADAPTERS, requestsOf } from "../../src/sources/adapters.ts";
import { type Subscription, sourceName } from "../../src/sources/subscription.ts";
import { DERIBIT_BTC, NOW_MS, OPTION_ROWS, SPOT_BTC, binanceBody, krakenBody, rowsBody } from "./bodies.ts";

const STEP_MS = 300_000;
const CANDLES = { ...SPOT_BTC.binance, kind: "candles", intervalMs: STEP_MS, days: 1 } as const;

function heard(subscription: Subscription, receivedMs: number, body: string, status = 200): RecordedReply {
  const path =
    subscription.kind === "candles"
      ? CANDLE_ADAPTERS[subscription.venue].path(subscription, { fromMs: 0, toMs: 0 })
      : requestsOf(subscription)[0]!.path;
  return {
    venue: subscription.venue,
    source: sourceName(subscription),
    path,
    status,
    contentType: "application/json",
    sentMs: receivedMs - 20,
    receivedMs,
    body,
  };
}

const kline = (openMs: number, close: string) => [openMs, "10", "20", "5", close, "1", openMs + STEP_MS - 1];

async function all(
  replies: readonly RecordedReply[],
  options: RecordedSnapshotOptions,
): Promise<readonly MarketSnapshot[]> {
  const snapshots: MarketSnapshot[] = [];
  for await (const one of recordedSnapshots(replies, options)) snapshots.push(one);
  return snapshots;
}

describe("snapshots of a recording", () => {
  const both = [SPOT_BTC.kraken, SPOT_BTC.binance];
  const replies = [
    heard(SPOT_BTC.kraken, NOW_MS + 300, krakenBody()),
    heard(SPOT_BTC.binance, NOW_MS + 1_400, binanceBody()),
    heard(SPOT_BTC.kraken, NOW_MS + 2_300, krakenBody()),
    heard(SPOT_BTC.kraken, NOW_MS + 3_300, "busy", 503),
    heard(SPOT_BTC.kraken, NOW_MS + 4_300, krakenBody('"1.0"', '"1.1"')),
  ];

  test("one a step, each of all that was received until then and of nothing later", async () => {
    const snapshots = await all(replies, { subscriptions: both, stepMs: 1_000 });
    expect(snapshots.map(({ takenAtMs }) => takenAtMs - NOW_MS)).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
    expect(snapshots.map(({ spots }) => spots.map(({ venue }) => venue).join())).toEqual([
      "kraken",
      "kraken,binance",
      "kraken,binance",
      "kraken,binance",
      "kraken,binance",
    ]);
    expect(snapshots.map(({ gaps }) => gaps.map(({ source, reason }) => `${source} ${reason}`).join())).toEqual([
      "binance:BTC-USDT never-fetched",
      "",
      "",
      "kraken:BTC-USD server-error",
      "",
    ]);
    // The collector's memory too: since when a book says the same, and the last good quote of a venue that is ill.
    expect(snapshots[3]!.spots[0]).toMatchObject({
      bid: 78493.7,
      receivedAtMs: NOW_MS + 2_300,
      unchangedSinceMs: NOW_MS + 300,
    });
    expect(snapshots[4]!.spots[0]).toMatchObject({ bid: 1, unchangedSinceMs: NOW_MS + 4_300 });
  });

  test("from and to are kept, before the first reply and after the last", async () => {
    const range = { fromMs: NOW_MS - 1_000, toMs: NOW_MS + 7_500 };
    const wide = await all(replies, { subscriptions: both, stepMs: 2_500, ...range });
    expect(wide.map(({ takenAtMs }) => takenAtMs - NOW_MS)).toEqual([-1_000, 1_500, 4_000, 6_500]);
    expect(wide[0]!.gaps.map(({ reason }) => reason)).toEqual(["never-fetched", "never-fetched"]);
    const early = await all(replies, { subscriptions: both, stepMs: 1_000, toMs: NOW_MS + 2_000 });
    expect(early.length).toBe(2);
    expect(await all([], { subscriptions: both, stepMs: 1_000 })).toEqual([]);
    await expect(all(replies, { subscriptions: both, stepMs: 0 })).rejects.toThrow(/step/);
  });

  test("candles add up as in the collector, and chains come through their adapter", async () => {
    const bar = NOW_MS - STEP_MS;
    const said = [
      heard(
        CANDLES,
        NOW_MS + 3_500,
        JSON.stringify([kline(bar - STEP_MS, "11"), kline(bar, "12"), kline(NOW_MS, "13")]),
      ),
      heard(DERIBIT_BTC.options, NOW_MS + 3_600, rowsBody(OPTION_ROWS)),
      heard(CANDLES, NOW_MS + 4_000, "[]"),
      heard(CANDLES, NOW_MS + STEP_MS + 4_000, JSON.stringify([kline(bar, "12"), kline(NOW_MS, "14")])),
      heard(SPOT_BTC.kraken, NOW_MS + STEP_MS + 5_000, krakenBody()),
    ];
    const snapshots = await all(said, { subscriptions: [CANDLES, DERIBIT_BTC.options], stepMs: 60_000 });
    const first = snapshots[0]!;
    expect(first.candles[0]!.closes.map(({ close }) => close)).toEqual([11, 12]);
    expect(first.chains[0]!.options.length).toBe(2);
    expect(first.gaps).toEqual([]);
    const last = snapshots.at(-1)!;
    expect(last.candles[0]!.closes.map(({ close }) => close)).toEqual([11, 12, 14]);
    // What nobody subscribed to is not there.
    expect(last.spots).toEqual([]);
  });
});
