import { describe, expect, test } from "vitest";
import { bitstampDepth } from "../../../src/sources/bitstamp/depth.ts";
import type { DepthSubscription } from "../../../src/sources/subscription.ts";
import { NOW_MS } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";

const subscription: DepthSubscription = { kind: "depth", venue: "bitstamp", base: "BTC", quote: "USD" };

function body(micros = `"microtimestamp": "${NOW_MS}142", `, bid = '["99.9", "2.00000000"]'): string {
  return `{"timestamp": "${NOW_MS / 1000}", ${micros}"bids": [${bid}, ["99.5", "1"]], "asks": [["100.1", "1"], ["101.1", "5"]]}`;
}

describeAdapter({
  subscription,
  path: "/api/v2/order_book/btcusd/",
  goodBody: body(),
  goodQuote: {
    kind: "depth",
    value: {
      venue: "bitstamp",
      timeMs: NOW_MS,
      timeSource: "venue",
      receivedAtMs: NOW_MS,
      base: "BTC",
      quote: "USD",
      bid: 99.9,
      ask: 100.1,
      down: { notional: 99.9 * 2 + 99.5, isWhole: false },
      up: { notional: 100.1, isWhole: true },
    },
  },
  errors: [
    [`{"error": "Bitstamp.net is under scheduled maintenance. We'll be back soon."}`, "maintenance"],
    ['{"response_code": "400.067"}', "rate-limited"],
    ['{"timestamp": "1789041600", "bids": [], "asks": []}', "empty-book"],
    [body('"microtimestamp": "soon", '), "bad-shape"],
    [body('"microtimestamp": "1789041600", '), "out-of-range"],
    [body(`"microtimestamp": "${NOW_MS - 86_400_001}000", `), "stale"],
    [body("", '["99.9", 2]'), "bad-shape"],
    [body("", '["100.2", "2"]'), "crossed-book"],
  ],
});

describe("bitstamp book times", () => {
  test("a book without microseconds is of its second", () => {
    expect(bitstampDepth.parse(body(""), subscription, NOW_MS + 700)).toMatchObject({
      quote: { timeMs: NOW_MS, timeSource: "venue", receivedAtMs: NOW_MS + 700 },
    });
  });
});
