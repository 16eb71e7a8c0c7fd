/**
 * The distribution function of the standard normal on integers in units of 1e-18, bit for bit the one of
 * contracts/src/libraries/FixedNormal.sol.
 *
 * Source: W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969), 631-637: his
 * first two forms, coefficients rounded to 2^-96. His third, for arguments beyond 4, is not needed: there the second one
 * is wrong by 1e-25 at most as long as the result is not yet zero.
 *
 * Domain: every integer; zero below and one above 9.2 standard deviations. Accuracy: absolute error at most 2e-18
 * against 700-digit arithmetic (test/quant/fixed-normal.test.ts). Φ(-z) + Φ(z) is 1 exactly, Φ(0) is one half exactly, and
 * Φ never falls where z rises.
 */
import { expWad, WAD } from "./fixed-exp-ln.ts";

/** Beyond this the tail is below 1e-18 anyway; it keeps the contract's words from overflowing. */
const SATURATES_AT = 9_200_000_000_000_000_000n;
/** 0.46875·√2, the joint of the two forms. */
const CENTRE_MAX = 662_912_607_362_388_304n;
/** 2^160/(10^18·√2): from units of 1e-18 to x = z/√2 in units of 2^-96, times 2^64. */
const TO_ERF_ARGUMENT = 1033437718471923706666374484007n;

/** erf(x)/x in x², x ≤ 0.46875; highest power first, units of 2^-96. */
const ERF_NUMERATOR = [
  14718826297120989522267759699n,
  250450025707076886581247306537n,
  9021247709628648039832258185568n,
  29907461758066809248288739643583n,
  254273089201900539567074195561367n,
] as const;
const ERF_DENOMINATOR = [
  79228162514264337593543950336n,
  1869886915118756548372537195370n,
  19333623671754657102261355670280n,
  101619350571539213703861705930579n,
  225343658068775198134754514534820n,
] as const;

/** exp(x²)·erfc(x) in x, x ≥ 0.46875; highest power first, units of 2^-96. */
const TAIL_NUMERATOR = [
  1705873732376185893130n,
  44699617928096889657622007068n,
  703795635548356084646586573679n,
  5238501981111082014200872273705n,
  23660313261573407084931655127250n,
  69875453914359297475165683179393n,
  135642386485930422071542593601050n,
  162503171047897661573903448657807n,
  97477526349630856709014805599722n,
] as const;
const TAIL_DENOMINATOR = [
  79228162514264337593543950336n,
  1247441564674402715388308782874n,
  9324675468162752757284751900729n,
  42559871637914902192057554356857n,
  128459716712703645722747745966674n,
  260723976650507417503908363478143n,
  345642294261701205763986324339402n,
  272494781033366128060994607876358n,
  97477526350086590568584481494497n,
] as const;

/** Horner's rule in units of 2^-96. */
function polynomial(coefficients: readonly bigint[], x: bigint): bigint {
  let sum = 0n;
  for (const coefficient of coefficients) sum = ((sum * x) >> 96n) + coefficient;
  return sum;
}

/** 1 - Φ(z) for z ≥ 0. */
function upperTail(z: bigint): bigint {
  if (z >= SATURATES_AT) return 0n;
  const x = (z * TO_ERF_ARGUMENT) >> 64n;
  if (z <= CENTRE_MAX) {
    const square = (x * x) >> 96n;
    const erfOverX = (polynomial(ERF_NUMERATOR, square) << 96n) / polynomial(ERF_DENOMINATOR, square);
    return WAD / 2n - ((x * erfOverX * WAD) >> 193n);
  }
  const scaled = (polynomial(TAIL_NUMERATOR, x) << 96n) / polynomial(TAIL_DENOMINATOR, x);
  return (expWad(-((z * z) / (2n * WAD))) * scaled) >> 97n;
}

/**
 * Φ(z).
 * @param z standard deviations in units of 1e-18, any integer
 * @returns 0 … 1 in units of 1e-18
 */
export function normalCdfWad(z: bigint): bigint {
  return z < 0n ? upperTail(-z) : WAD - upperTail(z);
}
