import { describe, expect, test } from "vitest";
import type { OptionQuote, SpotQuote } from "../../src/market/quote.ts";
import { VenueClock } from "../../src/sources/clock-offset.ts";
import { gap } from "../../src/sources/gap.ts";
import { snapshotOf } from "../../src/sources/snapshot.ts";
import { type Liveness, SourceState } from "../../src/sources/source-state.ts";
import type { StreamUpdate } from "../../src/sources/stream-adapter.ts";
import { DERIBIT_BTC, NOW_MS, SPOT_BTC } from "./bodies.ts";

const SOURCE = "coinbase:BTC-USD";
const EXPIRY_MS = Date.UTC(2026, 8, 25, 8);

function book(bid: number, receivedAtMs: number, stampMs: number | null = receivedAtMs - 50): SpotQuote {
  const times = { timeMs: stampMs ?? receivedAtMs, timeSource: stampMs === null ? "receipt" : "venue" } as const;
  return { venue: "coinbase", base: "BTC", quote: "USD", bid, ask: bid + 1, receivedAtMs, ...times };
}

const spot = (quote: SpotQuote) => ({ kind: "spot", value: quote }) as const;
const pushed = (quote: SpotQuote) => ({ kind: "spot", source: SOURCE, quote }) as const;

function row(instrument: string, bidCoin: number): OptionQuote {
  const numbers = { askCoin: 0.5, markCoin: 0.03, markVol: 0.4, forward: 78_000 };
  return { instrument, expiryMs: EXPIRY_MS, strike: 80_000, right: "call", bidCoin, ...numbers };
}

type RowsPush = Extract<StreamUpdate, { readonly kind: "options" }>;

function rows(given: readonly OptionQuote[], receivedAtMs: number, timeMs: number | null = null): RowsPush {
  return { kind: "options", source: "deribit:BTC.options", rows: given, gone: [], timeMs, receivedAtMs, refused: {} };
}

function chain(options: readonly OptionQuote[], timeMs: number, receivedAtMs: number) {
  const times = { timeMs, timeSource: "venue", receivedAtMs } as const;
  const value = { venue: "deribit", base: "BTC", quote: "USD", ...times, options, refused: { combo: 2 } } as const;
  return { kind: "options", value } as const;
}

/** A connection whose newest frame is set by hand. */
class Line implements Liveness {
  aliveAtMs: number | null = NOW_MS;
  openedAtMs: number | null = NOW_MS;
}

function streamed(subscription = SPOT_BTC.coinbase as ConstructorParameters<typeof SourceState>[0]) {
  const line = new Line();
  return { line, state: new SourceState(subscription, NOW_MS, { line, clock: new VenueClock() }) };
}

describe("a source that is only polled", () => {
  test("drops what is older than the held quote by the venue's time, counts it, and is well all the same", () => {
    const state = new SourceState(SPOT_BTC.coinbase, NOW_MS);
    state.noteQuote(spot(book(100, NOW_MS + 1_000, NOW_MS + 900)), 20);
    state.noteQuote(spot(book(90, NOW_MS + 2_000, NOW_MS + 300)), 20);
    expect(state.held).toMatchObject({ value: { bid: 100, timeMs: NOW_MS + 900 } });
    expect(state.statistics(NOW_MS + 2_000)).toMatchObject({ droppedCount: 1, okCount: 2, state: "ok", via: "rest" });
  });

  test("has states of its own for an old time and for numbers that stand still", () => {
    const state = new SourceState(SPOT_BTC.coinbase, NOW_MS);
    expect(state.statistics(NOW_MS).state).toBe("never-fetched");
    state.noteQuote(spot(book(100, NOW_MS)), 20);
    expect(state.statistics(NOW_MS + 10_000)).toMatchObject({ state: "ok", ageMs: 10_050 });
    expect(state.statistics(NOW_MS + 20_000).state).toBe("stale");
    for (let i = 1; i <= 70; i++) state.noteQuote(spot(book(100, NOW_MS + 1_000 * i)), 20);
    expect(state.statistics(NOW_MS + 70_000)).toMatchObject({ state: "frozen", unchangedSinceMs: NOW_MS });
    state.noteGap(gap("timeout", "x"), 2_000, NOW_MS + 71_000);
    const lastError = { reason: "timeout", detail: "x", atMs: NOW_MS + 71_000 };
    expect(state.statistics(NOW_MS + 71_000)).toMatchObject({ state: "timeout", lastError });
    state.noteQuote(spot(book(101, NOW_MS + 72_000)), 20);
    expect(state.statistics(NOW_MS + 72_000)).toMatchObject({ state: "ok", lastError });
  });

  test("a venue whose clock is five minutes off keeps its feed, dated by receipt", () => {
    const state = new SourceState(SPOT_BTC.coinbase, NOW_MS, { clock: new VenueClock() });
    for (let i = 0; i <= 10; i++) {
      const receivedAtMs = NOW_MS + 1_000 * i;
      state.noteQuote(spot(book(100 + i, receivedAtMs, receivedAtMs - 300_000)), 20);
    }
    const seen = state.statistics(NOW_MS + 10_000);
    expect(seen).toMatchObject({ state: "ok", ageMs: 0, timeSource: "receipt" });
    // Now it repeats itself: that is no clock.
    for (let i = 11; i <= 40; i++) state.noteQuote(spot(book(110, NOW_MS + 1_000 * i, NOW_MS - 290_000)), 20);
    expect(state.statistics(NOW_MS + 40_000)).toMatchObject({ state: "stale", ageMs: 30_010 });
  });
});

