import { describe, expect, test } from "vitest";
import { bitstamp } from "../../../src/sources/bitstamp/spot.ts";
import { NOW_MS, SPOT_BTC, bitstampBody } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";
import { describeSides } from "../sides.ts";

const subscription = SPOT_BTC.bitstamp;

describeAdapter({
  subscription,
  path: "/api/v2/ticker/btcusd/",
  goodBody: bitstampBody(),
  goodQuote: {
    kind: "spot",
    value: {
      venue: "bitstamp",
      timeMs: NOW_MS,
      timeSource: "venue",
      receivedAtMs: NOW_MS,
      base: "BTC",
      quote: "USD",
      bid: 78480,
      ask: 78499,
    },
  },
  errors: [
    [`{"error": "Bitstamp.net is under scheduled maintenance. We'll be back soon."}`, "server-error"],
    ['{"error": "Order not found"}', "venue-error"],
    ['{"error": {"__all__": ["Minimum order size is $1"]}}', "venue-error"],
    [
      '{"response_code": "400.002", "response_explanation": "Request rejected due to exceeded rate limit."}',
      "rate-limited",
    ],
    ['{"response_code": "404.001"}', "venue-error"],
  ],
});
describeSides("bitstamp", subscription, bitstampBody);

describe("bitstamp times", () => {
  test("an old stamp is kept as it is: the methods judge age", () => {
    const outcome = bitstamp.parse(bitstampBody(undefined, undefined, "1700000000"), subscription, NOW_MS);
    expect(outcome).toMatchObject({ kind: "quote", quote: { timeMs: 1_700_000_000_000, receivedAtMs: NOW_MS } });
  });

  test.each(["0", "1700000000000", "9999999999999999"])("%s is not unix seconds", (stamp) => {
    const outcome = bitstamp.parse(bitstampBody(undefined, undefined, stamp), subscription, NOW_MS);
    expect(outcome).toMatchObject({ kind: "gap", reason: "out-of-range" });
  });

  test.each(["", "-5", "1.7e9", "0x65", "soon"])("the stamp %j is a bad shape", (stamp) => {
    const outcome = bitstamp.parse(bitstampBody(undefined, undefined, stamp), subscription, NOW_MS);
    expect(outcome).toMatchObject({ kind: "gap", reason: "bad-shape" });
  });
});
