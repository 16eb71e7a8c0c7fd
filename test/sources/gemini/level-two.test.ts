import { describe, expect, test } from "vitest";
import { geminiLevelTwo } from "../../../src/sources/gemini/level-two.ts";
import type { StreamSession, StreamStep } from "../../../src/sources/stream-adapter.ts";
import { expectLawfulStep, expectNoEditGetsPast, openSession } from "../played-session.ts";
import { NOW_MS } from "../bodies.ts";

const SPOT = { kind: "spot", venue: "gemini", base: "BTC", quote: "USD" } as const;
const DEPTH = { ...SPOT, kind: "depth" } as const;
const ETH = { ...SPOT, base: "ETH" } as const;
const ALL = [SPOT, DEPTH, ETH];

type Change = readonly [side: string, price: string, quantity: string];
const BOOK: readonly Change[] = [
  ["buy", "99.50", "2"],
  ["buy", "99.90", "1"],
  ["sell", "100.10", "0.5"],
  ["sell", "100.90", "1"],
];
const whole = (changes: readonly unknown[] = BOOK, symbol = "BTCUSD"): string =>
  JSON.stringify({
    type: "l2_updates",
    symbol,
    changes,
    trades: [{ type: "trade", price: "100" }],
    auction_events: [],
  });
const changed = (...changes: readonly unknown[]): string =>
  JSON.stringify({ type: "l2_updates", symbol: "BTCUSD", changes });
const heartbeat = '{"type":"heartbeat","timestamp":1789041600000}';

const open = (): StreamSession => openSession(geminiLevelTwo, ALL);
const take = (session: StreamSession, frame: string, atMs: number): StreamStep => {
  const step = session.take(frame, atMs);
  expectLawfulStep(step, ALL);
  return step;
};
const spotAt = (atMs: number, bid: number, ask: number) => ({
  kind: "spot",
  source: "gemini:BTC-USD",
  quote: {
    venue: "gemini",
    timeMs: atMs,
    timeSource: "receipt",
    receivedAtMs: atMs,
    base: "BTC",
    quote: "USD",
    bid,
    ask,
  },
});

test("one subscription asks for each symbol once, whatever is wanted of it", () => {
  const session = geminiLevelTwo.session(ALL, { allowTestnet: false });
  expect(session.opened(NOW_MS).send.map((text) => JSON.parse(text))).toEqual([
    { type: "subscribe", subscriptions: [{ name: "l2", symbols: ["BTCUSD", "ETHUSD"] }] },
  ]);
  expect(geminiLevelTwo.path(ALL)).toBe("/v2/marketdata");
  expect(geminiLevelTwo.carries(DEPTH)).toBe(true);
  expect(geminiLevelTwo.carries({ ...SPOT, venue: "kraken" })).toBe(false);
});

test("the first message of a symbol is its whole book: bid and ask, and its depth", () => {
  expect(take(open(), whole(), NOW_MS).updates).toEqual([
    spotAt(NOW_MS, 99.9, 100.1),
    {
      kind: "depth",
      source: "gemini:BTC-USD.depth",
      quote: {
        ...spotAt(NOW_MS, 99.9, 100.1).quote,
        down: { notional: 99.9 + 2 * 99.5, isWhole: false },
        up: { notional: 0.5 * 100.1 + 100.9, isWhole: false },
      },
    },
  ]);
});

describe("changes", () => {
  test("move only the levels they name, and a quantity of 0 takes one away", () => {
    const session = open();
    take(session, whole(), NOW_MS);
    const better = take(session, changed(["buy", "99.95", "3"], ["sell", "100.10", "0"]), NOW_MS + 10);
    expect(better.updates).toEqual([spotAt(NOW_MS + 10, 99.95, 100.9)]);
    const back = take(session, changed(["buy", "99.95", "0"], ["sell", "100.10", "7"]), NOW_MS + 20);
    expect(back.updates).toEqual([spotAt(NOW_MS + 20, 99.9, 100.1)]);
  });

  test("below the best say nothing of the spot before a second is over", () => {
    const session = open();
    take(session, whole(), NOW_MS);
    expect(take(session, changed(["buy", "98", "1"]), NOW_MS + 999).updates).toEqual([]);
    expect(take(session, changed(["buy", "97", "1"]), NOW_MS + 1_000).updates).toMatchObject([
      { kind: "spot", quote: { bid: 99.9 } },
      { kind: "depth", quote: { bid: 99.9 } },
    ]);
  });

  test("make one depth a second, of all that happened in it", () => {
    const session = open();
    const kinds = [0, 300, 600, 999, 1_000, 1_400, 2_000].map((at, i) =>
      take(session, i === 0 ? whole() : changed(["buy", "99.90", String(i + 1)]), NOW_MS + at).updates.filter(
        ({ kind }) => kind === "depth",
      ),
    );
    expect(kinds.map((depths) => depths.length)).toEqual([1, 0, 0, 0, 1, 0, 1]);
    expect(kinds[6]).toMatchObject([{ quote: { down: { notional: 7 * 99.9 + 2 * 99.5 } } }]);
  });

  test("that empty a side are a gap, and a new level ends it", () => {
    const session = open();
    take(session, whole(), NOW_MS);
    const empty = take(session, changed(["buy", "99.90", "0"], ["buy", "99.50", "0"]), NOW_MS + 10);
    expect(empty.updates).toMatchObject([{ kind: "gap", source: "gemini:BTC-USD", gap: { reason: "empty-book" } }]);
    expect(take(session, changed(["sell", "100.90", "2"]), NOW_MS + 15).updates).toEqual([]);
    expect(take(session, changed(["buy", "99.80", "1"]), NOW_MS + 20).updates).toMatchObject([
      { quote: { bid: 99.8 } },
    ]);
  });

  test("that cannot be read end the connection: the book would be wrong from then on", () => {
    for (const change of [
      ["buy", "x", "1"],
      ["buy", "-1", "1"],
      ["sell", "0", "1"],
      ["sell", "100", "-1"],
    ]) {
      const session = open();
      take(session, whole(), NOW_MS);
      expect(take(session, changed(change), NOW_MS)).toMatchObject({ updates: [], close: { reason: "sequence-gap" } });
    }
  });
});

