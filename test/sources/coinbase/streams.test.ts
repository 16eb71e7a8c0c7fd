import { describe, expect, test } from "vitest";
import { coinbaseStreams } from "../../../src/sources/coinbase/streams.ts";
import type { StreamSession } from "../../../src/sources/stream-adapter.ts";
import type { SpotSubscription } from "../../../src/sources/subscription.ts";
import { NOW_MS, SPOT_BTC } from "../bodies.ts";
import { expectLawfulJsonStep, expectNoDamageGetsThrough, take } from "../session-laws.ts";

const adapter = coinbaseStreams[0]!;
const ETH: SpotSubscription = { ...SPOT_BTC.coinbase, base: "ETH" };
const BTC = "coinbase:BTC-USD";

function ticker(change: Readonly<Record<string, unknown>> = {}, ageMs = 40): string {
  const time = new Date(NOW_MS - ageMs).toISOString().replace("Z", "123Z");
  const sides = { best_bid: "78490.10", best_ask: "78490.11" };
  return JSON.stringify({
    type: "ticker",
    sequence: 700,
    product_id: "BTC-USD",
    price: "78490.11",
    ...sides,
    time,
    ...change,
  });
}
const ACK = JSON.stringify({
  type: "subscriptions",
  channels: [
    { name: "ticker", product_ids: ["BTC-USD", "ETH-USD"] },
    { name: "heartbeat", product_ids: ["BTC-USD"] },
  ],
});
const BEAT = JSON.stringify({ type: "heartbeat", sequence: 701, last_trade_id: 0, product_id: "BTC-USD" });

function open(subscriptions: readonly SpotSubscription[] = [SPOT_BTC.coinbase, ETH]): StreamSession {
  const session = adapter.session(subscriptions, { allowTestnet: false });
  session.opened(NOW_MS);
  return session;
}

