import { describe, expect, test } from "vitest";
import { coinbaseDepth } from "../../../src/sources/coinbase/depth.ts";
import type { DepthSubscription } from "../../../src/sources/subscription.ts";
import { NOW_MS } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";

const subscription: DepthSubscription = { kind: "depth", venue: "coinbase", base: "BTC", quote: "USD" };
const time = new Date(NOW_MS - 20).toISOString().replace("Z", "123Z");

function body(
  members = `"sequence":9,"auction_mode":false,"auction":null,"time":"${time}"`,
  bid = '["99.9","2",3]',
): string {
  return `{"bids":[${bid},["99.5","1.5",1],["98","100",7]],"asks":[["100.1","1",1],["100.5","2",1]],${members}}`;
}

describeAdapter({
  subscription,
  path: "/products/BTC-USD/book?level=2",
  goodBody: body(),
  goodQuote: {
    kind: "depth",
    value: {
      venue: "coinbase",
      timeMs: NOW_MS - 20,
      timeSource: "venue",
      receivedAtMs: NOW_MS,
      base: "BTC",
      quote: "USD",
      bid: 99.9,
      ask: 100.1,
      down: { notional: 99.9 * 2 + 99.5 * 1.5, isWhole: true },
      up: { notional: 100.1 + 201, isWhole: false },
    },
  },
  errors: [
    ['{"message":"NotFound"}', "delisted"],
    ['{"message":"Public rate limit exceeded"}', "rate-limited"],
    [body('"auction_mode":true'), "halted"],
    [body('"auction_mode":"yes"'), "bad-shape"],
    [body('"time":"2026-09-08T12:00:00Z"'), "stale"],
    [body('"time":"0001-01-01T00:00:00.000000Z"'), "out-of-range"],
    [body('"x":1', "[99.9,2,3]"), "bad-shape"],
    [body('"x":1', '["99.9"]'), "bad-shape"],
    [body('"x":1', '["100.2","1",1]'), "crossed-book"],
    [body('"x":1', '["99.9","0.-10000",1]'), "bad-shape"],
    ['{"bids":[],"asks":[]}', "empty-book"],
  ],
});

describe("coinbase book times", () => {
  test("a book without a time is of its receipt", () => {
    expect(coinbaseDepth.parse(body('"auction_mode":false'), subscription, NOW_MS)).toMatchObject({
      quote: { timeMs: NOW_MS, timeSource: "receipt" },
    });
  });
});
