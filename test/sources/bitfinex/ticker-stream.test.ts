import { describe, expect, test } from "vitest";
import { bitfinexTickerStream } from "../../../src/sources/bitfinex/ticker-stream.ts";
import type { StreamStep } from "../../../src/sources/stream-adapter.ts";
import { expectLawfulStep, expectNoEditGetsPast, openSession } from "../played-session.ts";
import { NOW_MS } from "../bodies.ts";

const BTC = { kind: "spot", venue: "bitfinex", base: "BTC", quote: "USD" } as const;
const ETH = { ...BTC, base: "ETH" } as const;
const BOTH = [BTC, ETH];

const CONF_OK = '{"event":"conf","status":"OK"}';
const subscribed = (chanId: unknown = 7, symbol = "tBTCUSD"): string =>
  JSON.stringify({ event: "subscribed", channel: "ticker", chanId, symbol, pair: symbol.slice(1) });
const TICKER = [78490, 8.3, 78491, 13.3, -126, -0.0175, 78490, 488, 79000, 77000];
const message = (...tail: readonly unknown[]): string => JSON.stringify([7, TICKER, ...tail]);
const heartbeat = (...tail: readonly unknown[]): string => JSON.stringify([7, "hb", ...tail]);

function steps(...frames: readonly string[]): readonly StreamStep[] {
  const session = openSession(bitfinexTickerStream, BOTH);
  const taken = frames.map((frame) => session.take(frame, NOW_MS));
  for (const step of taken) expectLawfulStep(step, BOTH);
  return taken;
}
const last = (...frames: readonly string[]): StreamStep => steps(...frames).at(-1)!;

const quoteAt = (timeMs: number, timeSource: "venue" | "receipt") => ({
  kind: "spot",
  source: "bitfinex:BTC-USD",
  quote: {
    venue: "bitfinex",
    timeMs,
    timeSource,
    receivedAtMs: NOW_MS,
    base: "BTC",
    quote: "USD",
    bid: 78490,
    ask: 78491,
  },
});

test("the flags are asked for first, then each pair's ticker", () => {
  const session = bitfinexTickerStream.session([BTC, { ...ETH, quote: "USDT" }], { allowTestnet: false });
  expect(session.opened(NOW_MS).send.map((text) => JSON.parse(text))).toEqual([
    { event: "conf", flags: 98_304 },
    { event: "subscribe", channel: "ticker", symbol: "tBTCUSD" },
    { event: "subscribe", channel: "ticker", symbol: "tETHUST" },
  ]);
  expect(bitfinexTickerStream.path(BOTH)).toBe("/ws/2");
  expect(bitfinexTickerStream.carries({ ...BTC, kind: "depth" })).toBe(false);
});

test("a ticker is the quote of its channel's pair, at the venue's time where it gives one", () => {
  expect(last(subscribed(), message(1, NOW_MS - 30)).updates).toEqual([quoteAt(NOW_MS - 30, "venue")]);
  expect(last(subscribed(), message()).updates).toEqual([quoteAt(NOW_MS, "receipt")]);
  expect(last(subscribed(), message(1, "soon")).updates).toEqual([quoteAt(NOW_MS, "receipt")]);
});

test("a heartbeat says that the last ticker stands, and nothing before there is one", () => {
  expect(last(subscribed(), heartbeat(1, NOW_MS - 5)).updates).toEqual([]);
  expect(last(subscribed(), message(1, NOW_MS - 30), heartbeat(2, NOW_MS - 5)).updates).toEqual([
    quoteAt(NOW_MS - 5, "venue"),
  ]);
});

test("a ticker that is no book is a gap of its source", () => {
  const zero = JSON.stringify([7, TICKER.with(0, 0)]);
  expect(last(subscribed(), zero).updates).toMatchObject([
    { kind: "gap", source: "bitfinex:BTC-USD", gap: { reason: "zero-quote" } },
  ]);
  expect(last(subscribed(), "[7,[1,2,3]]").updates).toMatchObject([{ kind: "gap", gap: { reason: "bad-shape" } }]);
});

