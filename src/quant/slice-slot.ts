/**
 * One expiry of a surface as the contracts store it, in one word of 256 bits: the TypeScript half of
 * contracts/src/libraries/SliceSlot.sol, bit for bit; both read test/vectors/surface.json.
 *
 *   253 … 190 forward u64 | e of a u3 | a i39 | e of b u3 | b u35 | rho i36 | e of m and sigma u3 | m i36 | sigma u35
 *
 * A parameter is its field times 16^e in units of 1e-18, e as small as the field allows; rho in units of 2^25·1e-18. What
 * does not fit is cut towards minus infinity. Domain: a slice that `isSlotFine`; every implied volatility then moves by
 * less than 1e-6 of itself.
 */
import { absBig } from "../base/fixed.ts";
import { WAD } from "./fixed-exp-ln.ts";
import type { FixedSvi } from "./fixed-svi.ts";

/** |ρ| at most: beyond, a wing has no slope left to be precise about. The nodes' fit ends at 0.999. */
export const SLOT_RHO_MAX = 9_995n * 10n ** 14n;

const RHO_SHIFT = 25n;
/** Parts of a variance that may be lost, in units of 2^-31, and roundings of a reader in the same units. */
const LOSS_OF_A = 3_567n;
const LOSS_OF_BEND = 3_566n;
const EVALUATION = 24n << 31n;
const SHARED_BITS = 20n;

/** As many bits as the field of a signed number needs beside its sign. */
const magnitude = (value: bigint): bigint => (value < 0n ? -value - 1n : value);

/** How many digits of base 16 exceed a field of so many bits. */
function exponentOf(size: bigint, bits: bigint): bigint {
  const excess = size >> bits;
  return excess === 0n ? 0n : BigInt(excess.toString(16).length);
}

/**
 * Whether the slot carries the slice to 1e-6 of every volatility: the comment of `isFine` in SliceSlot.sol derives it.
 * @param svi words of 64 bits, 0 ≤ b ≤ 2e18, |ρ| ≤ SLOT_RHO_MAX, σ > 0
 */
export function isSlotFine({ a, b, rho, m, sigma }: FixedSvi): boolean {
  if (magnitude(m) >> SHARED_BITS > sigma) return false;
  const reach = magnitude(m);
  const ofM = (b * reach * reach) / (4_096n * sigma * WAD);
  const missing = ofM + (b * (reach + 3n * sigma)) / WAD + EVALUATION - LOSS_OF_A * a;
  if (missing <= 0n) return true;
  const bend = ((LOSS_OF_BEND - WAD / (8n * (WAD - absBig(rho)))) * b * sigma) / WAD;
  return bend * bend * ((WAD * WAD - rho * rho) / WAD) >= missing * missing * WAD;
}

/**
 * @param forward 8 decimals, 1 … 2^64 - 1
 * @param svi     as for `isSlotFine`
 */
export function packSlice(forward: bigint, { a, b, rho, m, sigma }: FixedSvi): bigint {
  const eA = exponentOf(magnitude(a), 38n);
  const eB = exponentOf(b, 35n);
  const eM = exponentOf(magnitude(m) | sigma, 35n);
  const fields: readonly (readonly [value: bigint, bits: number])[] = [
    [forward, 64],
    [eA, 3],
    [a >> (4n * eA), 39],
    [eB, 3],
    [b >> (4n * eB), 35],
    [rho >> RHO_SHIFT, 36],
    [eM, 3],
    [m >> (4n * eM), 36],
    [sigma >> (4n * eM), 35],
  ];
  return fields.reduce((word, [value, bits]) => (word << BigInt(bits)) | BigInt.asUintN(bits, value), 0n);
}

/** What a reader of the slot sees. */
export function unpackSlice(slot: bigint): { readonly forward: bigint; readonly svi: FixedSvi } {
  const unsigned = (at: number, bits: number): bigint => BigInt.asUintN(bits, slot >> BigInt(at));
  const signed = (at: number, bits: number): bigint => BigInt.asIntN(bits, slot >> BigInt(at));
  const shift = 4n * unsigned(71, 3);
  return {
    forward: unsigned(190, 64),
    svi: {
      a: signed(148, 39) << (4n * unsigned(187, 3)),
      b: unsigned(110, 35) << (4n * unsigned(145, 3)),
      rho: signed(74, 36) << RHO_SHIFT,
      m: signed(35, 36) << shift,
      sigma: unsigned(0, 35) << shift,
    },
  };
}
