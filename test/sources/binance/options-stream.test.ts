import { expect, test } from "vitest";
import { binanceOptionsStream } from "../../../src/sources/binance/options-stream.ts";
import type { StreamStep } from "../../../src/sources/stream-adapter.ts";
import { NOW_MS } from "../bodies.ts";
import { expectLawfulStep, expectNoEditGetsPast, openSession } from "../played-session.ts";

const CHAIN = { kind: "options", venue: "binance", base: "BTC", quote: "USD" } as const;
const INDEX = { ...CHAIN, kind: "index" } as const;
const ALL = [INDEX, CHAIN];
const CALL = "BTC-260925-80000-C";
const FORWARD = 80_000;

type Row = Readonly<Record<string, unknown>>;
const row = (change: Row = {}): Row => ({
  s: CALL,
  mp: "2000.0",
  E: NOW_MS - 50,
  e: "markPrice",
  i: "80000.00",
  P: "0.0000",
  bo: "1960.0",
  ao: "2040.0",
  b: "0.375",
  a: "0.390",
  vo: "0.3817",
  ...change,
});
const rows = (...list: readonly unknown[]): string => JSON.stringify({ stream: "btcusdt@optionMarkPrice", data: list });
const indices = (...list: readonly unknown[]): string => JSON.stringify({ stream: "!index@arr", data: list });
const index = (change: Row = {}): Row => ({ e: "indexPrice", E: NOW_MS - 50, s: "BTCUSDT", p: "80000.5", ...change });

function last(...frames: readonly string[]): StreamStep {
  const session = openSession(binanceOptionsStream, ALL);
  const steps = frames.map((frame) => session.take(frame, NOW_MS));
  for (const step of steps) expectLawfulStep(step, ALL);
  return steps.at(-1)!;
}

test("the address names each stream once, under the prefix that serves it", () => {
  expect(binanceOptionsStream.path([INDEX, CHAIN, { ...INDEX, base: "ETH" }])).toBe(
    "/market/stream?streams=!index@arr/btcusdt@optionMarkPrice",
  );
});

test("options are carried of coins whose contract is one coin, indices of all", () => {
  expect(binanceOptionsStream.carries({ ...CHAIN, base: "ETH" })).toBe(true);
  expect(binanceOptionsStream.carries({ ...CHAIN, base: "XRP" })).toBe(false);
  expect(binanceOptionsStream.carries({ ...INDEX, base: "XRP" })).toBe(true);
  expect(binanceOptionsStream.carries({ ...CHAIN, venue: "okx" })).toBe(false);
});

test("a push is its rows, premiums in coins of the row's own index", () => {
  const put = row({ s: "BTC-260925-70000-P", mp: "32", bo: "0.0000", ao: "0.0000", b: "-1.0", a: "-1.0", i: "79990" });
  expect(last(rows(row(), put)).updates).toEqual([
    {
      kind: "options",
      source: "binance:BTC.options",
      rows: [
        {
          instrument: CALL,
          expiryMs: Date.UTC(2026, 8, 25, 8),
          strike: 80_000,
          right: "call",
          bidCoin: 1960 / FORWARD,
          askCoin: 2040 / FORWARD,
          markCoin: 2000 / FORWARD,
          markVol: 0.3817,
          forward: FORWARD,
        },
        {
          instrument: "BTC-260925-70000-P",
          expiryMs: Date.UTC(2026, 8, 25, 8),
          strike: 70_000,
          right: "put",
          bidCoin: null,
          askCoin: null,
          markCoin: 32 / 79990,
          markVol: 0.3817,
          forward: 79990,
        },
      ],
      gone: [],
      timeMs: NOW_MS - 50,
      receivedAtMs: NOW_MS,
      refused: {},
    },
  ]);
});

test("the time of a push is its oldest row's", () => {
  const step = last(rows(row(), row({ s: "BTC-260925-70000-P", mp: "32", E: NOW_MS - 900 })));
  expect(step.updates).toMatchObject([{ timeMs: NOW_MS - 900 }]);
});

test("rows that are no quote are left out and counted", () => {
  const others = [row({ s: "ETH-260925-3000-C" }), row({ s: "BTC-260925-90000-C", i: "0" }), row({ bo: undefined })];
  expect(last(rows(row({ s: "BTC-260925-85000-C" }), ...others)).updates).toMatchObject([
    { rows: [{ instrument: "BTC-260925-85000-C" }], refused: { "other-underlying": 1, "bad-number": 2 } },
  ]);
});

test("a push without a usable row is refused, by what its rows were", () => {
  expect(last(rows(row({ s: "ETH-260925-3000-C" })))).toMatchObject({
    updates: [],
    refused: { reason: "no-quote", detail: "no usable row: 1 other-underlying" },
  });
});

test("an option that was known is gone at its expiry, once", () => {
  const session = openSession(binanceOptionsStream, ALL);
  const tomorrow = row({ s: "BTC-260911-80000-C", mp: "900" });
  session.take(rows(row(), tomorrow), NOW_MS);
  const later = Date.UTC(2026, 8, 11, 8, 0, 1);
  expect(session.take(rows(row({ E: later })), later).updates).toMatchObject([
    { gone: ["BTC-260911-80000-C"], hasEnded: true },
  ]);
  expect(session.take(rows(row({ E: later + 1 })), later).updates).toMatchObject([{ gone: [] }]);
});

test("the index is its underlying's entry, in USDT", () => {
  expect(last(indices(index({ s: "ETHUSDT", p: "3000" }), index())).updates).toEqual([
    {
      kind: "index",
      source: "binance:BTC-USD.index",
      quote: {
        venue: "binance",
        timeMs: NOW_MS - 50,
        timeSource: "venue",
        receivedAtMs: NOW_MS,
        base: "BTC",
        quote: "USDT",
        price: 80000.5,
      },
    },
  ]);
  expect(last(indices(index({ s: "ETHUSDT" })))).toMatchObject({ updates: [], refused: null });
  expect(last(indices(index({ p: "0" }))).updates).toMatchObject([{ kind: "gap", gap: { reason: "zero-quote" } }]);
  expect(last(indices(index({ E: 1 }))).updates).toMatchObject([{ kind: "gap", gap: { reason: "out-of-range" } }]);
});

test.each([
  ["no JSON", "[", "not-json"],
  ["an unasked chain", '{"stream":"ethusdt@optionMarkPrice","data":[]}', "bad-shape"],
  ["rows that are none", '{"stream":"btcusdt@optionMarkPrice","data":{}}', "bad-shape"],
  ["no rows", '{"stream":"btcusdt@optionMarkPrice","data":[]}', "bad-shape"],
  ["a row without a time", rows(row({ E: undefined })), "bad-shape"],
])("%s is refused and the connection goes on", (_name, frame, reason) => {
  expect(last(frame)).toMatchObject({ updates: [], refused: { reason }, close: null });
});

test("a chain and an index that stay silent were never subscribed", () => {
  const session = openSession(binanceOptionsStream, ALL);
  session.take(indices(index()), NOW_MS);
  expect(session.tick(NOW_MS + 30_001).updates).toMatchObject([
    { kind: "gap", source: "binance:BTC.options", gap: { reason: "not-subscribed" } },
  ]);
});

test("no edit of a push throws or gets past the laws of a quote", () => {
  expectNoEditGetsPast(binanceOptionsStream, ALL, [rows(row(), row({ s: "BTC-260925-70000-P" })), indices(index())]);
});
