/** What a transaction offers per gas, and how much gas it may use. Wei everywhere; pure. */
import { ceilDiv } from "../base/fixed.ts";

export type Fees = { readonly maxFeeWei: bigint; readonly tipWei: bigint };

export type FeePolicy = {
  /** Tip offered when the market asks for less. */
  readonly tipWei: bigint;
  /** No transaction ever offers more than this per gas, tip included. */
  readonly maxFeeCapWei: bigint;
};

export const DEFAULT_FEES: FeePolicy = { tipWei: 1_000_000_000n, maxFeeCapWei: 500_000_000_000n };

/**
 * maxFee = 2 · base fee + tip, so that six full blocks in a row (each +12.5 %, EIP-1559) do not outrun it; capped.
 * @returns undefined when base fee and tip alone are above the cap: such a transaction could not be mined now
 */
export function firstFees(policy: FeePolicy, baseFeeWei: bigint): Fees | undefined {
  if (baseFeeWei + policy.tipWei > policy.maxFeeCapWei) return undefined;
  const wanted = 2n * baseFeeWei + policy.tipWei;
  return { maxFeeWei: wanted < policy.maxFeeCapWei ? wanted : policy.maxFeeCapWei, tipWei: policy.tipWei };
}

/**
 * Fees that every mempool accepts as a replacement: both at least 12.5 % above the old ones (clients ask for 10 %),
 * and at least what a new transaction would offer now.
 * @param marketTipWei tip that blocks paid lately
 * @returns undefined when that is above the cap: then the old transaction stands
 */
export function replacementFees(
  policy: FeePolicy,
  old: Fees,
  baseFeeWei: bigint,
  marketTipWei: bigint,
): Fees | undefined {
  const tipWei = largest(bumped(old.tipWei), policy.tipWei, marketTipWei);
  const wanted = 2n * baseFeeWei + tipWei;
  const least = largest(bumped(old.maxFeeWei), baseFeeWei + tipWei);
  if (least > policy.maxFeeCapWei) return undefined;
  const maxFeeWei = largest(least, wanted < policy.maxFeeCapWei ? wanted : policy.maxFeeCapWei);
  return { maxFeeWei, tipWei };
}

/**
 * Whether a transaction offers what blocks take now. When it does and still waits, the cause is propagation, not
 * price: it is sent again and not made dearer.
 */
export function isAdequate(fees: Fees, baseFeeWei: bigint, marketTipWei: bigint): boolean {
  return fees.tipWei >= marketTipWei && fees.maxFeeWei >= baseFeeWei + fees.tipWei;
}

function bumped(wei: bigint): bigint {
  return ceilDiv(wei * 1_125n, 1_000n);
}

function largest(...values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (a > b ? a : b));
}

/** Measured, not asked of an RPC (whose estimate nobody can check). See test/chain/gas.test.ts. */
export type GasTable = {
  /** One submit without its feeds: intrinsic, calldata, signature, event. */
  readonly baseGas: number;
  /** Each feed, with its history when that is prepared on the hub; one that is not costs 17 100 more for 512 updates. */
  readonly perFeedGas: number;
  readonly marginPercent: number;
};

export const DEFAULT_GAS: GasTable = { baseGas: 40_000, perFeedGas: 10_000, marginPercent: 30 };

/** An empty transfer, which uses up a nonce. */
export const EMPTY_GAS_LIMIT = 21_000;

export function submitGasLimit(table: GasTable, feeds: number): number {
  return Math.ceil(((table.baseGas + feeds * table.perFeedGas) * (100 + table.marginPercent)) / 100);
}
