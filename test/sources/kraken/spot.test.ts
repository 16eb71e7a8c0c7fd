import { describe, expect, test } from "vitest";
import { kraken } from "../../../src/sources/kraken/spot.ts";
import type { SpotSubscription } from "../../../src/sources/subscription.ts";
import { NOW_MS, SPOT_BTC, krakenBody } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";
import { describeSides } from "../sides.ts";

const subscription = SPOT_BTC.kraken;
const receipt = { timeMs: NOW_MS, timeSource: "receipt", receivedAtMs: NOW_MS } as const;

describeAdapter({
  subscription,
  path: "/0/public/Ticker?pair=XBTUSD",
  goodBody: krakenBody(),
  goodQuote: {
    kind: "spot",
    value: { venue: "kraken", ...receipt, base: "BTC", quote: "USD", bid: 78493.7, ask: 78493.8 },
  },
  errors: [
    ['{"error":["EQuery:Unknown asset pair"]}', "delisted"],
    ['{"error":["EGeneral:Too many requests"]}', "rate-limited"],
    ['{"error":["EAPI:Rate limit exceeded"]}', "rate-limited"],
    ['{"error":["EService:Unavailable"]}', "maintenance"],
    ['{"error":["EService:Busy"]}', "server-error"],
    ['{"error":["EService:Market in cancel_only mode"]}', "halted"],
    ['{"error":[],"result":{}}', "bad-shape"],
    ['{"error":[]}', "bad-shape"],
  ],
});
describeSides("kraken", subscription, krakenBody);

describe("kraken pairs", () => {
  const pairs: readonly (readonly [base: string, quote: string, asked: string, key: string])[] = [
    ["BTC", "USD", "XBTUSD", "XXBTZUSD"],
    ["ETH", "USD", "ETHUSD", "XETHZUSD"],
    ["USDT", "USD", "USDTUSD", "USDTZUSD"],
    ["USDC", "USD", "USDCUSD", "USDCUSD"],
    ["BTC", "USDT", "XBTUSDT", "XBTUSDT"],
    ["ETH", "BTC", "ETHXBT", "XETHXXBT"],
  ];
  test.each(pairs)("%s-%s is asked as %s and answered as %s", (base, quote, asked, key) => {
    const pair: SpotSubscription = { kind: "spot", venue: "kraken", base, quote };
    expect(kraken.path(pair)).toBe(`/0/public/Ticker?pair=${asked}`);
    const outcome = kraken.parse(krakenBody(undefined, undefined, key), pair, NOW_MS);
    expect(outcome).toMatchObject({ kind: "quote", quote: { base, quote } });
  });

  test.each(["XETHZUSD", "XXBTZEUR", "XBTUSDT", "BTCUSD", "", "__proto__"])(
    "an answer for %j is not one for BTC-USD",
    (key) => {
      const outcome = kraken.parse(krakenBody(undefined, undefined, key), subscription, NOW_MS);
      expect(outcome).toMatchObject({ kind: "gap", reason: "bad-shape" });
    },
  );

  test("two pairs in one answer are refused", () => {
    const body = krakenBody().replace('"result":{', '"result":{"XETHZUSD":{"a":["1","1","1"],"b":["1","1","1"]},');
    expect(kraken.parse(body, subscription, NOW_MS)).toMatchObject({ kind: "gap", reason: "bad-shape" });
  });

  test("a throttle names its end, which is waited for", () => {
    const until = NOW_MS / 1000 + 12;
    const outcome = kraken.parse(`{"error":["EService: Throttled: ${until}"]}`, subscription, NOW_MS);
    expect(outcome).toMatchObject({ kind: "gap", reason: "rate-limited", retryAfterMs: 12_000 });
  });

  test("a warning beside a result does not hide the result", () => {
    const body = krakenBody().replace('"error":[]', '"error":["WGeneral:Something minor"]');
    expect(kraken.parse(body, subscription, NOW_MS).kind).toBe("quote");
  });
});
