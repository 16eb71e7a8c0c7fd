/**
 * exp, ln and the square root on integers in units of 1e-18 ("wad"), bit for bit the ones of the contracts: a line by line
 * transcription of `expWad`, `lnWad` and `sqrtWad` of solady's FixedPointMathLib 0.1.26 (Remco Bloemen's rational
 * approximations, https://2π.com/22/exp-ln, MIT). Solidity's `>>` on signed words floors and `sdiv` cuts towards zero,
 * as `>>` and `/` of bigint do; no intermediate result leaves 256 bits inside the domain, so nothing has to wrap.
 *
 * Domain: exp below 135.305999368893231589, zero at and below -41.446531673892822313; ln of 1 … 2^255 - 1; root of
 * 0 … 2^256 - 1. Accuracy: exp within 1e-18 absolute or relative, whichever is more, ln within 1.1e-18, as far as tests see;
 * the root exact, rounded down. All three never fall where their argument rises.
 */
import { OracleError } from "../base/errors.ts";
import { isqrt } from "./integer-sqrt.ts";

export const WAD = 1_000_000_000_000_000_000n;

const EXP_ZERO_AT = -41_446531673892822313n;
const EXP_TOO_LARGE_AT = 135_305999368893231589n;
const INT256_MAX = (1n << 255n) - 1n;

/** ln 2 in units of 2^-96. */
const LN_2 = 54916777467707473351141471128n;
const FIVE_TO_18 = 3_814_697_265_625n;

/**
 * e^x.
 * @param x units of 1e-18, below 135.305999368893231589e18
 * @returns units of 1e-18, rounded down
 * @throws OracleError `exp-too-large` where the result leaves int256
 */
export function expWad(x: bigint): bigint {
  if (x <= EXP_ZERO_AT) return 0n;
  if (x >= EXP_TOO_LARGE_AT) {
    throw new OracleError(`exp of ${x}e-18 does not fit 256 bits, wanted less than ${EXP_TOO_LARGE_AT}e-18`, {
      code: "exp-too-large",
      x,
    });
  }
  // To units of 2^-96, then x = reduced + halvings·ln 2 with |reduced| ≤ ln(2)/2.
  const binary = (x << 78n) / FIVE_TO_18;
  const halvings = ((binary << 96n) / LN_2 + (1n << 95n)) >> 96n;
  const z = binary - halvings * LN_2;

  let y = z + 1346386616545796478920950773328n;
  y = ((y * z) >> 96n) + 57155421227552351082224309758442n;
  let p = y + z - 94201549194550492254356042504812n;
  p = ((p * y) >> 96n) + 28719021644029726153956944680412240n;
  p = p * z + (4385272521454847904659076985693276n << 96n);

  let q = z - 2855989394907223263936484059900n;
  q = ((q * z) >> 96n) + 50020603652535783019961831881945n;
  q = ((q * z) >> 96n) - 533845033583426703283633433725380n;
  q = ((q * z) >> 96n) + 3604857256930695427073651918091429n;
  q = ((q * z) >> 96n) - 14423608567350463180887372962807573n;
  q = ((q * z) >> 96n) + 26449188498355588339934803723976023n;

  return ((p / q) * 3822833074963236453042738258902158003155416615667n) >> (195n - halvings);
}

/**
 * Natural logarithm.
 * @param x units of 1e-18, 1 … 2^255 - 1
 * @returns units of 1e-18, rounded down
 * @throws OracleError `ln-undefined`
 */
export function lnWad(x: bigint): bigint {
  if (x <= 0n || x > INT256_MAX) {
    throw new OracleError(`no logarithm of ${x}e-18: wanted 1 … 2^255 - 1`, { code: "ln-undefined", x });
  }
  // x = 2^exponent · z with z in 1 … 2, in units of 2^-96.
  const exponent = highestBit(x) - 96;
  const z = exponent >= 0 ? x >> BigInt(exponent) : x << BigInt(-exponent);

  let p = z + 3273285459638523848632254066296n;
  p = ((p * z) >> 96n) + 24828157081833163892658089445524n;
  p = ((p * z) >> 96n) + 43456485725739037958740375743393n;
  p = ((p * z) >> 96n) - 11111509109440967052023855526967n;
  p = ((p * z) >> 96n) - 45023709667254063763336534515857n;
  p = ((p * z) >> 96n) - 14706773417378608786704636184526n;
  p = p * z - (795164235651350426258249787498n << 96n);

  let q = z + 5573035233440673466300451813936n;
  q = ((q * z) >> 96n) + 71694874799317883764090561454958n;
  q = ((q * z) >> 96n) + 283447036172924575727196451306956n;
  q = ((q * z) >> 96n) + 401686690394027663651624208769553n;
  q = ((q * z) >> 96n) + 204048457590392012362485061816622n;
  q = ((q * z) >> 96n) + 31853899698501571402653359427138n;
  q = ((q * z) >> 96n) + 909429971244387300277376558375n;

  let r = (p / q) * 1677202110996718588342820967067443963516166n;
  r += 16597577552685614221487285958193947469193820559219878177908093499208371n * BigInt(exponent);
  r += 600920179829731861736702779321621459595472258049074101567377883020018308n;
  return r >> 174n;
}

/**
 * Square root.
 * @param x units of 1e-18, ≥ 0
 * @returns units of 1e-18, rounded down
 * @throws OracleError `negative-root`
 */
export function sqrtWad(x: bigint): bigint {
  return isqrt(x * WAD);
}

/** Position of the highest set bit of x > 0. */
function highestBit(x: bigint): number {
  const hex = x.toString(16);
  return 4 * (hex.length - 1) + 31 - Math.clz32(Number.parseInt(hex.charAt(0), 16));
}
