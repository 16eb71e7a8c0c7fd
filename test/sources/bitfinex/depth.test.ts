import { NOW_MS } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";

const ROWS = [
  [99.9, 3, 1],
  [99.5, 2, 2],
  [90, 1, 5],
  [100.1, 1, -0.5],
  [100.9, 4, -1],
];

describeAdapter({
  subscription: { kind: "depth", venue: "bitfinex", base: "BTC", quote: "USDT" },
  path: "/v2/book/tBTCUST/P1?len=250",
  goodBody: JSON.stringify(ROWS),
  goodQuote: {
    kind: "depth",
    value: {
      venue: "bitfinex",
      timeMs: NOW_MS,
      timeSource: "receipt",
      receivedAtMs: NOW_MS,
      base: "BTC",
      quote: "USDT",
      bid: 99.9,
      ask: 100.1,
      down: { notional: 99.9 + 2 * 99.5, isWhole: true },
      up: { notional: 0.5 * 100.1 + 100.9, isWhole: false },
    },
  },
  emptyArray: "empty-book",
  errors: [
    ['{"error":"ERR_RATE_LIMIT"}', "rate-limited"],
    ['["error",10020,"symbol: invalid"]', "delisted"],
    ["[0]", "maintenance"],
    [JSON.stringify(ROWS.slice(0, 3)), "empty-book"],
    [JSON.stringify(ROWS.map(([price, count, amount]) => [price, count, -amount!])), "crossed-book"],
    [JSON.stringify([...ROWS, [101, 0, -1]]), "bad-shape"],
    [JSON.stringify([...ROWS, [101, 1.5, -1]]), "bad-shape"],
    [JSON.stringify([...ROWS, [101, 1, 0]]), "bad-shape"],
    [JSON.stringify([...ROWS, [0.0002, 30, 1, -500]]), "bad-shape"],
    [JSON.stringify([[99.5, 1, 1], ...ROWS]), "bad-shape"],
  ],
});
