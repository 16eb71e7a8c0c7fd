import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ago,
  axisLabels,
  clockTime,
  formatAge,
  formatAgeCoarse,
  formatBytes,
  formatConfidence,
  formatDifference,
  formatLatency,
  formatNumber,
  formatValue,
  listWords,
  percentile,
  roundDecimal,
  shortHash,
} from "../../src/dashboard/format.ts";

describe("rounding decimal text", () => {
  test.each([
    ["97123.45000000", 2, 0, "97,123.45"],
    ["97123.455", 2, 0, "97,123.46"],
    ["0.47125", 2, 2, "47.13"],
    ["0.005", 2, 0, "0.01"],
    ["999999.995", 2, 0, "1,000,000.00"],
    ["-1234.5", 0, 0, "\u22121,235"],
    ["-0.001", 2, 0, "0.00"],
    ["7", 2, 0, "7.00"],
    ["123456789012345678901234567890.1", 0, 0, "123,456,789,012,345,678,901,234,567,890"],
    ["not a number", 2, 0, "not a number"],
  ])("%s to %i places, shifted by %i, is %s", (text, places, shift, wanted) =>
    expect(roundDecimal(text, places, shift)).toBe(wanted),
  );

  test("agrees with integer arithmetic for any value in eight decimals", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), (raw) => {
        const digits = raw.toString().padStart(9, "0");
        const text = `${digits.slice(0, -8)}.${digits.slice(-8)}`;
        const cents = (raw + 500_000n) / 1_000_000n;
        expect(roundDecimal(text, 2).replaceAll(",", "")).toBe(
          `${cents / 100n}.${(cents % 100n).toString().padStart(2, "0")}`,
        );
      }),
    );
  });
});

describe("values", () => {
  test.each([
    ["97123.45000000", "USD", "97,123.45\u202fUSD"],
    ["0.00001234", "USD", "0.000012\u202fUSD"],
    ["0.47120000", "vol", "47.12\u202f%"],
  ])("%s in %s reads %s", (text, unit, wanted) => expect(formatValue(text, unit)).toBe(wanted));

  test("the number stands alone where the unit is set apart", () =>
    expect(formatNumber("0.6344", "vol")).toBe("63.44"));

  test.each([
    ["97123.45", "97098.2", "USD", "+2.6 bps"],
    ["97098.2", "97123.45", "USD", "\u22122.6 bps"],
    ["100", "100", "USD", "0.0 bps"],
    ["50000", "1000", "USD", "+490,000.0 bps"],
    ["1", "0", "USD", "no reference"],
    ["0.4712", "0.4698", "vol", "+0.14 vol points"],
    ["0.6344", "0.6391", "vol", "\u22120.47 vol points"],
  ])("%s against %s on chain in %s differs by %s", (agreed, onChain, unit, wanted) =>
    expect(formatDifference(agreed, onChain, unit)).toBe(wanted),
  );

  test("confidence is told in the feed's own terms", () => {
    expect(formatConfidence("97123.45", 21_400, "USD")).toBe("\u00b1 2.08 USD");
    expect(formatConfidence("0.4712", 1_100_000, "vol")).toBe("\u00b1 0.05 vol points");
  });
});

describe("times", () => {
  test.each([
    [-400, "now"],
    [0, "now"],
    [499, "now"],
    [700, "0.7 s"],
    [42_900, "42 s"],
    [200_000, "3 min 20 s"],
    [3_600_000, "1 h"],
    [7_500_000, "2 h 5 min"],
    [90_000_000, "1 d 1 h"],
  ])("%i ms is %s old", (ms, wanted) => expect(formatAge(ms)).toBe(wanted));

  test("ago is not said of now", () => {
    expect(ago(0)).toBe("now");
    expect(ago(61_000)).toBe("1 min 1 s ago");
  });

  test.each([
    [4_200, "4.2 s"],
    [119_000, "1 min"],
    [7_500_000, "2 h"],
    [200_000_000, "2 d"],
  ])("in a table %i ms is %s", (ms, wanted) => expect(formatAgeCoarse(ms)).toBe(wanted));

  test.each([
    [0.72, "0.7 ms"],
    [38.4, "38 ms"],
    [1_240, "1.24 s"],
  ])("a latency of %f ms reads %s", (ms, wanted) => expect(formatLatency(ms)).toBe(wanted));

  test("clock times are 24-hour", () => expect(clockTime(1_768_262_404_000, "UTC")).toBe("00:00:04"));
});

describe("grid lines", () => {
  test.each([
    [
      [63, 63.5, 64],
      ["63.0", "63.5", "64.0"],
    ],
    [
      [0, 0.25, 0.5],
      ["0.00", "0.25", "0.50"],
    ],
    [
      [97_100, 97_150],
      ["97,100", "97,150"],
    ],
    [[5], ["5"]],
    [[], []],
  ])("%j are labelled %j, so that no two are alike", (splits, wanted) => expect(axisLabels(splits)).toEqual(wanted));
});

describe("the rest", () => {
  test.each([
    [999, "999 B"],
    [1_500, "1.50 kB"],
    [18_400_000, "18.4 MB"],
    [2.5e9, "2.50 GB"],
    [3e12, "3.00 TB"],
  ])("%i bytes read %s", (bytes, wanted) => expect(formatBytes(bytes)).toBe(wanted));

  test("a hash shows its ends, a short text itself", () => {
    expect(shortHash("0x5FbDB2315678afecb367f032d93F642f64180aa3")).toBe("0x5FbD\u20260aa3");
    expect(shortHash("0x1234")).toBe("0x1234");
  });

  test("lists read as sentences do", () =>
    expect([[], [1], [1, 3], [1, 3, 4]].map(listWords)).toEqual(["", "1", "1 and 3", "1, 3 and 4"]));

  test("a percentile is one of the values, by nearest rank", () => {
    expect(percentile([], 50)).toBeNull();
    expect(percentile([5], 99)).toBe(5);
    expect(percentile([4, 1, 3, 2], 50)).toBe(2);
    expect(percentile([4, 1, 3, 2], 0)).toBe(1);
    expect(percentile([4, 1, 3, 2], 100)).toBe(4);
  });
});
