import { describe, expect, test } from "vitest";
import { NOW_MS } from "../bodies.ts";
import { take } from "../session-laws.ts";
import { DVOL, INDEX, open, push } from "./frames.ts";

describe("deribit's pushes of an index", () => {
  const stamped = { venue: "deribit", timeMs: NOW_MS - 5, timeSource: "venue", receivedAtMs: NOW_MS, base: "BTC" };

  test("the index is a price, the volatility index percent", () => {
    expect(take(open(), INDEX, NOW_MS).updates).toEqual([
      { kind: "index", source: "deribit:BTC-USD.index", quote: { ...stamped, quote: "USD", price: 78494.25 } },
    ]);
    expect(take(open(), DVOL, NOW_MS).updates).toEqual([
      { kind: "vol-index", source: "deribit:BTC.vol-index", quote: { ...stamped, vol: 38.17 / 100 } },
    ]);
  });

  test.each([
    [{ price: 0 }, "zero-quote"],
    [{ price: null }, "no-quote"],
    [{ price: "78494.25" }, "bad-shape"],
    [{ price: -1 }, "out-of-range"],
    [{ timestamp: NOW_MS - 90_000_000 }, "stale"],
    [{ timestamp: NOW_MS / 1000 }, "out-of-range"],
    [{ timestamp: null }, "bad-shape"],
    [{ index_name: "eth_usd" }, "bad-shape"],
  ])("an index with %j is %s", (change, reason) => {
    const data = { timestamp: NOW_MS, price: 78494.25, index_name: "btc_usd", ...change };
    expect(take(open(), push("deribit_price_index.btc_usd", data), NOW_MS).updates).toMatchObject([
      { kind: "gap", gap: { reason } },
    ]);
  });

  test.each([0, 0.3817, -38.17, 3817])("a volatility index of %d is out of range", (volatility) => {
    const data = { timestamp: NOW_MS, volatility, index_name: "btc_usd" };
    expect(take(open(), push("deribit_volatility_index.btc_usd", data), NOW_MS).updates).toMatchObject([
      { kind: "gap", source: "deribit:BTC.vol-index", gap: { reason: "out-of-range" } },
    ]);
  });
});
