import { describe, expect } from "vitest";
import { bitstampStreams } from "../../../src/sources/bitstamp/streams.ts";
import type { DepthSubscription, SpotSubscription, Subscription } from "../../../src/sources/subscription.ts";
import { SPOT_BTC } from "../bodies.ts";
import { load, loadFrames, openSession, read, recorded, where, wordsOf } from "../recorded.ts";

const SPOT = SPOT_BTC.bitstamp;
const DEPTH: DepthSubscription = { ...SPOT, kind: "depth" };
const stream = bitstampStreams[0]!;
const BOOK_MS = 1_654_243_213_142;

describe("bitstamp over REST", () => {
  recorded(`order_book_2022-06_raw (R) is the book 30415.13 / 30434.64 of its microsecond${where}`, () => {
    const body = load("bitstamp/order_book_2022-06_raw.json");
    const outcome = read(body, DEPTH, BOOK_MS + 200);
    if (outcome.kind === "gap" || outcome.quote.kind !== "depth") expect.fail("no depth");
    const { value } = outcome.quote;
    expect(value).toMatchObject({
      bid: 30415.13,
      ask: 30434.64,
      timeMs: BOOK_MS,
      timeSource: "venue",
      receivedAtMs: BOOK_MS + 200,
    });
    const bids = 30415.13 * 0.37816633 + 30415.11 * 2.45236394 + 30415.05 * 0.21660771;
    expect(value.down.notional).toBeCloseTo(bids + 30413.74 * 0.370551 + 30413.73 * 0.106, 6);
    expect(value.down.isWhole || value.up.isWhole).toBe(false);
    expect(read(body, SPOT, BOOK_MS)).toMatchObject({ kind: "gap", reason: "bad-shape" });
    expect(read(body, DEPTH, BOOK_MS + 86_400_001)).toMatchObject({ kind: "gap", reason: "stale" });
  });

  recorded(`order_book_btcusd_top100 (N), from before microseconds, is the book 8200.59 of its second${where}`, () => {
    const body = load("bitstamp/order_book_btcusd_top100.json");
    const raw: { bids: [string, string][]; asks: [string, string][] } = JSON.parse(body);
    const outcome = read(body, DEPTH, 1_560_482_001_400);
    if (outcome.kind === "gap" || outcome.quote.kind !== "depth") expect.fail("no depth");
    const { value } = outcome.quote;
    const ask = Number(raw.asks[0]![0]);
    expect(value).toMatchObject({ bid: 8200.59, ask, timeMs: 1_560_482_001_000, timeSource: "venue" });
    const low = 0.99 * (8200.59 + 0.5 * (ask - 8200.59));
    const within = raw.bids
      .map(([price, size]) => [Number(price), Number(size)] as const)
      .filter(([price]) => price >= low);
    expect(value.down.notional).toBeCloseTo(
      within.reduce((sum, [price, size]) => sum + price * size, 0),
      6,
    );
    expect(value.down.isWhole).toBe(within.length < raw.bids.length);
  });

  const tickers: readonly (readonly [string, number, number, number])[] = [
    ["ticker_ccxt", 26208, 26211, 1_686_068_944_000],
    ["ticker_btcusd_gct", 2188.97, 2211, 1_643_640_186_000],
  ];
  for (const [file, bid, ask, timeMs] of tickers)
    recorded(`${file} (N) is the book ${bid} / ${ask} of its second, and stale two days later${where}`, () => {
      const body = load(`bitstamp/${file}.json`);
      expect(read(body, SPOT, timeMs + 300)).toMatchObject({ quote: { value: { bid, ask, timeMs } } });
      expect(read(body, SPOT, timeMs + 2 * 86_400_000)).toMatchObject({ kind: "gap", reason: "stale" });
      expect(read(body, DEPTH, timeMs)).toMatchObject({ kind: "gap", reason: "bad-shape" });
    });

  recorded(`trading-pairs-info_2022-01-05 (R) is of another endpoint and refused${where}`, () => {
    for (const subscription of [SPOT, DEPTH] satisfies readonly Subscription[])
      expect(read(load("bitstamp/trading-pairs-info_2022-01-05.json"), subscription, BOOK_MS)).toMatchObject({
        kind: "gap",
        reason: "bad-shape",
      });
  });

  recorded(`errors_xchange (N): every error is a venue error${where}`, () => {
    const errors = load("bitstamp/errors_xchange.txt").split(/^(?=\{)/m);
    expect(errors.length).toBe(5);
    for (const error of errors)
      expect(read(error, DEPTH, BOOK_MS)).toMatchObject({ kind: "gap", reason: "venue-error" });
  });

  recorded(`errors_doc (D) has the reasons rate-limited and maintenance${where}`, () => {
    const errors: readonly { body?: unknown }[] = JSON.parse(load("bitstamp/errors_doc.json"));
    const bodies = errors.filter(({ body }) => body !== undefined);
    expect(bodies.map(({ body }) => read(JSON.stringify(body), SPOT, BOOK_MS))).toMatchObject([
      { reason: "rate-limited" },
      { reason: "maintenance" },
    ]);
  });
});

describe("bitstamp's frames", () => {
  recorded(
    `ws_session_2022-01-05 (R): confirmations say nothing, changes of books and trades are refused${where}`,
    () => {
      const atMs = 1_641_343_692_500;
      const eth: SpotSubscription = { ...SPOT, base: "ETH" };
      const frames = loadFrames("bitstamp/ws_session_2022-01-05.jsonl");
      const words = wordsOf(openSession(stream, [SPOT, eth], atMs), frames, atMs);
      frames.forEach((frame, i) => {
        const isConfirmation = JSON.parse(frame).event === "bts:subscription_succeeded";
        expect(words[i]).toBe(isConfirmation ? "nothing" : "refused: bad-shape");
      });
      expect(new Set(words).size).toBe(2);
    },
  );

  recorded(`a recorded book (R) in a frame of the stream is the spot quote and the depth${where}`, () => {
    const data = load("bitstamp/order_book_2022-06_raw.json");
    const frame = `{"data":${data},"channel":"order_book_btcusd","event":"data"}`;
    const session = openSession(stream, [SPOT, DEPTH], BOOK_MS);
    expect(wordsOf(session, [frame], BOOK_MS + 90)).toEqual(["spot 30415.13/30434.64, depth 30415.13/30434.64"]);
  });
});
