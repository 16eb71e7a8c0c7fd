import { expect, test } from "vitest";
import type { StreamStep } from "../../../src/sources/stream-adapter.ts";
import { binanceSpotStream } from "../../../src/sources/binance/spot-stream.ts";
import { NOW_MS } from "../bodies.ts";
import { expectLawfulStep, expectNoEditGetsPast, openSession } from "../played-session.ts";

const BTC = { kind: "spot", venue: "binance", base: "BTC", quote: "USDT" } as const;
const ETH = { ...BTC, base: "ETH" } as const;
const BOTH = [BTC, ETH];

const push = (u: unknown, bid: unknown = "78501.23", ask: unknown = "78501.24", symbol = "BTCUSDT"): string =>
  JSON.stringify({
    stream: `${symbol.toLowerCase()}@bookTicker`,
    data: { u, s: symbol, b: bid, B: "1.5", a: ask, A: "0.2" },
  });

/** What the last of the frames said. */
function last(...frames: readonly string[]): StreamStep {
  const session = openSession(binanceSpotStream, BOTH);
  const steps = frames.map((frame, i) => session.take(frame, NOW_MS + i));
  for (const step of steps) expectLawfulStep(step, BOTH);
  return steps.at(-1)!;
}

test("the address is the subscription, and nothing is sent", () => {
  expect(binanceSpotStream.path([ETH, BTC, BTC])).toBe("/stream?streams=ethusdt@bookTicker/btcusdt@bookTicker");
  expect(binanceSpotStream.carries(BTC)).toBe(true);
  expect(binanceSpotStream.carries({ ...BTC, kind: "depth" })).toBe(false);
  expect(binanceSpotStream.carries({ ...BTC, venue: "kraken" })).toBe(false);
  const session = binanceSpotStream.session(BOTH, { allowTestnet: false });
  expect(session.opened(NOW_MS)).toEqual({ send: [], updates: [], refused: null, close: null });
});

test("a push is the quote of its pair at its receipt", () => {
  expect(last(push(7, "4000.10", "4000.11", "ETHUSDT"), push(3)).updates).toEqual([
    {
      kind: "spot",
      source: "binance:BTC-USDT",
      quote: {
        venue: "binance",
        timeMs: NOW_MS + 1,
        timeSource: "receipt",
        receivedAtMs: NOW_MS + 1,
        base: "BTC",
        quote: "USDT",
        bid: 78501.23,
        ask: 78501.24,
      },
    },
  ]);
});

test("update ids grow by pair: one that goes back ends the connection, the same again says nothing new", () => {
  expect(last(push(9), push(8, "1", "2", "ETHUSDT"))).toMatchObject({ close: null, updates: [{ kind: "spot" }] });
  expect(last(push(9), push(9))).toMatchObject({ close: null, updates: [] });
  expect(last(push(9), push(8))).toMatchObject({ close: { reason: "sequence-gap" }, updates: [] });
});

test("a push that is no book is a gap of its source, and the next good one a quote again", () => {
  expect(last(push(1, "0.00000000", "0.00000000")).updates).toMatchObject([
    { kind: "gap", source: "binance:BTC-USDT", gap: { reason: "zero-quote" } },
  ]);
  expect(last(push(1, "78502", "78501")).updates).toMatchObject([{ kind: "gap", gap: { reason: "crossed-book" } }]);
  expect(last(push(1, null), push(2)).updates).toMatchObject([{ kind: "spot" }]);
});

test.each([
  ["no JSON", "nonsense", "not-json"],
  ["a number", "42", "bad-shape"],
  ["an array", "[]", "bad-shape"],
  ["an empty object", "{}", "bad-shape"],
  ["an unasked stream", '{"stream":"bnbusdt@bookTicker","data":{}}', "bad-shape"],
  ["another symbol than the stream's", push(1).replace('"BTCUSDT"', '"ETHUSDT"'), "bad-shape"],
  ["an id that is none", push(1.5), "bad-shape"],
  ["an id as text", push("1"), "bad-shape"],
  ["a price as a number", push(1, 78501.23), "bad-shape"],
  ["an error", '{"error":{"code":2,"msg":"Invalid request"},"id":1}', "venue-error"],
  ["a bare error", '{"code":-1003,"msg":"Too many requests"}', "rate-limited"],
])("%s is refused and the connection goes on", (_name, frame, reason) => {
  expect(last(frame)).toMatchObject({ updates: [], refused: { reason }, close: null });
});

test("an acknowledgement is nothing, and an announced shutdown ends the connection", () => {
  expect(last('{"result":null,"id":1}')).toEqual({ send: [], updates: [], refused: null, close: null });
  for (const frame of [
    '{"e":"serverShutdown","E":1789041600000}',
    '{"stream":"","data":{"e":"serverShutdown","E":1789041600000}}',
  ])
    expect(last(frame)).toMatchObject({ close: { reason: "disconnected" } });
});

test("a pair that stays silent was never subscribed", () => {
  const session = openSession(binanceSpotStream, BOTH);
  session.take(push(1), NOW_MS);
  expect(session.tick(NOW_MS + 30_000).updates).toEqual([]);
  expect(session.tick(NOW_MS + 30_001).updates).toMatchObject([
    { kind: "gap", source: "binance:ETH-USDT", gap: { reason: "not-subscribed" } },
  ]);
});

test("no edit of a push throws or gets past the laws of a quote", () => {
  expectNoEditGetsPast(binanceSpotStream, BOTH, [push(1), push(2, "4000.10", "4000.11", "ETHUSDT"), push(3)]);
});
