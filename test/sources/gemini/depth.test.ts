import { NOW_MS } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";

const level = (price: unknown, amount: unknown) => ({ price, amount, timestamp: "1565588056" });
const BIDS = [level("99.90", "1.00"), level("99.50", "2.00"), level("90.00", "5.00")];
const ASKS = [level("100.10", "0.50"), level("100.90", "1.00")];
const body = (bids: unknown = BIDS, asks: unknown = ASKS): string => JSON.stringify({ bids, asks });

describeAdapter({
  subscription: { kind: "depth", venue: "gemini", base: "BTC", quote: "USD" },
  path: "/v1/book/btcusd?limit_bids=1000&limit_asks=1000",
  goodBody: body(),
  goodQuote: {
    kind: "depth",
    value: {
      venue: "gemini",
      timeMs: NOW_MS,
      timeSource: "receipt",
      receivedAtMs: NOW_MS,
      base: "BTC",
      quote: "USD",
      bid: 99.9,
      ask: 100.1,
      down: { notional: 99.9 + 2 * 99.5, isWhole: true },
      up: { notional: 0.5 * 100.1 + 100.9, isWhole: false },
    },
  },
  errors: [
    ['{"result":"error","reason":"RateLimit","message":"slow down"}', "rate-limited"],
    [body([]), "empty-book"],
    [body(ASKS, BIDS), "crossed-book"],
    [body([level("100.10", "1")]), "locked-book"],
    [body([level("99.90", "0")]), "bad-shape"],
    [body([level("99.90", "x")]), "bad-shape"],
    [body([level(99.9, 1)]), "bad-shape"],
    [body([["99.90", "1"]]), "bad-shape"],
    [body([BIDS[1], BIDS[0]]), "bad-shape"],
  ],
});
