import { describe, expect, test } from "vitest";
import { krakenStreams } from "../../../src/sources/kraken/streams.ts";
import type { StreamSession } from "../../../src/sources/stream-adapter.ts";
import type { SpotSubscription } from "../../../src/sources/subscription.ts";
import { NOW_MS, SPOT_BTC } from "../bodies.ts";
import { expectNoDamageGetsThrough, take } from "../session-laws.ts";

const adapter = krakenStreams[0]!;
const ETH: SpotSubscription = { ...SPOT_BTC.kraken, base: "ETH" };
const BTC = "kraken:BTC-USD";

function row(change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const timestamp = new Date(NOW_MS - 30).toISOString().replace("Z", "456Z");
  return { symbol: "BTC/USD", bid: 78493.7, bid_qty: 1, ask: 78493.8, ask_qty: 2, last: 78493.8, timestamp, ...change };
}
function ticker(...rows: readonly unknown[]): string {
  return JSON.stringify({ channel: "ticker", type: "update", data: rows });
}
function status(system: string): string {
  // The connection id is over 2^53, so as text.
  return `{"channel":"status","type":"update","data":[{"system":"${system}","connection_id":13834774380200032777}]}`;
}
function ack(symbol: string): string {
  return JSON.stringify({ method: "subscribe", result: { channel: "ticker", symbol }, success: true, req_id: 1 });
}
const REFUSAL = {
  error: "Currency pair not supported ETH/USD",
  method: "subscribe",
  success: false,
  symbol: "ETH/USD",
};

function open(): StreamSession {
  const session = adapter.session([SPOT_BTC.kraken, ETH], { allowTestnet: false });
  session.opened(NOW_MS);
  return session;
}