describe("sequence numbers", () => {
  test("that follow each other go over all channels and heartbeats", () => {
    const eth = JSON.stringify([8, TICKER, 12, NOW_MS]);
    for (const step of steps(CONF_OK, subscribed(), subscribed(8, "tETHUSD"), message(11), eth, heartbeat(13)))
      expect(step.close).toBeNull();
  });

  test("that leave one out, repeat or go back end the connection", () => {
    for (const next of [13, 11, 10])
      expect(last(CONF_OK, subscribed(), message(11), message(next))).toMatchObject({
        updates: [],
        close: { reason: "sequence-gap", detail: `message ${next} came after message 11` },
      });
  });

  test("that stop coming end the connection; that never came are done without", () => {
    expect(last(CONF_OK, subscribed(), message(11), message()).close).toMatchObject({ reason: "sequence-gap" });
    expect(last(CONF_OK, subscribed(), message(), message(5)).close).toBeNull();
    expect(last('{"event":"conf","status":"FAILED"}', subscribed(), message(3), message(9)).close).toBeNull();
  });
});

describe("info", () => {
  test("of a restart or a maintenance ends the connection, at once or at the greeting", () => {
    expect(last('{"event":"info","code":20051,"msg":"Stopping"}').close).toMatchObject({ reason: "disconnected" });
    for (const frame of [
      '{"event":"info","code":20060,"msg":"Entering in Maintenance mode"}',
      '{"event":"info","version":2,"platform":{"status":0}}',
    ])
      expect(last(frame).close).toMatchObject({ reason: "maintenance", retryAfterMs: 60_000 });
  });

  test("of the version or of the end of a maintenance is nothing", () => {
    for (const frame of [
      '{"event":"info","version":2,"serverId":"x","platform":{"status":1}}',
      '{"event":"info","code":20061,"msg":"Maintenance ended"}',
      '{"event":"pong","ts":1}',
    ])
      expect(last(frame)).toEqual({ send: [], updates: [], refused: null, close: null });
  });
});

describe("subscriptions", () => {
  test("that the venue refuses are a gap of their source", () => {
    const frame = '{"channel":"ticker","symbol":"tETHUSD","event":"error","msg":"symbol: invalid","code":10300}';
    expect(last(frame).updates).toMatchObject([
      { kind: "gap", source: "bitfinex:ETH-USD", gap: { reason: "not-subscribed" } },
    ]);
    expect(last(frame.replace("10300", "10301"))).toMatchObject({ updates: [], refused: null });
    expect(last('{"event":"error","msg":"limit","code":11010}')).toMatchObject({ refused: { reason: "rate-limited" } });
  });

  test("that nobody confirms are a gap after their time, and those confirmed are not", () => {
    const session = openSession(bitfinexTickerStream, BOTH);
    session.take(subscribed(), NOW_MS);
    expect(session.tick(NOW_MS + 20_000).updates).toEqual([]);
    expect(session.tick(NOW_MS + 20_001).updates).toMatchObject([
      { kind: "gap", source: "bitfinex:ETH-USD", gap: { reason: "not-subscribed" } },
    ]);
  });

  test("that the venue ends are a gap, and their channel is unknown from then on", () => {
    const ended = '{"event":"unsubscribed","status":"OK","chanId":7}';
    expect(last(subscribed(), ended).updates).toMatchObject([{ kind: "gap", gap: { reason: "not-subscribed" } }]);
    expect(last(subscribed(), ended, message())).toMatchObject({ updates: [], refused: { reason: "bad-shape" } });
    expect(last(ended)).toMatchObject({ updates: [], refused: null });
  });

  test("that are confirmed again move to the new channel", () => {
    expect(last(subscribed(9), subscribed(7), message()).updates).toHaveLength(1);
    expect(last(subscribed(7), subscribed(9), message())).toMatchObject({ refused: { reason: "bad-shape" } });
  });
});

test.each([
  ["no JSON", "hb", "not-json"],
  ["a number", "7", "bad-shape"],
  ["an unknown event", '{"event":"auth"}', "bad-shape"],
  ["an object without an event", "{}", "bad-shape"],
  ["a channel before its confirmation", message(), "bad-shape"],
  ["a confirmation of another channel", subscribed().replace('"ticker"', '"book"'), "bad-shape"],
  ["a confirmation of an unasked pair", subscribed(7, "tLTCUSD"), "bad-shape"],
  ["a confirmation without a number", subscribed("7"), "bad-shape"],
])("%s is refused and the connection goes on", (_name, frame, reason) => {
  expect(last(frame)).toMatchObject({ updates: [], refused: { reason }, close: null });
});

test("no edit of a message throws or gets past the laws of a quote", () => {
  const frames = [CONF_OK, subscribed(), message(1, NOW_MS), heartbeat(2, NOW_MS), message(3, NOW_MS)];
  expectNoEditGetsPast(bitfinexTickerStream, BOTH, frames);
});