describe("coinbase's stream", () => {
  test("subscribes at once, with a message for each product", () => {
    const session = adapter.session([SPOT_BTC.coinbase, ETH], { allowTestnet: false });
    expect(session.opened(NOW_MS).send.map((frame) => JSON.parse(frame))).toEqual([
      { type: "subscribe", product_ids: ["BTC-USD"], channels: ["ticker", "heartbeat"] },
      { type: "subscribe", product_ids: ["ETH-USD"], channels: ["ticker", "heartbeat"] },
    ]);
    expect(session.tick(NOW_MS + 500).send).toEqual([]);
    expect(adapter.path([])).toBe("");
  });

  test("carries spot pairs of its venue and nothing else", () => {
    expect(adapter.carries(SPOT_BTC.coinbase)).toBe(true);
    expect(adapter.carries(SPOT_BTC.kraken)).toBe(false);
    expect(adapter.carries({ ...SPOT_BTC.coinbase, kind: "depth" })).toBe(false);
  });

  test("more products than may be asked for at once wait for the ticks", () => {
    const many = ["BTC", "ETH", "SOL", "XRP", "ADA", "DOGE"].map((base) => ({ ...SPOT_BTC.coinbase, base }));
    const session = adapter.session(many, { allowTestnet: false });
    expect(session.opened(NOW_MS).send).toHaveLength(4);
    expect(session.tick(NOW_MS + 500).send).toHaveLength(2);
  });

  test("a ticker is a quote of the time of its match", () => {
    expect(take(open(), ticker(), NOW_MS).updates).toEqual([
      {
        kind: "spot",
        source: BTC,
        quote: {
          venue: "coinbase",
          timeMs: NOW_MS - 40,
          timeSource: "venue",
          receivedAtMs: NOW_MS,
          base: "BTC",
          quote: "USD",
          bid: 78490.1,
          ask: 78490.11,
        },
      },
    ]);
  });

  const faults: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    ["a bid of zero", { best_bid: "0" }, "zero-quote"],
    ["an empty bid", { best_bid: "" }, "no-quote"],
    ["no ask", { best_ask: null }, "no-quote"],
    ["a bid above the ask", { best_bid: "78491" }, "crossed-book"],
    ["a bid that is a number", { best_bid: 78490.1 }, "bad-shape"],
    ["a match of yesterday", { time: "2026-09-08T12:00:00.000001Z" }, "stale"],
    ["a match of tomorrow", { time: "2026-09-11T12:00:00.000001Z" }, "out-of-range"],
    ["no time", { time: "0001-01-01T00:00:00.000000Z" }, "out-of-range"],
    ["a sequence that is no integer", { sequence: 1.5 }, "bad-shape"],
  ];
  test.each(faults)("%s is no quote, by name", (_name, change, reason) => {
    expect(take(open(), ticker(change), NOW_MS).updates).toMatchObject([{ kind: "gap", source: BTC, gap: { reason } }]);
  });

  test("a ticker of an earlier sequence is left out, and of another product does not count", () => {
    const session = open();
    take(session, ticker(), NOW_MS);
    expect(take(session, ticker({ sequence: 699 }), NOW_MS)).toMatchObject({
      updates: [],
      refused: { reason: "sequence-gap" },
      close: null,
    });
    expect(take(session, ticker({ product_id: "ETH-USD", sequence: 5 }), NOW_MS).updates).toHaveLength(1);
    expect(take(session, ticker({ sequence: 700 }), NOW_MS).updates).toHaveLength(1);
  });

  test("a feed that starts its sequence anew is connected to anew", () => {
    const session = open();
    take(session, ticker(), NOW_MS);
    const steps = Array.from({ length: 21 }, (_unused, i) => take(session, ticker({ sequence: i }), NOW_MS));
    expect(steps.slice(0, 20).every(({ close }) => close === null)).toBe(true);
    expect(steps[20]).toMatchObject({ close: { reason: "sequence-gap" }, updates: [{ kind: "gap", source: BTC }] });
  });

  test("an error is the refusal of the product it names, else of those not confirmed", () => {
    const error = (reason: string) => ({ type: "error", message: "Failed to subscribe", reason });
    expect(take(open(), error("ETH-USD is not a valid product"), NOW_MS).updates).toMatchObject([
      { kind: "gap", source: "coinbase:ETH-USD", gap: { reason: "not-subscribed" } },
    ]);
    expect(take(open(), error("no"), NOW_MS).updates).toHaveLength(2);
    const confirmed = open();
    take(confirmed, ACK, NOW_MS);
    expect(take(confirmed, error("no"), NOW_MS)).toMatchObject({ updates: [], refused: { reason: "not-subscribed" } });
  });

  test.each([
    ["rate limit exceeded", "rate-limited"],
    ["under maintenance", "maintenance"],
  ])("an error that says %s ends the connection", (message, reason) => {
    const step = take(open(), { type: "error", message }, NOW_MS);
    expect(step.close).toMatchObject({ reason });
    expect(step.updates).toMatchObject([{ gap: { reason } }, { gap: { reason } }]);
  });

  test("what is not confirmed within ten seconds is told once; a confirmation or a ticker settles it", () => {
    const session = open();
    take(session, ticker(), NOW_MS);
    expect(session.tick(NOW_MS + 9_000).updates).toEqual([]);
    const late = session.tick(NOW_MS + 11_000);
    expectLawfulJsonStep(late);
    expect(late.updates).toMatchObject([{ source: "coinbase:ETH-USD", gap: { reason: "not-subscribed" } }]);
    expect(session.tick(NOW_MS + 12_000).updates).toEqual([]);
    const confirmed = open();
    take(confirmed, ACK, NOW_MS);
    expect(confirmed.tick(NOW_MS + 11_000).updates).toEqual([]);
  });

  test("a heartbeat says nothing", () => {
    expect(take(open(), BEAT, NOW_MS)).toEqual({ send: [], updates: [], refused: null, close: null });
  });

  test.each(["", "<html>", "null", "[]", "{}", '{"type":7}', '{"type":"l2update"}', ticker({ product_id: "XRP-USD" })])(
    "%s is refused, and the connection goes on",
    (frame) => {
      const step = take(open(), frame, NOW_MS);
      expect(step).toMatchObject({ updates: [], close: null });
      expect(step.refused?.reason).toMatch(/^(bad-shape|not-json)$/);
    },
  );

  test("no damaged frame throws or yields a quote that breaks the laws", () => {
    expectNoDamageGetsThrough(adapter, [SPOT_BTC.coinbase, ETH], [ACK, ticker(), BEAT], NOW_MS);
  });
});
