import { describe, expect, test } from "vitest";
import { bitstampStreams } from "../../../src/sources/bitstamp/streams.ts";
import type { StreamSession } from "../../../src/sources/stream-adapter.ts";
import type { PolledSubscription } from "../../../src/sources/subscription.ts";
import { NOW_MS, SPOT_BTC } from "../bodies.ts";
import { expectNoDamageGetsThrough, take } from "../session-laws.ts";

const adapter = bitstampStreams[0]!;
const SPOT = SPOT_BTC.bitstamp;
const DEPTH = { ...SPOT, kind: "depth" } as const;
const ETH = { ...SPOT, base: "ETH" } as const;
const CHANNEL = "order_book_btcusd";

function book(change: Readonly<Record<string, unknown>> = {}, timeMs = NOW_MS - 30, channel = CHANNEL): string {
  const data = {
    timestamp: String(Math.floor(timeMs / 1000)),
    microtimestamp: `${timeMs}142`,
    bids: [
      ["99.9", "2.00000000"],
      ["99.5", "1.00000000"],
    ],
    asks: [["100.1", "1.00000000"]],
    ...change,
  };
  return JSON.stringify({ data, channel, event: "data" });
}
const ACK = JSON.stringify({ event: "bts:subscription_succeeded", channel: CHANNEL, data: {} });
const BEAT = JSON.stringify({ event: "bts:heartbeat", channel: "", data: { status: "success" } });

function open(subscriptions: readonly PolledSubscription[] = [SPOT, DEPTH]): StreamSession {
  const session = adapter.session(subscriptions, { allowTestnet: false });
  session.opened(NOW_MS);
  return session;
}

