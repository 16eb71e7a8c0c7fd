import { NOW_MS } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";

const body = (price = '"78494.25000000"', time = String(NOW_MS - 300)): string =>
  `{"indexPrice":${price},"time":${time}}`;

describeAdapter({
  subscription: { kind: "index", venue: "binance", base: "BTC", quote: "USD" },
  path: "/eapi/v1/index?underlying=BTCUSDT",
  goodBody: body(),
  goodQuote: {
    kind: "index",
    value: {
      venue: "binance",
      timeMs: NOW_MS - 300,
      timeSource: "venue",
      receivedAtMs: NOW_MS,
      base: "BTC",
      // Asked for as USD, and honest about what it is.
      quote: "USDT",
      price: 78494.25,
    },
  },
  errors: [
    ['{"code":-1121,"msg":"Invalid symbol."}', "delisted"],
    [body('"0"'), "zero-quote"],
    [body('""'), "zero-quote"],
    [body('"-1.0"'), "zero-quote"],
    [body('"-78494"'), "bad-shape"],
    [body("78494.25"), "bad-shape"],
    [body('"1e12"'), "out-of-range"],
    [body(undefined, "1789041600"), "out-of-range"],
    [body(undefined, '"1789041600000"'), "bad-shape"],
  ],
});
