import { describe, expect, test } from "vitest";
import { deribitVolIndex } from "../../../src/sources/deribit/vol-index.ts";
import type { VolIndexSubscription } from "../../../src/sources/subscription.ts";
import { NOW_MS, deribitBody } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";

const subscription: VolIndexSubscription = { kind: "vol-index", venue: "deribit", base: "BTC", quote: "USD" };
/** The bar of now, half a minute old. */
const OPEN_MS = NOW_MS - 30_000;

function body(close = "38.17", openMs = OPEN_MS): string {
  return deribitBody(
    `{"data":[[${openMs - 60_000},37.9,38.0,37.9,38.0],[${openMs},38.0,38.3,37.9,${close}]],"continuation":${openMs - 60_000}}`,
  );
}

describeAdapter({
  subscription,
  path: "/public/get_volatility_index_data?currency=BTC&start_timestamp=1609459200000&end_timestamp=4102444800000&resolution=60",
  goodBody: body(),
  goodQuote: {
    kind: "vol-index",
    value: {
      venue: "deribit",
      timeMs: NOW_MS,
      timeSource: "venue",
      receivedAtMs: NOW_MS,
      base: "BTC",
      vol: 38.17 / 100,
    },
  },
  errors: [
    [deribitBody('{"data":[],"continuation":null}'), "no-quote"],
    [deribitBody('{"data":{},"continuation":null}'), "bad-shape"],
    [deribitBody("[]"), "bad-shape"],
    [deribitBody(`{"data":[[${NOW_MS},38.0]]}`), "bad-shape"],
    [deribitBody(`{"data":[[${NOW_MS / 1000},38.0,38.0,38.0,38.0]]}`), "bad-shape"],
    [body("null"), "bad-shape"],
    [body('"38.17"'), "bad-shape"],
    [body("0.0"), "out-of-range"],
    [body("0.3817"), "out-of-range"],
    [body("-38.17"), "out-of-range"],
    [body("3817.0"), "out-of-range"],
    [body("38.17", NOW_MS + 60_000), "out-of-range"],
    [body("38.17", NOW_MS - 17 * 60_000), "stale"],
    ['{"jsonrpc":"2.0","error":{"code":11051,"message":"system_maintenance"},"testnet":false}', "maintenance"],
  ],
});

describe("the volatility index of bars", () => {
  test("is the newest bar's close, in whatever order the bars come", () => {
    const bars = `[${OPEN_MS},38.0,38.3,37.9,38.17],[${OPEN_MS - 60_000},37.9,38.0,37.9,38.0]`;
    expect(deribitVolIndex.parse(deribitBody(`{"data":[${bars}]}`), subscription, NOW_MS)).toMatchObject({
      quote: { vol: 38.17 / 100 },
    });
  });

  test("of a bar that has ended is of its end", () => {
    expect(deribitVolIndex.parse(body("38.17", NOW_MS - 300_000), subscription, NOW_MS)).toMatchObject({
      quote: { timeMs: NOW_MS - 240_000 },
    });
  });
});
