import { expect, test } from "vitest";
import { binanceFuturesStream } from "../../../src/sources/binance/futures-stream.ts";
import type { StreamStep } from "../../../src/sources/stream-adapter.ts";
import { NOW_MS } from "../bodies.ts";
import { expectLawfulStep, expectNoEditGetsPast, openSession } from "../played-session.ts";

const BTC = { kind: "futures", venue: "binance", base: "BTC", quote: "USD" } as const;

type Row = Readonly<Record<string, unknown>>;
const mark = (change: Row = {}): string =>
  JSON.stringify({
    stream: "btcusdt@markPrice@1s",
    data: {
      e: "markPriceUpdate",
      E: NOW_MS - 50,
      s: "BTCUSDT",
      p: "78610.75",
      P: "78600.00",
      i: "78594.25",
      r: "0.00001226",
      T: Date.UTC(2026, 8, 10, 16),
      ...change,
    },
  });
const book = (change: Row = {}): string =>
  JSON.stringify({
    stream: "btcusdt@bookTicker",
    data: {
      e: "bookTicker",
      u: 7,
      E: NOW_MS - 60,
      T: NOW_MS - 61,
      s: "BTCUSDT",
      b: "78610.7",
      a: "78610.8",
      ...change,
    },
  });

function last(...frames: readonly string[]): StreamStep {
  const session = openSession(binanceFuturesStream, [BTC]);
  const steps = frames.map((frame) => session.take(frame, NOW_MS));
  for (const step of steps) expectLawfulStep(step, [BTC]);
  return steps.at(-1)!;
}

test("the address names mark and book", () => {
  expect(binanceFuturesStream.path([BTC])).toBe("/market/stream?streams=btcusdt@markPrice@1s/btcusdt@bookTicker");
  expect(binanceFuturesStream.carries(BTC)).toBe(true);
  expect(binanceFuturesStream.carries({ ...BTC, kind: "options" })).toBe(false);
});

test("a mark is the row, with the newest bid and ask beside it", () => {
  expect(last(book({ u: 6, b: "78000" }), book(), mark()).updates).toEqual([
    {
      kind: "futures",
      source: "binance:BTC.futures",
      rows: [
        {
          instrument: "BTCUSDT",
          expiryMs: null,
          bid: 78610.7,
          ask: 78610.8,
          mark: 78610.75,
          funding8h: null,
          currentFunding: 1.226e-5,
          index: 78594.25,
        },
      ],
      gone: [],
      timeMs: NOW_MS - 50,
      receivedAtMs: NOW_MS,
      refused: {},
    },
  ]);
});

test("a book alone says nothing yet, and a mark alone has no sides", () => {
  expect(last(book())).toEqual({ send: [], updates: [], refused: null, close: null });
  expect(last(mark()).updates).toMatchObject([{ rows: [{ bid: null, ask: null, mark: 78610.75 }] }]);
});

test("a bid and ask that are long past do not stand beside a new mark", () => {
  expect(last(book({ E: NOW_MS - 5_051 }), mark()).updates).toMatchObject([{ rows: [{ bid: null, ask: null }] }]);
  expect(last(book({ E: NOW_MS - 5_050 }), mark()).updates).toMatchObject([{ rows: [{ bid: 78610.7 }] }]);
});

test("a book whose update id goes back ends the connection", () => {
  expect(last(book({ u: 8 }), book({ u: 7 }))).toMatchObject({ close: { reason: "sequence-gap" } });
});

test.each([
  ["a mark of zero", mark({ p: "0" })],
  ["a mark as a number", mark({ p: 78610.75 })],
  ["a mark of another symbol", mark({ s: "ETHUSDT" })],
  ["a mark without a time", mark({ E: undefined })],
  ["a book without an id", book({ u: null })],
  ["a book without sides", book({ b: undefined })],
  ["an unasked stream", mark().replace("btcusdt@", "ethusdt@")],
  ["a stream of no object", '{"stream":"btcusdt@bookTicker","data":[1]}'],
])("%s is refused and the connection goes on", (_name, frame) => {
  expect(last(frame)).toMatchObject({ updates: [], refused: { reason: "bad-shape" }, close: null });
});

test("a crossed book beside the mark refuses the row", () => {
  expect(last(book({ b: "78611" }), mark())).toMatchObject({ updates: [], refused: { detail: "BTCUSDT is crossed" } });
});

test("a perpetual whose mark stays silent was never subscribed", () => {
  const session = openSession(binanceFuturesStream, [BTC]);
  session.take(book(), NOW_MS);
  expect(session.tick(NOW_MS + 30_001).updates).toMatchObject([{ gap: { reason: "not-subscribed" } }]);
});

test("no edit of a push throws or gets past the laws of a quote", () => {
  expectNoEditGetsPast(binanceFuturesStream, [BTC], [book(), mark(), book({ u: 8 }), mark({ E: NOW_MS })]);
});
