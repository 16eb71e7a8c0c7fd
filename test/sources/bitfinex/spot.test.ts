import { describe, expect, test } from "vitest";
import { bitfinex } from "../../../src/sources/bitfinex/spot.ts";
import { NOW_MS } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";

const subscription = { kind: "spot", venue: "bitfinex", base: "BTC", quote: "USD" } as const;
const body = (bid = "78490", ask = "78491", last = "78490", more = ""): string =>
  `[${bid},38.644979070000005,${ask},32.14,-126.6,-0.0175,${last},1982.88275223,79000,77000${more}]`;

describeAdapter({
  subscription,
  path: "/v2/ticker/tBTCUSD",
  goodBody: body(),
  goodQuote: {
    kind: "spot",
    value: {
      venue: "bitfinex",
      timeMs: NOW_MS,
      timeSource: "receipt",
      receivedAtMs: NOW_MS,
      base: "BTC",
      quote: "USD",
      bid: 78490,
      ask: 78491,
    },
  },
  errors: [
    ['{"error":"ERR_RATE_LIMIT"}', "rate-limited"],
    ['{"error":"ERR_OTHER"}', "venue-error"],
    ['["error",11010,"ratelimit: error"]', "rate-limited"],
    ['["error",10020,"symbol: invalid"]', "delisted"],
    ['["error",10020,"len: invalid"]', "venue-error"],
    ['["error",20060,"maintenance"]', "maintenance"],
    ['["error",10000,"unknown"]', "venue-error"],
    ['["error"]', "venue-error"],
    ["[0]", "maintenance"],
    ["[1]", "bad-shape"],
    [`["tBTCUSD",${body().slice(1)}`, "bad-shape"],
    [`[${body()}]`, "bad-shape"],
  ],
});

describe("bitfinex sides", () => {
  test.each([
    ["0", undefined, "zero-quote"],
    [undefined, "0.0", "zero-quote"],
    ["null", undefined, "no-quote"],
    [undefined, "null", "no-quote"],
    ["-78490", undefined, "out-of-range"],
    ["80000", "70000", "crossed-book"],
    ["7.849e4", "78490.0", "locked-book"],
    ["0.01", "99999", "out-of-range"],
    ["1e999", undefined, "bad-shape"],
    ['"78490"', undefined, "bad-shape"],
    ["true", undefined, "bad-shape"],
    ["[]", undefined, "bad-shape"],
  ])("bid %s, ask %s is refused as %s", (bid, ask, reason) => {
    expect(bitfinex.parse(body(bid, ask), subscription, NOW_MS)).toMatchObject({ kind: "gap", reason });
  });

  test("exponents are read, and members that are new at the end change nothing", () => {
    const outcome = bitfinex.parse(body("7.849e4", "78490.5", "78490", ',null,"new",7'), subscription, NOW_MS);
    expect(outcome).toMatchObject({ quote: { bid: 78490, ask: 78490.5 } });
  });

  test("a last price far from the book means that the members are other ones", () => {
    for (const last of ["1", "1e6", "null", '"78490"'])
      expect(bitfinex.parse(body(undefined, undefined, last), subscription, NOW_MS)).toMatchObject({
        kind: "gap",
        reason: "bad-shape",
      });
  });
});
