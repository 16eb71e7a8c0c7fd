import { describe, expect, test } from "vitest";
import { readAnswer } from "../../../src/sources/answer.ts";
import { deribitIndex } from "../../../src/sources/deribit/index-price.ts";
import { DERIBIT_BTC, NOW_MS, deribitBody, indexBody } from "../bodies.ts";
import { describeAdapter } from "../conformance.ts";

const subscription = DERIBIT_BTC.index;

describeAdapter({
  subscription,
  path: "/public/get_index_price?index_name=btc_usd",
  goodBody: indexBody(),
  goodQuote: {
    kind: "index",
    value: {
      venue: "deribit",
      timeMs: NOW_MS,
      timeSource: "venue",
      receivedAtMs: NOW_MS,
      base: "BTC",
      quote: "USD",
      price: 78494.25,
    },
  },
  errors: [
    [
      '{"jsonrpc":"2.0","error":{"message":"Invalid params","data":{"param":"currency"},"code":-32602},"testnet":false}',
      "venue-error",
    ],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":10028,"message":"too_many_requests","data":null}}', "rate-limited"],
    ['{"jsonrpc":"2.0","error":{"code":11051,"message":"system_maintenance"},"testnet":false}', "maintenance"],
    ['{"jsonrpc":"2.0","error":{"code":10041,"message":"settlement_in_progress"},"testnet":false}', "server-error"],
    ['{"jsonrpc":"2.0","error":{"code":10020,"message":"invalid_instrument"},"testnet":false}', "delisted"],
    ['{"jsonrpc":"2.0","error":{"code":13020,"message":"not_found"},"testnet":false}', "delisted"],
    [
      '{"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":{"param":"instrument_name"}}}',
      "delisted",
    ],
    ['{"jsonrpc":"2.0","error":null}', "venue-error"],
    ['{"jsonrpc":"2.0","result":{"index_price":1}}', "bad-shape"],
    [indexBody("0"), "zero-quote"],
    [indexBody("-78494.25"), "out-of-range"],
    [indexBody("1e999"), "bad-shape"],
    [indexBody("null"), "bad-shape"],
    [indexBody('"78494.25"'), "bad-shape"],
    [deribitBody('{"index_price":1}', '"testnet":true'), "test-network"],
    [deribitBody('{"index_price":1}', '"x":1'), "bad-shape"],
  ],
});

describe("deribit envelope", () => {
  test("an error envelope under HTTP 400 is named by its code", () => {
    const text = '{"jsonrpc":"2.0","error":{"code":10028,"message":"too_many_requests","data":null},"testnet":false}';
    const headers = { "content-type": "application/json" };
    const answer = { kind: "body", status: 400, text, headers, startedAtMs: NOW_MS, receivedAtMs: NOW_MS } as const;
    expect(readAnswer(answer, (body, atMs) => deribitIndex.parse(body, subscription, atMs))).toEqual({
      kind: "gap",
      reason: "rate-limited",
      detail: "error 10028: too_many_requests",
    });
  });

  test("the test network is read only where it is allowed", () => {
    const body = deribitBody('{"index_price":78494.25}', '"testnet":true');
    expect(deribitIndex.parse(body, subscription, NOW_MS, { allowTestnet: true }).kind).toBe("quote");
  });

  test("usOut counts microseconds, and other units are refused", () => {
    const stamped = (usOut: number) =>
      deribitIndex.parse(deribitBody('{"index_price":1}', '"testnet":false', usOut), subscription, NOW_MS);
    expect(stamped(NOW_MS * 1000 + 999)).toMatchObject({ kind: "quote", quote: { timeMs: NOW_MS } });
    expect(stamped((NOW_MS - 86_400_001) * 1000)).toMatchObject({ kind: "gap", reason: "stale" });
    for (const usOut of [0, NOW_MS, NOW_MS * 1e6])
      expect(stamped(usOut)).toMatchObject({ kind: "gap", reason: "out-of-range" });
  });
});
