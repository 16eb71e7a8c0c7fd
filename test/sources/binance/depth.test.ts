import { NOW_MS } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";

const subscription = { kind: "depth", venue: "binance", base: "BTC", quote: "USDT" } as const;
const bids = '[["99.90","1.00"],["99.50","2.00"],["90.00","5.00"]]';
const asks = '[["100.10","0.50"],["100.90","1.00"]]';
const body = (down = bids, up = asks, id = "33933317943"): string =>
  `{"lastUpdateId":${id},"bids":${down},"asks":${up}}`;

describeAdapter({
  subscription,
  path: "/api/v3/depth?symbol=BTCUSDT&limit=1000",
  goodBody: body(),
  goodQuote: {
    kind: "depth",
    value: {
      venue: "binance",
      timeMs: NOW_MS,
      timeSource: "receipt",
      receivedAtMs: NOW_MS,
      base: "BTC",
      quote: "USDT",
      bid: 99.9,
      ask: 100.1,
      // 99.00 is 1 % below the middle: the third bid is beyond. 101.00 is 1 % above it: the asks end earlier.
      down: { notional: 99.9 + 2 * 99.5, isWhole: true },
      up: { notional: 0.5 * 100.1 + 100.9, isWhole: false },
    },
  },
  errors: [
    ['{"code":-1121,"msg":"Invalid symbol."}', "delisted"],
    ['{"code":-1003,"msg":"Too much request weight used"}', "rate-limited"],
    [body("[]"), "empty-book"],
    [body(bids, "[]"), "empty-book"],
    [body(asks, bids), "crossed-book"],
    [body('[["100.10","1"]]'), "locked-book"],
    [body('[["90","1"]]', '[["110","1"]]'), "out-of-range"],
    [body('[["99.50","1"],["99.90","1"]]'), "bad-shape"],
    [body('[["99.90","0.00"]]'), "bad-shape"],
    [body('[["99.90","1"],["99.80","-1"]]'), "bad-shape"],
    [body('[["99.90","1"],["99.80","x"]]'), "bad-shape"],
    [body("[[99.90,1]]"), "bad-shape"],
    [body(bids, asks, '"7"'), "bad-shape"],
    [body(bids, asks, "1.5"), "bad-shape"],
  ],
});
