/** Fixed point: an integer count of 10^-decimals. Floats become integers here, once, by a named rounding. */
import { OracleError } from "./errors.ts";

/** Exact value of a finite double as mantissa · 2^exponent. */
function decompose(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const sign = bits >> 63n === 1n ? -1n : 1n;
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return biased === 0
    ? { mantissa: sign * fraction, exponent: -1074 }
    : { mantissa: sign * (fraction | 0x10000000000000n), exponent: biased - 1075 };
}

function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  let quotient = magnitude / denominator;
  const twice = (magnitude % denominator) * 2n;
  if (twice > denominator || (twice === denominator && quotient % 2n === 1n)) quotient += 1n;
  return negative ? -quotient : quotient;
}

/**
 * Rounds the exact binary value of a double to `decimals` places, ties to even.
 * @param value    finite number
 * @param decimals 0 … 30
 * @throws OracleError `not-finite` for NaN and infinities
 */
export function roundHalfEven(value: number, decimals: number): bigint {
  if (!Number.isFinite(value)) throw new OracleError(`cannot round ${value} to fixed point`, { code: "not-finite" });
  const { mantissa, exponent } = decompose(value);
  const scaled = mantissa * 10n ** BigInt(decimals);
  return exponent >= 0 ? scaled << BigInt(exponent) : divideHalfEven(scaled, 1n << BigInt(-exponent));
}

/** Decimal text such as "0.005" to fixed point, exactly. @throws OracleError `bad-decimal` */
export function parseFixed(text: string, decimals: number): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null || (match[3] ?? "").length > decimals) {
    throw new OracleError(`expected a decimal number with at most ${decimals} places, saw ${JSON.stringify(text)}`, {
      code: "bad-decimal",
      seen: text,
      decimals,
    });
  }
  const magnitude = BigInt(match[2]! + (match[3] ?? "").padEnd(decimals, "0"));
  return match[1] === "-" ? -magnitude : magnitude;
}

export function formatFixed(value: bigint, decimals: number): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const text = decimals === 0 ? whole : `${whole}.${digits.slice(digits.length - decimals)}`;
  return negative ? `-${text}` : text;
}

/** For display and metrics only: loses precision above 2^53. */
export function fixedToNumber(value: bigint, decimals: number): number {
  return Number(formatFixed(value, decimals));
}

export function absBig(value: bigint): bigint {
  return value < 0n ? -value : value;
}

export function compareBig(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Rounds towards plus infinity. @param denominator > 0 */
export function ceilDiv(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator % denominator > 0n ? quotient + 1n : quotient;
}
