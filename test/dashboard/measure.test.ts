import { describe, expect, test } from "vitest";
import {
  formatConfidence,
  formatDifference,
  formatInput,
  formatNumber,
  formatValue,
  measureOf,
  unitText,
} from "../../src/dashboard/measure.ts";

describe("what a feed measures", () => {
  test.each([
    ["USD/BTC", "spot-index", "price"],
    ["USD/ETH", "settlement", "price"],
    ["1/sqrt(year)", "iv-atm", "vol"],
    ["1/sqrt(year)", "skew-25d", "vol-points"],
    ["1/year", "rate", "rate"],
    ["1", "funding-8h", "funding"],
    ["1", "", "share"],
    ["barrels", "oil", "plain"],
  ] as const)("%s of a %s is a %s", (unit, kind, wanted) => expect(measureOf({ unit, kind })).toBe(wanted));
});

describe("values", () => {
  test.each([
    ["97123.45000000", "USD/BTC", "spot-index", "97,123.45\u202fUSD"],
    ["0.00001234", "USD/DOGE", "spot-index", "0.000012\u202fUSD"],
    ["0.47120000", "1/sqrt(year)", "iv-atm", "47.12\u202f%"],
    ["-0.02310000", "1/sqrt(year)", "skew-25d", "\u22122.31\u202fvol pts"],
    ["0.01500000", "1/sqrt(year)", "skew-25d", "+1.50\u202fvol pts"],
    ["0.00000000", "1/sqrt(year)", "skew-25d", "0.00\u202fvol pts"],
    ["-0.01250000", "1/year", "rate", "\u22121.25\u202f% a year"],
    ["0.00008300", "1", "funding-8h", "0.0083\u202f% per 8 h"],
    ["12.5", "barrels", "oil", "12.50\u202fbarrels"],
  ])("%s in %s of %s reads %s", (text, unit, kind, wanted) =>
    expect(formatValue(text, measureOf({ unit, kind }), unit)).toBe(wanted),
  );

  test("the number stands alone where the unit is set apart", () => {
    expect(formatNumber("0.6344", "vol")).toBe("63.44");
    expect(unitText("rate", "1/year")).toBe("% a year");
  });

  test("an input is read by its unit alone", () => {
    expect(formatInput(97_123.456, "USD/BTC")).toBe("97,123.46\u202fUSD");
    expect(formatInput(0.4712, "1/sqrt(year)")).toBe("47.12\u202f%");
    expect(formatInput(0.556, "1")).toBe("55.6000\u202f%");
    expect(formatInput(0.9998, "USDT/EUR")).toBe("0.999800\u202fUSDT/EUR");
  });

  test.each([
    ["97123.45", "97098.2", "price", "+2.6 bps"],
    ["97098.2", "97123.45", "price", "\u22122.6 bps"],
    ["100", "100", "price", "0.0 bps"],
    ["50000", "1000", "price", "+490,000.0 bps"],
    ["1", "0", "price", "no reference"],
    ["0.4712", "0.4698", "vol", "+0.14 vol pts"],
    ["-0.0231", "-0.0218", "vol-points", "\u22120.13 vol pts"],
    ["0.0581", "0.0563", "rate", "+0.18 pts"],
    ["0.000083", "0.0001", "funding", "\u22120.0017 pts"],
  ] as const)("%s against %s on chain, a %s, differs by %s", (agreed, onChain, measure, wanted) =>
    expect(formatDifference(agreed, onChain, measure)).toBe(wanted),
  );

  test("confidence is told in the feed's own terms", () => {
    expect(formatConfidence("97123.45", 21_400, "price")).toBe("\u00b1 2.08 USD");
    expect(formatConfidence("0.4712", 1_100_000, "vol")).toBe("\u00b1 0.05 vol pts");
    expect(formatConfidence("-0.0231", 10_000_000, "vol-points")).toBe("\u00b1 0.02 vol pts");
    expect(formatConfidence("0.0581", 1_000_000, "rate")).toBe("\u00b1 0.01 pts");
    expect(formatConfidence("0.0001", 10_000_000, "funding")).toBe("\u00b1 0.0001 pts");
  });
});
