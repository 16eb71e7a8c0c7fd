import { describe, expect, test } from "vitest";
import { coinbase } from "../../../src/sources/coinbase/spot.ts";
import { NOW_MS, SPOT_BTC, coinbaseBody } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";
import { describeSides } from "../sides.ts";

const subscription = SPOT_BTC.coinbase;
const receipt = { timeMs: NOW_MS, timeSource: "receipt", receivedAtMs: NOW_MS } as const;

describeAdapter({
  subscription,
  path: "/products/BTC-USD/ticker",
  goodBody: coinbaseBody(),
  goodQuote: {
    kind: "spot",
    value: { venue: "coinbase", ...receipt, base: "BTC", quote: "USD", bid: 78490.1, ask: 78490.11 },
  },
  errors: [
    ['{"message":"NotFound"}', "delisted"],
    ['{"message":"Public rate limit exceeded"}', "rate-limited"],
    ['{"message":"under maintenance"}', "maintenance"],
    ['{"message":"\\u001b[31m<script>\\n"}', "venue-error"],
  ],
});
describeSides("coinbase", subscription, coinbaseBody);

describe("coinbase times", () => {
  test("a trade of hours ago does not age a live book", () => {
    const outcome = coinbase.parse(coinbaseBody(undefined, undefined, NOW_MS - 20 * 3_600_000), subscription, NOW_MS);
    expect(outcome).toMatchObject({ kind: "quote", quote: { timeMs: NOW_MS, timeSource: "receipt" } });
  });

  test.each([
    ["more than a day ago", NOW_MS - 86_400_001, "stale"],
    ["in the future", NOW_MS + 60_000, "out-of-range"],
  ])("a last trade %s is refused", (_name, timeMs, reason) => {
    const outcome = coinbase.parse(coinbaseBody(undefined, undefined, timeMs), subscription, NOW_MS);
    expect(outcome).toMatchObject({ kind: "gap", reason });
  });

  test.each(["", "yesterday", "2026-09-10", "1789041600", "2026-02-30T00:00:00Z"])(
    "the time %j is a bad shape",
    (time) => {
      const body = coinbaseBody().replace(/"time":"[^"]*"/, `"time":${JSON.stringify(time)}`);
      expect(coinbase.parse(body, subscription, NOW_MS)).toMatchObject({ kind: "gap", reason: "bad-shape" });
    },
  );
});
