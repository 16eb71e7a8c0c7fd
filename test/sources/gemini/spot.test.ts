import { describe, expect, test } from "vitest";
import { gemini } from "../../../src/sources/gemini/spot.ts";
import { NOW_MS } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";
import { describeSides } from "../sides.ts";

const subscription = { kind: "spot", venue: "gemini", base: "BTC", quote: "USD" } as const;

function body(
  bid = '"78490.10000"',
  ask = '"78490.11000"',
  timeMs: unknown = NOW_MS - 40_000,
  names = "BTC,USD",
): string {
  const [base, quote] = names.split(",");
  return `{"bid":${bid},"ask":${ask},"last":"78490","volume":{"${base}":"127.9","${quote}":"10034908.5","timestamp":${String(timeMs)}}}`;
}

describeAdapter({
  subscription,
  path: "/v1/pubticker/btcusd",
  goodBody: body(),
  goodQuote: {
    kind: "spot",
    value: {
      venue: "gemini",
      timeMs: NOW_MS,
      timeSource: "receipt",
      receivedAtMs: NOW_MS,
      base: "BTC",
      quote: "USD",
      bid: 78490.1,
      ask: 78490.11,
    },
  },
  errors: [
    ['{"result":"error","reason":"RateLimit","message":"Requests were made too frequently."}', "rate-limited"],
    ['{"result":"error","reason":"Maintenance","message":"Back soon"}', "maintenance"],
    ['{"result":"error","reason":"MarketNotOpen","message":"Not now"}', "halted"],
    ['{"result":"error","reason":"InvalidSymbol","message":"Received a non-existent symbol"}', "delisted"],
    ['{"result":"error","reason":"Bad Request","message":"\'bla\' is not a valid symbol. Use one"}', "delisted"],
    ['{"result":"error","reason":"System","message":"We are at fault"}', "server-error"],
    ['{"result":"error","reason":"BadNonce","message":"Out-of-sequence"}', "venue-error"],
    ['{"result":"error","reason":7}', "venue-error"],
    [body(undefined, undefined, NOW_MS, "ETH,USD"), "bad-shape"],
    [body(undefined, undefined, NOW_MS, "BTC,USDT"), "bad-shape"],
    ['{"ask":"1","volume":{"BTC":"1","USD":"1","timestamp":1789041600000}}', "no-quote"],
  ],
});
describeSides("gemini", subscription, body);

test("the path is in lower case, whatever the coins", () => {
  expect(gemini.path({ ...subscription, quote: "USDT" })).toBe("/v1/pubticker/btcusdt");
});

describe("the end of the volume's day", () => {
  const read = (timeMs: unknown) => gemini.parse(body(undefined, undefined, timeMs), subscription, NOW_MS);

  test("is no time of the quote, but a day old means a dead market", () => {
    expect(read(NOW_MS - 86_400_000)).toMatchObject({ quote: { timeMs: NOW_MS, timeSource: "receipt" } });
    expect(read(NOW_MS - 86_400_001)).toMatchObject({ kind: "gap", reason: "stale" });
  });

  test("may be a minute ahead and no more", () => {
    expect(read(NOW_MS + 90_000)).toMatchObject({ kind: "quote" });
    for (const timeMs of [NOW_MS + 90_001, 0, -1, NOW_MS / 1000, NOW_MS * 1000])
      expect(read(timeMs)).toMatchObject({ kind: "gap", reason: "out-of-range" });
    expect(read('"1789041600000"')).toMatchObject({ kind: "gap", reason: "bad-shape" });
  });
});
