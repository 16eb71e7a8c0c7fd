import { describe, expect, test } from "vitest";
import { thresholdFor } from "../../src/threshold/quorum.ts";

describe("thresholdFor", () => {
  test.each([
    [4, 1, 3],
    [5, 1, 4],
    [6, 1, 4],
    [7, 2, 5],
    [10, 3, 7],
    [13, 4, 9],
    [16, 5, 11],
    [31, 10, 21],
    [100, 33, 67],
  ])("%i members tolerate %i liars and need %i signers", (n, f, t) => {
    expect(thresholdFor(n)).toEqual({ f, t });
  });

  test("any two signer sets share an honest member, and the honest alone can sign, for every size", () => {
    for (let n = 2; n <= 100; n++) {
      const { f, t } = thresholdFor(n);
      expect(2 * t - n).toBeGreaterThan(f);
      expect(n - f).toBeGreaterThanOrEqual(t);
    }
  });

  test.each([1, 101, 4.5, Number.NaN])("a committee of %d is refused", (n) => {
    expect(() => thresholdFor(n)).toThrow(/members/);
  });
});
