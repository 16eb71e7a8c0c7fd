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
    [`{"error": "Bitstamp.net is under scheduled maintenance. We'll be back soon."}`, "maintenance"],
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
  test("a stamp of hours ago is kept as it is, for the methods judge age; one of more than a day ago is stale", () => {
    const stamped = (ageSec: number) =>
      bitstamp.parse(bitstampBody(undefined, undefined, String(NOW_MS / 1000 - ageSec)), subscription, NOW_MS);
    expect(stamped(86_400)).toMatchObject({ quote: { timeMs: NOW_MS - 86_400_000, receivedAtMs: NOW_MS } });
    expect(stamped(86_401)).toMatchObject({ kind: "gap", reason: "stale" });
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
