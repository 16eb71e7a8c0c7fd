import { describe, expect, test } from "vitest";
import { benchmarkOf } from "../../src/feeds/benchmark.ts";
import { shippedFeed } from "./support/definitions.ts";
import { book, chainOf, FLAT_CHAIN, index, NOW_MS, snapshot } from "./support/snapshots.ts";

const of = (name: string) => shippedFeed(name).definition;

describe("a benchmark", () => {
  test("of a spot index is the venue's own, and without one the middle of the dollar books, filtered by nothing", () => {
    const spots = [
      book("coinbase", "BTC-USD", 100),
      book("kraken", "BTC-USD", 102),
      book("bitstamp", "BTC-USD", 500),
      book("binance", "BTC-USDT", 9),
    ];
    const found = benchmarkOf(of("BTC-USD.spot-index"), snapshot({ spots, indices: [index(101)] }));
    expect(found).toEqual({ name: "deribit index", value: 101 });
    expect(benchmarkOf(of("BTC-USD.spot-index"), snapshot({ spots }))?.value).toBe(102);
    expect(benchmarkOf(of("BTC-USD.settlement"), snapshot({ spots: spots.slice(0, 2) }))?.value).toBe(101);
    expect(benchmarkOf(of("ETH-USD.spot-index"), snapshot({ spots }))).toBeNull();
  });

  test("of volatilities at the money is what the venue marks, between expiries in total variance", () => {
    const vol = (_: number, years: number): number => (years < 0.08 ? 0.5 : 0.4);
    const found = benchmarkOf(of("BTC-USD.iv-atm-30d"), snapshot({ chains: [chainOf({ ...FLAT_CHAIN, vol })] }));
    const [near, far] = [24, 45].map(
      (days) => (Date.UTC(2026, 0, 13 + days, 8) - FLAT_CHAIN.atMs) / (365 * 86_400_000),
    );
    const w = 0.25 * near! + ((30 / 365 - near!) / (far! - near!)) * (0.16 * far! - 0.25 * near!);
    expect(found?.value).toBeCloseTo(Math.sqrt(w / (30 / 365)), 12);
    expect(benchmarkOf(of("BTC-USD.vol-surface"), snapshot({ chains: [chainOf(FLAT_CHAIN)] }))?.value).toBeCloseTo(
      0.4,
      12,
    );
  });

  test("of a skew is the difference of the marks at delta 0.25", () => {
    const vol = (k: number): number => 0.4 - 0.2 * k;
    const chain = chainOf({ ...FLAT_CHAIN, vol, strikeStep: 2_000 });
    const found = benchmarkOf(of("BTC-USD.skew-25d-30d"), snapshot({ chains: [chain] }));
    // k = ±0.6745·σ√T + σ²T/2 at each expiry: about -0.071 and +0.090 in 30 days, and the smile falls by 0.2 a unit.
    expect(found?.value).toBeCloseTo(-0.2 * (0.0775 + 0.0775), 2);
    expect(found?.value).toBeLessThan(-0.028);
  });

  test("of forwards and rates comes from the rows' own forwards", () => {
    const market = snapshot({ chains: [chainOf(FLAT_CHAIN)], indices: [index(FLAT_CHAIN.spot)] });
    expect(benchmarkOf(of("BTC-USD.forward-30d"), market)?.value).toBeCloseTo(92_500 * Math.exp((0.05 * 30) / 365), 6);
    expect(benchmarkOf(of("BTC-USD.rate-30d"), market)?.value).toBeCloseTo(0.05, 9);
  });

  test("of realised volatility is the middle of the venues' highs and lows", () => {
    const series = (venue: "coinbase" | "bitstamp" | "binance", range: number) => ({
      venue,
      base: "BTC",
      quote: "USD",
      intervalMs: 300_000,
      timeMs: NOW_MS,
      timeSource: "venue" as const,
      receivedAtMs: NOW_MS,
      closes: Array.from({ length: 2_016 }, (_, i) => {
        const openMs = NOW_MS - (2_016 - i) * 300_000;
        return { openMs, open: 100, high: 100 * Math.exp(range), low: 100, close: 100 };
      }),
    });
    const candles = [series("coinbase", 0.001), series("bitstamp", 0.002), series("binance", 0.05)];
    const found = benchmarkOf(of("BTC-USD.realised-vol-7d"), snapshot({ candles }));
    expect(found?.value).toBeCloseTo(0.002 * Math.sqrt((365 * 288) / (4 * Math.LN2)), 9);
  });

  test("of funding there is none: the venue's rate is the value itself", () => {
    expect(benchmarkOf(of("BTC-USD.funding-8h"), snapshot({ indices: [index(1)] }))).toBeNull();
  });
});
