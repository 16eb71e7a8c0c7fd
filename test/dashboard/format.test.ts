import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ago,
  axisLabels,
  clockTime,
  countdown,
  expiryDay,
  expiryTime,
  formatAge,
  formatAgeCoarse,
  formatBytes,
  formatDays,
  formatLatency,
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

  test.each([
    [0, "0:00"],
    [500, "0:01"],
    [1_747_000, "29:07"],
    [3_849_000, "1:04:09"],
    [-5_000, "0:00"],
  ])("%i ms are left as %s", (ms, wanted) => expect(countdown(ms)).toBe(wanted));

  test.each([
    [0.2, "5 h"],
    [2.41, "2.4 d"],
    [317.2, "317 d"],
    [-1, "0 h"],
  ])("%f days to an expiry read %s", (days, wanted) => expect(formatDays(days)).toBe(wanted));

  test("expiries are told in UTC wherever the reader is", () => {
    const expiryMs = Date.UTC(2026, 2, 27, 8);
    expect(expiryDay(expiryMs)).toBe("27 Mar 26");
    expect(expiryTime(expiryMs)).toBe("27 Mar 26, 08:00 UTC");
  });

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
