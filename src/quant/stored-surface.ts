/**
 * What VolSurface.sol answers from the slices it stores, bit for bit; both read test/vectors/surface.json. Rules as in
 * surface.ts: between two expiries total variance is linear in time at common log-moneyness and the logarithm of the
 * forward is linear in time; nothing is extrapolated. A slice ages as in option-book.ts: volatility at a log-moneyness
 * stays, total variance shrinks with the time left.
 *
 * Domain: slots of slice-slot.ts, in order of expiry. Accuracy: beside the slots' 1e-6, a few units of 1e-18 in the
 * logarithms and one in the root; surface.ts on doubles agrees to 1e-6 of the volatility, see stored-surface.test.ts.
 */
import { MS_PER_YEAR } from "./day-count.ts";
import { expWad, lnWad, WAD } from "./fixed-exp-ln.ts";
import { sviVarianceWad } from "./fixed-svi.ts";
import { isqrt } from "./integer-sqrt.ts";
import { unpackSlice } from "./slice-slot.ts";

export type StoredSlice = {
  /** Unix seconds, whole minutes. */
  readonly expirySec: number;
  /** See slice-slot.ts. */
  readonly slot: bigint;
};

export type StoredSurface = {
  /** When the slices were agreed on, unix ms. */
  readonly agreedMs: number;
  /** By ascending expiry. */
  readonly slices: readonly StoredSlice[];
};

export type StoredPoint = {
  /** Quote currency, 1e18. */
  readonly forward: bigint;
  /** ln(K/F), 1e18. */
  readonly k: bigint;
  /** From now to the expiry, 1e18. */
  readonly totalVariance: bigint;
  /** 1e18. */
  readonly vol: bigint;
};

/** The later slice may have this part less variance than the earlier one: roundings. */
const CROSSING_PARTS = 100_000n;
const TO_WAD = 10n ** 10n;

type Around = { readonly near: StoredSlice; readonly far: StoredSlice };

function around(slices: readonly StoredSlice[], expirySec: number, nowSec: number): Around | null {
  const at = slices.findIndex((slice) => slice.expirySec >= expirySec);
  const far = slices[at];
  if (far === undefined || expirySec <= nowSec) return null;
  if (far.expirySec === expirySec) return { near: far, far };
  const near = slices[at - 1];
  return near === undefined || near.expirySec <= nowSec ? null : { near, far };
}

/** `value` times the share of the time between both expiries that has passed at this one. */
function share({ near, far }: Around, expirySec: number, value: bigint): bigint {
  if (near === far) return 0n;
  return (value * BigInt(expirySec - near.expirySec)) / BigInt(far.expirySec - near.expirySec);
}

/** ln(F/F₁), 1e18. */
function growth(between: Around, expirySec: number): bigint {
  if (between.near === between.far) return 0n;
  const ratio = (unpackSlice(between.far.slot).forward * WAD) / unpackSlice(between.near.slot).forward;
  return share(between, expirySec, lnWad(ratio));
}

/** Total variance from now on, 1e-36; null where the two slices cross. */
function varianceLeft(surface: StoredSurface, between: Around, expirySec: number, k: bigint, nowSec: number) {
  const left = ({ expirySec: sec, slot }: StoredSlice): readonly [agreed: bigint, left: bigint] => {
    const agreed = sviVarianceWad(unpackSlice(slot).svi, k);
    return [agreed, (agreed * WAD * 1000n * BigInt(sec - nowSec)) / BigInt(sec * 1000 - surface.agreedMs)];
  };
  const [near, nearLeft] = left(between.near);
  const [far, farLeft] = left(between.far);
  if (near > far + far / CROSSING_PARTS) return null;
  return nearLeft + share(between, expirySec, farLeft - nearLeft);
}

/**
 * `impliedVol`, `forwardAt` and `totalVariance` at one point.
 * @param strike    quote currency, 1e18, > 0
 * @param expirySec unix seconds
 * @param nowSec    time of the block, unix seconds
 * @returns null where the contract refuses: no living slices around the expiry, or they cross there
 */
export function storedPoint(
  surface: StoredSurface,
  strike: bigint,
  expirySec: number,
  nowSec: number,
): StoredPoint | null {
  const between = around(surface.slices, expirySec, nowSec);
  if (between === null) return null;
  const near = unpackSlice(between.near.slot).forward * TO_WAD;
  const grown = growth(between, expirySec);
  const ratio = (strike * WAD) / near;
  if (ratio === 0n) return null;
  const k = lnWad(ratio) - grown;
  const variance = varianceLeft(surface, between, expirySec, k, nowSec);
  if (variance === null) return null;
  return {
    forward: grown === 0n ? near : (near * expWad(grown)) / WAD,
    k,
    totalVariance: variance / WAD,
    vol: isqrt((variance * BigInt(MS_PER_YEAR / 1000)) / BigInt(expirySec - nowSec)),
  };
}
