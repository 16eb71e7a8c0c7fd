import { describe, expect, test } from "vitest";
import { krakenDepth } from "../../../src/sources/kraken/depth.ts";
import type { DepthSubscription } from "../../../src/sources/subscription.ts";
import { NOW_MS } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";

const subscription: DepthSubscription = { kind: "depth", venue: "kraken", base: "BTC", quote: "USD" };
const NOW_SEC = NOW_MS / 1000;

function body(sec = NOW_SEC - 3, bid = '"99.9","2.000"', key = "XXBTZUSD"): string {
  const asks = `[["100.1","1.000",${sec - 60}],["101.1","5.000",${sec - 9}]]`;
  return `{"error":[],"result":{"${key}":{"asks":${asks},"bids":[[${bid},${sec}],["99.5","1.000",${sec - 900_000}]]}}}`;
}

describeAdapter({
  subscription,
  path: "/0/public/Depth?pair=XBTUSD&count=500",
  goodBody: body(),
  goodQuote: {
    kind: "depth",
    value: {
      venue: "kraken",
      timeMs: NOW_MS,
      timeSource: "receipt",
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
    ['{"error":["EQuery:Unknown asset pair"]}', "delisted"],
    ['{"error":["EService:Unavailable"]}', "maintenance"],
    ['{"error":[],"result":{"XXBTZUSD":[]}}', "bad-shape"],
    ['{"error":[],"result":{"XXBTZUSD":{}}}', "bad-shape"],
    ['{"error":[],"result":{"XXBTZUSD":{"bids":[],"asks":[]}}}', "empty-book"],
    [body(NOW_SEC, '"99.9","2"', "XETHZUSD"), "bad-shape"],
    [body(NOW_SEC, "99.9,2"), "bad-shape"],
    [body(NOW_SEC, '"99.9","0.000"'), "bad-shape"],
    [body(NOW_SEC, '"100.1","1.000"'), "locked-book"],
  ],
});

describe("kraken book times", () => {
  test("a book of which a level moved within a day is live, whatever the age of the others", () => {
    expect(krakenDepth.parse(body(NOW_SEC - 86_000), subscription, NOW_MS)).toMatchObject({
      quote: { timeMs: NOW_MS, timeSource: "receipt" },
    });
  });

  test("a book of which no level moved for a day is stale", () => {
    expect(krakenDepth.parse(body(NOW_SEC - 86_401), subscription, NOW_MS)).toMatchObject({ reason: "stale" });
  });
});
