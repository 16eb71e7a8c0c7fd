/** What Prometheus is told of the venues. */
import { expect, test } from "vitest";
import { venueMetrics } from "../../src/node/venue-metrics.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { connection, NOW_MS, source, venue } from "./support/statistics.ts";

function reading(): {
  readonly read: (...given: Parameters<ReturnType<typeof venueMetrics>>) => void;
  readonly lines: () => Promise<readonly string[]>;
} {
  const metrics = new Metrics();
  const read = venueMetrics(metrics);
  return {
    read,
    lines: async () => (await metrics.text()).split("\n").filter((line) => line.startsWith("tenor_venue_")),
  };
}

test("each venue and each connection is in exactly one state", async () => {
  const { read, lines } = reading();
  read([source("kraken:BTC-USD")], [venue("kraken")], NOW_MS);
  const connections = [connection({ state: "down" }), connection({ name: "options", state: "connecting" })];
  read([source("kraken:BTC-USD")], [venue("kraken", { connections })], NOW_MS);
  const told = (await lines()).filter((line) => line.includes("state=") && line.endsWith(" 1"));
  expect(told.toSorted()).toEqual([
    'tenor_venue_connection_state{venue="kraken",connection="options",state="connecting"} 1',
    'tenor_venue_connection_state{venue="kraken",connection="spot",state="down"} 1',
    'tenor_venue_state{venue="kraken",state="degraded"} 1',
  ]);
});

test("counters follow what the collector counts, and never go back", async () => {
  const { read, lines } = reading();
  const counters = async () => (await lines()).filter((line) => line.includes("_total{"));
  const at = (frames: number, reconnects: number) =>
    read([], [venue("okx", { connections: [connection({ frames, reconnects })] })], NOW_MS);
  at(100, 0);
  at(250, 1);
  at(200, 1);
  expect(await counters()).toEqual([
    'tenor_venue_reconnects_total{venue="okx",connection="spot"} 1',
    'tenor_venue_frames_total{venue="okx",connection="spot"} 250',
  ]);
  at(260, 3);
  expect(await counters()).toEqual([
    'tenor_venue_reconnects_total{venue="okx",connection="spot"} 3',
    'tenor_venue_frames_total{venue="okx",connection="spot"} 260',
  ]);
});

test("a clock is told in seconds, and no more when nobody knows it", async () => {
  const { read, lines } = reading();
  const clock = async () => (await lines()).filter((line) => line.includes("clock_offset"));
  read([], [venue("bybit", { clockOffsetMs: -2_500 })], NOW_MS);
  expect(await clock()).toEqual(['tenor_venue_clock_offset_seconds{venue="bybit"} -2.5']);
  read([], [venue("bybit", { clockOffsetMs: null })], NOW_MS);
  expect(await clock()).toEqual([]);
});

test("a budget is told as the part that is left, each bucket for itself, and an empty one is nothing left", async () => {
  const { read, lines } = reading();
  const budgets = [
    { bucket: "spot", credits: 25, of: 100, share: 0.25 },
    { bucket: "options", credits: 0, of: 0, share: 0 },
  ];
  read([], [venue("binance", { budgets })], NOW_MS);
  expect((await lines()).filter((line) => line.includes("budget"))).toEqual([
    'tenor_venue_budget_left_ratio{venue="binance",bucket="spot"} 0.25',
    'tenor_venue_budget_left_ratio{venue="binance",bucket="options"} 0',
  ]);
});