describe("bitstamp's stream", () => {
  test("subscribes once to the book that serves the spot quote and the depth of a pair", () => {
    const session = adapter.session([SPOT, DEPTH, ETH], { allowTestnet: false });
    expect(session.opened(NOW_MS).send.map((frame) => JSON.parse(frame))).toEqual([
      { event: "bts:subscribe", data: { channel: "order_book_btcusd" } },
      { event: "bts:subscribe", data: { channel: "order_book_ethusd" } },
    ]);
    expect(adapter.path([])).toBe("");
    expect(adapter.carries(SPOT) && adapter.carries(DEPTH)).toBe(true);
    expect(adapter.carries(SPOT_BTC.kraken)).toBe(false);
  });

  test("a book is both, of its microtimestamp", () => {
    const market = {
      venue: "bitstamp",
      timeMs: NOW_MS - 30,
      timeSource: "venue",
      receivedAtMs: NOW_MS,
      base: "BTC",
      quote: "USD",
      bid: 99.9,
      ask: 100.1,
    };
    expect(take(open(), book(), NOW_MS).updates).toEqual([
      { kind: "spot", source: "bitstamp:BTC-USD", quote: market },
      {
        kind: "depth",
        source: "bitstamp:BTC-USD.depth",
        quote: {
          ...market,
          down: { notional: 99.9 * 2 + 99.5, isWhole: false },
          up: { notional: 100.1, isWhole: false },
        },
      },
    ]);
    expect(take(open([DEPTH]), book(), NOW_MS).updates).toMatchObject([{ kind: "depth" }]);
  });

  const faults: readonly (readonly [string, Readonly<Record<string, unknown>>, string, string])[] = [
    ["no bids", { bids: [] }, "empty-book", "empty-book"],
    ["no list of bids", { bids: null }, "bad-shape", "bad-shape"],
    ["a bid of zero", { bids: [["0", "1"]] }, "zero-quote", "out-of-range"],
    ["a bid that is a number", { bids: [[99.9, 1]] }, "bad-shape", "bad-shape"],
    ["a bid above the ask", { bids: [["100.2", "1"]] }, "crossed-book", "crossed-book"],
    ["a spread over 2 %", { bids: [["97", "1"]] }, "spot", "out-of-range"],
    ["a level deeper down that is none", { bids: [["99.9", "1"], ["99.8"]] }, "spot", "bad-shape"],
    ["a stamp of no time", { microtimestamp: "0" }, "out-of-range", "out-of-range"],
    ["a stamp of yesterday", { microtimestamp: `${NOW_MS - 90_000_000}000` }, "stale", "stale"],
    ["a stamp of tomorrow", { microtimestamp: `${NOW_MS + 90_000_000}000` }, "out-of-range", "out-of-range"],
  ];
  test.each(faults)("%s is told of each by name", (_name, change, spot, depth) => {
    const told = take(open(), book(change), NOW_MS).updates;
    expect(told.map((update) => (update.kind === "gap" ? update.gap.reason : update.kind))).toEqual([spot, depth]);
  });

  test("a book before the one that is known is left out; the same again is taken", () => {
    const session = open();
    take(session, book(), NOW_MS);
    expect(take(session, book({}, NOW_MS - 31), NOW_MS)).toMatchObject({
      updates: [],
      refused: { reason: "sequence-gap" },
      close: null,
    });
    expect(take(session, book(), NOW_MS).updates).toHaveLength(2);
  });

  test("a book stamped in the future does not shut out the next", () => {
    const session = open();
    take(session, book({}, NOW_MS + 90_000_000), NOW_MS);
    expect(take(session, book(), NOW_MS).updates).toMatchObject([{ kind: "spot" }, { kind: "depth" }]);
  });

  test("the venue's wish for a new connection is followed", () => {
    expect(take(open(), { event: "bts:request_reconnect", channel: "", data: "" }, NOW_MS).close).toMatchObject({
      reason: "disconnected",
    });
  });

  test("an error without a channel is one of those not confirmed yet", () => {
    const session = open([SPOT, ETH]);
    take(session, ACK, NOW_MS);
    const error = { event: "bts:error", channel: "", data: { code: null, message: "Bad subscription string." } };
    expect(take(session, error, NOW_MS).updates).toMatchObject([
      { source: "bitstamp:ETH-USD", gap: { reason: "not-subscribed", detail: "Bad subscription string." } },
    ]);
    expect(take(session, error, NOW_MS)).toMatchObject({ updates: [], refused: { reason: "venue-error" } });
  });

  test.each([
    ["We are under maintenance", "maintenance"],
    ["Rate limit exceeded", "rate-limited"],
  ])("an error that says %s ends the connection", (message, reason) => {
    const step = take(open(), { event: "bts:error", channel: "", data: { message } }, NOW_MS);
    expect(step).toMatchObject({ close: { reason }, updates: [{ gap: { reason } }, { gap: { reason } }] });
  });

  test("a heartbeat is asked for every ten seconds, and its answer says nothing", () => {
    const session = open();
    expect(session.tick(NOW_MS + 9_500).send).toEqual([]);
    expect(session.tick(NOW_MS + 10_000).send).toEqual(['{"event":"bts:heartbeat"}']);
    expect(session.tick(NOW_MS + 10_500).send).toEqual([]);
    expect(take(session, BEAT, NOW_MS)).toEqual({ send: [], updates: [], refused: null, close: null });
  });

  test("what is not confirmed within ten seconds is told once", () => {
    const session = open();
    expect(session.tick(NOW_MS + 11_000).updates).toMatchObject([
      { source: "bitstamp:BTC-USD", gap: { reason: "not-subscribed" } },
      { source: "bitstamp:BTC-USD.depth", gap: { reason: "not-subscribed" } },
    ]);
    expect(session.tick(NOW_MS + 12_000).updates).toEqual([]);
  });

  test.each(["", "<html>", "null", "[]", "{}", '{"event":"trade"}', book({}, NOW_MS, "order_book_xrpusd")])(
    "%s is refused, and the connection goes on",
    (frame) => {
      const step = take(open(), frame, NOW_MS);
      expect(step).toMatchObject({ updates: [], close: null });
      expect(step.refused?.reason).toMatch(/^(bad-shape|not-json)$/);
    },
  );

  test("no damaged frame throws or yields a quote that breaks the laws", () => {
    expectNoDamageGetsThrough(adapter, [SPOT, DEPTH], [ACK, book(), BEAT], NOW_MS);
  });
});
