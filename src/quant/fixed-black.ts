/**
 * Undiscounted Black-76 on integers in units of 1e-18, bit for bit the one of contracts/src/libraries/FixedBlack.sol:
 *
 *   call = F·Φ(d1) - K·Φ(d2),   d1 = ln(F/K)/s + s/2,   d2 = d1 - s,   s = σ√T;   put = call - F + K, exactly.
 *
 * Source: F. Black, "The pricing of commodity contracts" (1976). Domain: F and K from 1 to 2^127 - 1, s from 0 to below
 * 10 000. Accuracy: absolute error at most (1 + 2F + 2K)·1e-18, the two distribution functions and one rounding; an error in
 * d1 is harmless since F·φ(d1) = K·φ(d2). A far option's relative accuracy is therefore poor: black76.ts has that.
 */
import type { OptionRight } from "./black76.ts";
import { lnWad, WAD } from "./fixed-exp-ln.ts";
import { normalCdfWad } from "./fixed-normal.ts";

/** Forward and strike must be below. */
const PRICE_LIMIT = 1n << 127n;
/** Total volatility must be below: ten thousand. Nothing traded is near. */
const TOTAL_VOL_LIMIT = 10_000n * WAD;

/** Whether `blackPriceWad` has a price for these arguments. */
export function isInBlackDomain(forward: bigint, strike: bigint, totalVol: bigint): boolean {
  return (
    forward > 0n &&
    forward < PRICE_LIMIT &&
    strike > 0n &&
    strike < PRICE_LIMIT &&
    totalVol >= 0n &&
    totalVol < TOTAL_VOL_LIMIT
  );
}

function callPrice(forward: bigint, strike: bigint, totalVol: bigint): bigint {
  const intrinsic = forward > strike ? forward - strike : 0n;
  const ratio = (forward * WAD) / strike;
  if (totalVol === 0n || ratio === 0n) return intrinsic;
  const d1 = (lnWad(ratio) * WAD) / totalVol + totalVol / 2n;
  const value = (forward * normalCdfWad(d1) - strike * normalCdfWad(d1 - totalVol)) / WAD;
  return value > intrinsic ? value : intrinsic;
}

/**
 * @param forward  units of 1e-18 of the quote currency, 1 … 2^127 - 1
 * @param strike   the same
 * @param totalVol σ√T in units of 1e-18, 0 … 10^22 - 1; 0 gives the intrinsic value
 * @returns units of 1e-18 of the quote currency, between the intrinsic value and F (call) or K (put); null outside the domain
 */
export function blackPriceWad(right: OptionRight, forward: bigint, strike: bigint, totalVol: bigint): bigint | null {
  if (!isInBlackDomain(forward, strike, totalVol)) return null;
  const call = callPrice(forward, strike, totalVol);
  return right === "call" ? call : call - forward + strike;
}