describe("a source that is streamed", () => {
  test("is live from its first good update on", () => {
    const { state } = streamed();
    state.noteQuote(spot(book(100, NOW_MS)), 20);
    expect(state.isLive).toBe(false);
    expect(state.noteUpdate(pushed(book(101, NOW_MS + 100)))).toBe(true);
    expect(state.noteUpdate(pushed(book(102, NOW_MS + 200)))).toBe(false);
    expect(snapshotOf([state], NOW_MS + 200).spots).toMatchObject([{ bid: 102 }]);
    // Its stamps arrive 50 ms old, 10 of which half a round trip explains and 40 a clock that is behind.
    expect(state.statistics(NOW_MS + 200)).toMatchObject({ via: "stream", latencyMs: 10, okCount: 3 });
  });

  test("while its connection lives, silence is no age; the numbers are unchanged since they came", () => {
    const { state, line } = streamed();
    state.noteUpdate(pushed(book(100, NOW_MS)));
    line.aliveAtMs = NOW_MS + 20_000;
    const [seen] = snapshotOf([state], NOW_MS + 20_010).spots;
    expect(seen).toMatchObject({
      timeMs: NOW_MS + 19_950,
      receivedAtMs: NOW_MS + 20_000,
      unchangedSinceMs: NOW_MS,
      timeSource: "venue",
    });
  });

  test("a connection that dies takes with it what it vouched for, at its last frame", () => {
    const { state, line } = streamed();
    state.noteUpdate(pushed(book(100, NOW_MS)));
    line.aliveAtMs = NOW_MS + 20_000;
    state.noteDown(gap("silent", "x"), NOW_MS + 26_000);
    line.aliveAtMs = null;
    const { spots, gaps } = snapshotOf([state], NOW_MS + 90_000);
    expect(spots).toMatchObject([{ bid: 100, timeMs: NOW_MS + 19_950 }]);
    expect(gaps).toMatchObject([{ reason: "silent", sinceMs: NOW_MS + 26_000 }]);
    expect(state.statistics(NOW_MS + 26_000).via).toBe("rest");
  });

  test("silence is trusted for a minute, then REST must have confirmed it", () => {
    const { state, line } = streamed();
    state.noteUpdate(pushed(book(100, NOW_MS)));
    line.aliveAtMs = NOW_MS + 300_000;
    expect(state.held).toMatchObject({ value: { timeMs: NOW_MS + 59_950 } });
    const { state: asked, line: other } = streamed();
    asked.noteUpdate(pushed(book(100, NOW_MS)));
    other.aliveAtMs = NOW_MS + 30_000;
    // Coinbase stamps its REST ticker with the last trade.
    asked.noteQuote(spot(book(100, NOW_MS + 30_000, NOW_MS - 50)), 20);
    expect(asked.held).toMatchObject({ value: { timeMs: NOW_MS + 29_950, receivedAtMs: NOW_MS + 30_000 } });
    expect(asked.unchangedSinceMs).toBe(NOW_MS);
    other.aliveAtMs = NOW_MS + 80_000;
    expect(asked.held).toMatchObject({ value: { timeMs: NOW_MS + 79_950 } });
  });

  test("a stream that pushes a past with its stamps ages, however alive it is", () => {
    const { state, line } = streamed();
    for (let i = 0; i <= 60; i++) {
      state.noteUpdate(pushed(book(100, NOW_MS + 1_000 * i, NOW_MS - 50)));
      line.aliveAtMs = NOW_MS + 1_000 * i;
    }
    expect(state.statistics(NOW_MS + 60_000)).toMatchObject({ ageMs: 60_050, state: "stale" });
  });

  test("what it says is no quote stands, and its life vouches for nothing", () => {
    const { state, line } = streamed();
    state.noteUpdate(pushed(book(100, NOW_MS)));
    state.noteStreamGap(gap("crossed-book", "x"), NOW_MS + 100);
    line.aliveAtMs = NOW_MS + 20_000;
    expect(state.isLive).toBe(true);
    expect(snapshotOf([state], NOW_MS + 20_000)).toMatchObject({
      spots: [{ timeMs: NOW_MS - 50 }],
      gaps: [{ reason: "crossed-book" }],
    });
    state.noteUpdate(pushed(book(101, NOW_MS + 20_100)));
    expect(state.gap).toBeNull();
  });

  test("a subscription that was refused is REST's, and so is one that lost its place", () => {
    const { state } = streamed();
    state.noteQuote(spot(book(100, NOW_MS)), 20);
    state.noteStreamGap(gap("not-subscribed", "x"), NOW_MS + 100);
    expect(state.gap).toBeNull();
    state.noteUpdate(pushed(book(101, NOW_MS + 200)));
    state.noteStreamGap(gap("sequence-gap", "x"), NOW_MS + 300);
    expect([state.isLive, state.gap?.reason]).toEqual([false, "sequence-gap"]);
    state.noteQuote(spot(book(102, NOW_MS + 1_000)), 20);
    expect(state.gap).toBeNull();
  });

  test("REST cannot say less than a live stream, and does not undo what came while it was asked", () => {
    const { state } = streamed();
    state.noteUpdate(pushed(book(101, NOW_MS + 200, null)));
    state.noteGap(gap("timeout", "x"), 2_000, NOW_MS + 300);
    expect(state.gap).toBeNull();
    state.noteQuote(spot(book(99, NOW_MS + 300, null)), 250);
    expect(state.held).toMatchObject({ value: { bid: 101 } });
    state.noteQuote(spot(book(103, NOW_MS + 600, null)), 250);
    expect(state.held).toMatchObject({ value: { bid: 103 } });
  });

  test("an update older than the held one is dropped and counted", () => {
    const { state } = streamed();
    state.noteUpdate(pushed(book(101, NOW_MS + 200, NOW_MS + 150)));
    state.noteUpdate(pushed(book(99, NOW_MS + 210, NOW_MS + 100)));
    expect(state.held).toMatchObject({ value: { bid: 101 } });
    expect(state.statistics(NOW_MS + 300).droppedCount).toBe(1);
  });
});

