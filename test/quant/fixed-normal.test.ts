import fc from "fast-check";
import { expect, test } from "vitest";
import { absBig } from "../../src/base/fixed.ts";
import { expWad, lnWad, sqrtWad, WAD } from "../../src/quant/fixed-exp-ln.ts";
import { normalCdfWad } from "../../src/quant/fixed-normal.ts";
import { normalCdf } from "../../src/quant/normal.ts";
import { type Big, bigCdf, bigExp } from "./support/big-normal.ts";

const BITS = 2400n;
/** Units of 1e-18 as the second implementation's number. Not exact: cut at 2^-2400. */
const toBig = (wad: bigint): Big => (wad << BITS) / WAD;
/** The second implementation's number in units of 1e-24, to see fractions of our last place. */
const inUnits = (value: Big): bigint => (value * 10n ** 24n) >> BITS;

/** Whether |given - wanted| ≤ `places` of 1e-18, in steps of 1e-24. */
function errorOf(given: bigint, wanted: Big): bigint {
  return absBig(given * 1_000_000n - inUnits(wanted));
}

const JOINT = 662_912_607_362_388_304n;
const POINTS = [
  0n,
  1n,
  -1n,
  JOINT,
  JOINT + 1n,
  -JOINT,
  ...Array.from({ length: 160 }, (_, i) => -9_100_000_000_000_000_000n + BigInt(i) * 114_159_265_358_979_323n),
];

test("the distribution function is right to 2e-18 from -9.1 to 9.1 standard deviations, against 700-digit arithmetic", () => {
  for (const z of POINTS)
    expect(errorOf(normalCdfWad(z), bigCdf(toBig(z))), `z = ${z}`).toBeLessThanOrEqual(2_000_000n);
});

test("it agrees with the floating-point one to 1e-15 at any point", () => {
  fc.assert(
    fc.property(fc.double({ min: -12, max: 12, noNaN: true }), (z) => {
      const wad = BigInt(Math.round(z * 1e15)) * 1_000n;
      expect(Number(normalCdfWad(wad)) / 1e18).toBeCloseTo(normalCdf(Number(wad) / 1e18), 15);
    }),
  );
});

test("both tails make one exactly, and the middle is one half exactly", () => {
  fc.assert(
    fc.property(fc.bigInt(-10n * WAD, 10n * WAD), (z) => {
      expect(normalCdfWad(z) + normalCdfWad(-z)).toBe(WAD);
    }),
  );
  expect(normalCdfWad(0n)).toBe(WAD / 2n);
});

test("it never falls, be the step one unit or any other, nor at the joint of its two forms", () => {
  const step = fc.oneof(fc.constant(1n), fc.bigInt(1n, 1_000_000n), fc.bigInt(1n, WAD));
  fc.assert(
    fc.property(fc.bigInt(-10n * WAD, 10n * WAD), step, (z, by) => {
      expect(normalCdfWad(z + by)).toBeGreaterThanOrEqual(normalCdfWad(z));
    }),
    { numRuns: 1_000 },
  );
  for (let z = JOINT - 200n; z < JOINT + 200n; z++) {
    expect(normalCdfWad(z + 1n), `z = ${z}`).toBeGreaterThanOrEqual(normalCdfWad(z));
    expect(normalCdfWad(-z), `z = ${-z}`).toBeGreaterThanOrEqual(normalCdfWad(-z - 1n));
  }
});

test("beyond nine standard deviations it is zero and one, however far", () => {
  for (const z of [9n * WAD, 10n * WAD, 1n << 255n, 1n << 4_000n]) {
    expect(normalCdfWad(-z)).toBe(0n);
    expect(normalCdfWad(z)).toBe(WAD);
  }
});

test("exp is right to 1e-18, absolute below one and relative above, against the same arithmetic", () => {
  for (let x = -45n * WAD; x < 80n * WAD; x += 1_234_567_890_123_456_789n) {
    const wanted = bigExp(toBig(x));
    const scale = expWad(x) > WAD ? expWad(x) : WAD;
    expect(errorOf(expWad(x), wanted), `x = ${x}`).toBeLessThanOrEqual((1_100_000n * scale) / WAD);
  }
});

test("ln undoes exp to 2e-18 from 1/1000 to 1e15", () => {
  fc.assert(
    fc.property(fc.bigInt(WAD / 1_000n, WAD * 1_000_000_000_000_000n), (x) => {
      const back = bigExp(toBig(lnWad(x)));
      const relative = (absBig(back - toBig(x)) * 10n ** 24n) / toBig(x);
      expect(relative).toBeLessThanOrEqual(2_000_000n);
    }),
    { numRuns: 50 },
  );
});

test("known values and edges of exp, ln and root", () => {
  expect(expWad(0n)).toBe(WAD);
  expect(expWad(WAD)).toBe(2_718281828459045235n);
  expect(expWad(-41_446531673892822312n)).toBe(1n);
  expect(expWad(-41_446531673892822313n)).toBe(0n);
  expect(expWad(-(1n << 255n))).toBe(0n);
  expect(expWad(135_305999368893231588n)).toBe(
    57896044618658097650144101621524338577433870140581303254786265309376407432913n,
  );
  expect(() => expWad(135_305999368893231589n)).toThrow("does not fit 256 bits");
  expect(lnWad(WAD)).toBe(0n);
  expect(lnWad(2n * WAD)).toBe(693147180559945309n);
  expect(lnWad(1n)).toBe(-41_446531673892822313n);
  expect(lnWad((1n << 255n) - 1n)).toBe(135_305999368893231589n);
  for (const x of [0n, -1n, 1n << 255n]) expect(() => lnWad(x)).toThrow("no logarithm");
  expect(sqrtWad(2n * WAD)).toBe(1_414213562373095048n);
  expect(sqrtWad(0n)).toBe(0n);
  expect(() => sqrtWad(-1n)).toThrow("no square root");
});
