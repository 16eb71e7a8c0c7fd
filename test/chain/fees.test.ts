import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_GAS, firstFees, isAdequate, replacementFees, submitGasLimit } from "../../src/chain/fees.ts";

const GWEI = 1_000_000_000n;
const POLICY = { tipWei: GWEI, maxFeeCapWei: 100n * GWEI };
const wei = (max: bigint): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max });

test("a first offer is twice the base fee and the tip, held at the cap, and refused where the cap cannot be met", () => {
  expect(firstFees(POLICY, 10n * GWEI)).toEqual({ maxFeeWei: 21n * GWEI, tipWei: GWEI });
  expect(firstFees(POLICY, 60n * GWEI)).toEqual({ maxFeeWei: 100n * GWEI, tipWei: GWEI });
  expect(firstFees(POLICY, 99n * GWEI)).toEqual({ maxFeeWei: 100n * GWEI, tipWei: GWEI });
  expect(firstFees(POLICY, 99n * GWEI + 1n)).toBeUndefined();
  expect(firstFees(POLICY, 0n)).toEqual({ maxFeeWei: GWEI, tipWei: GWEI });
});

test("a first offer survives six full blocks in a row below the cap", () => {
  let baseFeeWei = 7n * GWEI;
  const { maxFeeWei } = firstFees(POLICY, baseFeeWei)!;
  for (let block = 0; block < 5; block++) baseFeeWei += baseFeeWei / 8n;
  expect(maxFeeWei).toBeGreaterThanOrEqual(baseFeeWei + GWEI);
});

test("a replacement raises both fees by 12.5 % at least, pays what the market asks, and never passes the cap", () => {
  fc.assert(
    fc.property(
      wei(90n * GWEI),
      wei(20n * GWEI),
      wei(120n * GWEI),
      wei(30n * GWEI),
      (maxFeeWei, tipWei, base, market) => {
        const fees = replacementFees(POLICY, { maxFeeWei, tipWei }, base, market);
        if (fees === undefined) return;
        expect(fees.maxFeeWei * 1_000n).toBeGreaterThanOrEqual(maxFeeWei * 1_125n);
        expect(fees.tipWei * 1_000n).toBeGreaterThanOrEqual(tipWei * 1_125n);
        expect(fees.maxFeeWei).toBeLessThanOrEqual(POLICY.maxFeeCapWei);
        expect(fees.tipWei).toBeLessThanOrEqual(fees.maxFeeWei);
        expect(isAdequate(fees, base, market)).toBe(true);
      },
    ),
  );
});

test("a replacement is refused only when the bump or the market is above the cap", () => {
  expect(replacementFees(POLICY, { maxFeeWei: 88n * GWEI, tipWei: GWEI }, GWEI, 0n)).toEqual({
    maxFeeWei: 99n * GWEI,
    tipWei: 1_125_000_000n,
  });
  expect(replacementFees(POLICY, { maxFeeWei: 89n * GWEI, tipWei: GWEI }, GWEI, 0n)).toBeUndefined();
  expect(replacementFees(POLICY, { maxFeeWei: GWEI, tipWei: GWEI }, 99n * GWEI, 0n)).toBeUndefined();
});

test("an offer is adequate when it covers the base fee and tips what blocks took", () => {
  const fees = { maxFeeWei: 10n * GWEI, tipWei: GWEI };
  expect(isAdequate(fees, 9n * GWEI, GWEI)).toBe(true);
  expect(isAdequate(fees, 9n * GWEI + 1n, GWEI)).toBe(false);
  expect(isAdequate(fees, GWEI, GWEI + 1n)).toBe(false);
});

test("the gas limit grows with the feeds and keeps its margin", () => {
  expect(submitGasLimit({ baseGas: 100, perFeedGas: 10, marginPercent: 50 }, 3)).toBe(195);
  expect(submitGasLimit(DEFAULT_GAS, 2)).toBeGreaterThan(submitGasLimit(DEFAULT_GAS, 1));
});