describe("a chain that is streamed", () => {
  test("is what REST listed with what the stream changed, dated by the newest of both", () => {
    const { state, line } = streamed(DERIBIT_BTC.options);
    state.noteQuote(chain([row("A", 1), row("B", 1)], NOW_MS - 40, NOW_MS), 60);
    state.noteUpdate(rows([row("B", 2)], NOW_MS + 500, NOW_MS + 430));
    line.aliveAtMs = NOW_MS + 500;
    const { chains } = snapshotOf([state], NOW_MS + 500);
    expect(chains).toMatchObject([{ timeMs: NOW_MS + 430, timeSource: "venue", refused: { combo: 2 } }]);
    expect(chains[0]!.options.map(({ bidCoin }) => bidCoin)).toEqual([1, 2]);
    // Rows with an earlier stamp of their own are taken and do not set the chain back.
    state.noteUpdate(rows([row("A", 3)], NOW_MS + 600, NOW_MS + 400));
    expect(snapshotOf([state], NOW_MS + 600).chains[0]).toMatchObject({ options: [{ bidCoin: 3 }, { bidCoin: 2 }] });
  });

  test("a listing that the stream overtook brings its new rows and its counts, and not its time", () => {
    const { state, line } = streamed(DERIBIT_BTC.options);
    state.noteUpdate(rows([row("A", 2)], NOW_MS + 500, NOW_MS + 430));
    line.aliveAtMs = NOW_MS + 500;
    state.noteQuote(chain([row("A", 1), row("B", 1)], NOW_MS + 300, NOW_MS + 520), 200);
    expect(state.held).toMatchObject({
      value: { timeMs: NOW_MS + 430, refused: { combo: 2 }, options: [{ bidCoin: 2 }, { bidCoin: 1 }] },
    });
  });

  test("a push of which every row was refused makes nothing live, and is counted", () => {
    const { state } = streamed(DERIBIT_BTC.options);
    expect(state.noteUpdate({ ...rows([], NOW_MS), refused: { "bad-number": 64 } })).toBe(false);
    expect(state.noteUpdate({ ...rows([row("A", 1)], NOW_MS), refused: { "bad-number": 1, combo: 1 } })).toBe(true);
    expect(state.statistics(NOW_MS)).toMatchObject({ refusedRows: { "bad-number": 65, combo: 1 } });
  });

  test("heartbeats are evidence that rows stand, and a dead line is none", () => {
    const { state, line } = streamed(DERIBIT_BTC.options);
    state.noteUpdate(rows([row("A", 2)], NOW_MS, null));
    line.aliveAtMs = NOW_MS + 30_000;
    expect(state.held).toMatchObject({ value: { timeMs: NOW_MS + 30_000, timeSource: "receipt" } });
    state.noteDown(gap("disconnected", "x"), NOW_MS + 31_000);
    line.aliveAtMs = null;
    expect(state.held).toMatchObject({ value: { timeMs: NOW_MS + 30_000, options: [{ bidCoin: 2 }] } });
  });

  test("a minute after a connection opened, rows that nobody has named since are of the past", () => {
    const { state, line } = streamed(DERIBIT_BTC.options);
    state.noteUpdate(rows([row("A", 1), row("B", 1)], NOW_MS + 10));
    line.openedAtMs = NOW_MS + 600_000;
    state.noteUpdate(rows([row("B", 1)], NOW_MS + 601_000));
    expect(state.held).toMatchObject({ value: { options: [{}, {}] } });
    state.noteUpdate(rows([row("C", 1)], NOW_MS + 660_001));
    const held = state.held;
    if (held?.kind !== "options") expect.fail("no chain");
    expect(held.value.options.map(({ instrument }) => instrument)).toEqual(["B", "C"]);
  });
});
