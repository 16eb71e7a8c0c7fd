/**
 * The second implementation: integers scaled by 2^2400, Taylor series only, good to about 700 digits. It shares no
 * formula with src/quant and takes the doubles at their exact binary value.
 */

const BITS = 2400n;
const ONE = 1n << BITS;

export type Big = bigint;

/** Exact. */
export function big(value: number): Big {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0n ? fraction : fraction | (1n << 52n);
  const shift = BITS + (biased === 0n ? 1n : biased) - 1075n;
  const magnitude = shift >= 0n ? mantissa << shift : mantissa >> -shift;
  return bits >> 63n === 1n ? -magnitude : magnitude;
}

const multiply = (a: Big, b: Big): Big => (a * b) >> BITS;
const divide = (a: Big, b: Big): Big => (a << BITS) / b;

function squareRoot(value: Big): Big {
  const target = value << BITS;
  let root = 1n << BigInt(Math.ceil(target.toString(2).length / 2));
  for (;;) {
    const next = (root + target / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** arctan(1/n). */
function arcCotangent(n: bigint): Big {
  let power = ONE / n;
  let sum = power;
  for (let k = 3n, sign = -1n; power !== 0n; k += 2n, sign = -sign) {
    power /= n * n;
    sum += (sign * power) / k;
  }
  return sum;
}

/** Machin. */
const PI = 4n * (4n * arcCotangent(5n) - arcCotangent(239n));
const SQRT_2PI = squareRoot(2n * PI);

/** Any sign; the argument is halved until it is small, the series summed, the result squared back. */
export function bigExp(value: Big): Big {
  const halvings = 40n;
  const small = value >> halvings;
  let term = ONE;
  let sum = ONE;
  for (let k = 1n; term !== 0n && term !== -1n; k++) {
    term = multiply(term, small) / k;
    sum += term;
  }
  for (let i = 0n; i < halvings; i++) sum = multiply(sum, sum);
  return sum;
}

/** Φ(z) = 1/2 + φ(z)·(z + z³/3 + z⁵/15 + …). */
export function bigCdf(z: Big): Big {
  const square = multiply(z, z);
  let term = z;
  let sum = z;
  for (let k = 3n; term !== 0n && term !== -1n; k += 2n) {
    term = multiply(term, square) / k;
    sum += term;
  }
  return ONE / 2n + multiply(divide(bigExp(-square / 2n), SQRT_2PI), sum);
}

/** erfc(x) = 1 - 2/√π·exp(-x²)·(x + 2x³/3 + 4x⁵/15 + …). */
export function bigErfc(x: Big): Big {
  const square = multiply(x, x);
  let term = x;
  let sum = x;
  for (let k = 3n; term !== 0n && term !== -1n; k += 2n) {
    term = (2n * multiply(term, square)) / k;
    sum += term;
  }
  return ONE - multiply(divide(2n * bigExp(-square), squareRoot(PI)), sum);
}

/** exp(x²)·erfc(x). */
export function bigErfcx(x: Big): Big {
  return multiply(bigExp(multiply(x, x)), bigErfc(x));
}

export function bigPdf(z: Big): Big {
  return divide(bigExp(-multiply(z, z) / 2n), SQRT_2PI);
}

/** exp(x/2)·Φ(x/v + v/2) - exp(-x/2)·Φ(x/v - v/2). */
export function bigNormalisedPrice(x: number, totalVol: number): Big {
  const h = divide(big(x), big(totalVol));
  const t = big(totalVol) / 2n;
  return multiply(bigExp(big(x) / 2n), bigCdf(h + t)) - multiply(bigExp(-big(x) / 2n), bigCdf(h - t));
}

/** |value/reference - 1|, to 1e-24. */
export function relativeError(value: number, reference: Big): number {
  const scale = 10n ** 24n;
  const difference = big(value) - reference;
  const magnitude = (difference < 0n ? -difference : difference) * scale;
  return Number(magnitude / (reference < 0n ? -reference : reference)) / 1e24;
}