test("a second whole book replaces the first", () => {
  const session = open();
  take(session, whole(), NOW_MS);
  const next = [
    ["buy", "50", "1"],
    ["sell", "51", "1"],
  ];
  expect(take(session, whole(next), NOW_MS + 5).updates).toEqual([spotAt(NOW_MS + 5, 50, 51)]);
});

test("a book that stays crossed has lost a message, one that is crossed for a moment has not", () => {
  const session = open();
  take(session, whole(), NOW_MS);
  const crossed = changed(["buy", "100.50", "1"]);
  expect(take(session, crossed, NOW_MS).updates).toMatchObject([{ kind: "gap", gap: { reason: "crossed-book" } }]);
  expect(take(session, changed(["buy", "100.50", "0"]), NOW_MS + 4_000).close).toBeNull();
  take(session, crossed, NOW_MS + 6_000);
  expect(take(session, changed(["buy", "1", "1"]), NOW_MS + 11_000).close).toBeNull();
  expect(take(session, changed(["buy", "1", "2"]), NOW_MS + 11_001).close).toMatchObject({ reason: "sequence-gap" });
});

test("a heartbeat says that every book stands", () => {
  const session = open();
  expect(take(session, heartbeat, NOW_MS).updates).toEqual([]);
  take(session, whole(), NOW_MS + 1);
  expect(take(session, heartbeat, NOW_MS + 5_000).updates).toMatchObject([
    { kind: "spot", quote: { timeMs: NOW_MS + 5_000, bid: 99.9, ask: 100.1 } },
    { kind: "depth" },
  ]);
});

test.each([
  ["no JSON", "l2", "not-json"],
  ["null", "null", "bad-shape"],
  ["an array", "[]", "bad-shape"],
  ["an unknown type", '{"type":"candles_1m_updates"}', "bad-shape"],
  ["no type", "{}", "bad-shape"],
  ["an unasked symbol", whole(BOOK, "ZECLTC"), "bad-shape"],
  ["a side of neither kind", changed(["hold", "1", "1"]), "bad-shape"],
  ["numbers that are numbers", changed(["buy", 99.9, 1]), "bad-shape"],
  ["an error", '{"result":"error","reason":"RateLimit","message":"slow down"}', "rate-limited"],
])("%s is refused and the connection goes on", (_name, frame, reason) => {
  expect(take(open(), frame, NOW_MS)).toMatchObject({ updates: [], refused: { reason }, close: null });
});

test("a trade is nothing", () => {
  const trade = '{"type":"trade","symbol":"BTCUSD","event_id":1,"timestamp":1569888020080,"price":"8325","side":"buy"}';
  expect(take(open(), trade, NOW_MS)).toEqual({ send: [], updates: [], refused: null, close: null });
});

test("a symbol whose book never came was not subscribed", () => {
  const session = open();
  take(session, whole(), NOW_MS);
  expect(session.tick(NOW_MS + 15_000).updates).toEqual([]);
  expect(session.tick(NOW_MS + 15_001).updates).toMatchObject([
    { kind: "gap", source: "gemini:ETH-USD", gap: { reason: "not-subscribed" } },
  ]);
});

test("no edit of a message throws or gets past the laws of a quote", () => {
  const frames = [
    whole(),
    changed(["buy", "99.95", "3"], ["sell", "100.10", "0"]),
    heartbeat,
    changed(["sell", "100", "1"]),
  ];
  expectNoEditGetsPast(geminiLevelTwo, ALL, frames);
});