describe("kraken's stream", () => {
  test("subscribes to every pair at once, with the trigger of the best bid and offer", () => {
    const session = adapter.session([SPOT_BTC.kraken, ETH], { allowTestnet: false });
    expect(session.opened(NOW_MS).send.map((frame) => JSON.parse(frame))).toEqual([
      {
        method: "subscribe",
        params: { channel: "ticker", symbol: ["BTC/USD", "ETH/USD"], event_trigger: "bbo", snapshot: true },
        req_id: 1,
      },
    ]);
    expect(adapter.path([])).toBe("/v2");
    expect(adapter.carries(ETH)).toBe(true);
    expect(adapter.carries({ ...ETH, kind: "depth" })).toBe(false);
  });

  test("a ticker is a quote of its timestamp", () => {
    expect(take(open(), ticker(row()), NOW_MS).updates).toEqual([
      {
        kind: "spot",
        source: BTC,
        quote: {
          venue: "kraken",
          timeMs: NOW_MS - 30,
          timeSource: "venue",
          receivedAtMs: NOW_MS,
          base: "BTC",
          quote: "USD",
          bid: 78493.7,
          ask: 78493.8,
        },
      },
    ]);
  });

  test("a ticker without a timestamp is of its receipt", () => {
    expect(take(open(), ticker(row({ timestamp: undefined })), NOW_MS).updates).toMatchObject([
      { quote: { timeMs: NOW_MS, timeSource: "receipt" } },
    ]);
  });

  const faults: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    ["a pair without a book", { bid: 0, ask: 0, timestamp: "1970-01-01T00:00:00.000000Z" }, "zero-quote"],
    ["a book of 1970", { timestamp: "1970-01-01T00:00:00.000000Z" }, "out-of-range"],
    ["a book of two days ago", { timestamp: "2026-09-08T12:00:00.000000Z" }, "stale"],
    ["no bid", { bid: null }, "no-quote"],
    ["a bid as text", { bid: "78493.7" }, "bad-shape"],
    ["a negative bid", { bid: -78493.7 }, "out-of-range"],
    ["a bid above the ask", { bid: 78494 }, "crossed-book"],
    ["a bid at the ask", { bid: 78493.8 }, "locked-book"],
    ["a stub book", { bid: 0.01 }, "out-of-range"],
    ["a timestamp in seconds", { timestamp: NOW_MS / 1000 }, "bad-shape"],
  ];
  test.each(faults)("%s is no quote, by name", (_name, change, reason) => {
    expect(take(open(), ticker(row(change)), NOW_MS).updates).toMatchObject([
      { kind: "gap", source: BTC, gap: { reason } },
    ]);
  });

  test("the rows of one message are read each by itself", () => {
    const step = take(open(), ticker(row({ bid: 0 }), row({ symbol: "ETH/USD" }), row({ symbol: "X/USD" }), 7), NOW_MS);
    expect(step).toMatchObject({
      updates: [
        { kind: "gap", source: BTC },
        { kind: "spot", source: "kraken:ETH-USD" },
      ],
      refused: { reason: "bad-shape" },
    });
  });

  test.each([
    ["maintenance", "maintenance"],
    ["cancel_only", "halted"],
    ["post_only", "halted"],
  ])("the status %s is %s for every pair, until it is online again", (system, reason) => {
    const session = open();
    expect(take(session, status(system), NOW_MS).updates).toMatchObject([
      { kind: "gap", source: BTC, gap: { reason } },
      { kind: "gap", source: "kraken:ETH-USD", gap: { reason } },
    ]);
    expect(take(session, ticker(row()), NOW_MS).updates).toEqual([]);
    expect(take(session, status("online"), NOW_MS).updates).toEqual([]);
    expect(take(session, ticker(row()), NOW_MS).updates).toHaveLength(1);
  });

  test("the status online says nothing, and one that nobody knows is refused", () => {
    expect(take(open(), status("online"), NOW_MS)).toEqual({ send: [], updates: [], refused: null, close: null });
    expect(take(open(), status("asleep"), NOW_MS).refused).toMatchObject({ reason: "bad-shape" });
  });

  test("a refused pair is not subscribed, and the others are not touched", () => {
    const session = open();
    expect(take(session, ack("BTC/USD"), NOW_MS).updates).toEqual([]);
    expect(take(session, REFUSAL, NOW_MS).updates).toMatchObject([
      { source: "kraken:ETH-USD", gap: { reason: "not-subscribed", detail: REFUSAL.error } },
    ]);
    expect(session.tick(NOW_MS + 11_000).updates).toEqual([]);
  });

  test("an error without a pair is one of those not answered yet; without any it is refused", () => {
    const session = open();
    take(session, ack("BTC/USD"), NOW_MS);
    const error = { error: "Malformed request", method: "error", success: false };
    expect(take(session, error, NOW_MS).updates).toMatchObject([{ source: "kraken:ETH-USD" }]);
    expect(take(session, error, NOW_MS)).toMatchObject({ updates: [], refused: { reason: "not-subscribed" } });
  });

  test("too many messages end the connection", () => {
    expect(take(open(), { error: "Exceeded msg rate", method: "subscribe" }, NOW_MS).close).toMatchObject({
      reason: "rate-limited",
    });
  });

  test("what is not confirmed within ten seconds is told once", () => {
    const session = open();
    take(session, ack("ETH/USD"), NOW_MS);
    expect(session.tick(NOW_MS + 9_000).updates).toEqual([]);
    expect(session.tick(NOW_MS + 11_000).updates).toMatchObject([{ source: BTC, gap: { reason: "not-subscribed" } }]);
    expect(session.tick(NOW_MS + 12_000).updates).toEqual([]);
  });

  test.each(['{"channel":"heartbeat"}', '{"method":"pong","req_id":42}'])("%s says nothing", (frame) => {
    expect(take(open(), frame, NOW_MS)).toEqual({ send: [], updates: [], refused: null, close: null });
  });

  test.each(["", "<html>", "null", "[]", "{}", '{"channel":7}', '{"channel":"book"}', '{"channel":"ticker"}'])(
    "%s is refused, and the connection goes on",
    (frame) => {
      const step = take(open(), frame, NOW_MS);
      expect(step).toMatchObject({ updates: [], close: null });
      expect(step.refused?.reason).toMatch(/^(bad-shape|not-json)$/);
    },
  );

  test("no damaged frame throws or yields a quote that breaks the laws", () => {
    const frames = [status("online"), ack("BTC/USD"), ticker(row()), '{"channel":"heartbeat"}'];
    expectNoDamageGetsThrough(adapter, [SPOT_BTC.kraken, ETH], frames, NOW_MS);
  });
});
