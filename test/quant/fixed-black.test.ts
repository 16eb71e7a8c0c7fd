import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blackPrice } from "../../src/quant/black76.ts";
import { blackPriceWad } from "../../src/quant/fixed-black.ts";
import { sqrtWad, WAD } from "../../src/quant/fixed-exp-ln.ts";
import { type FixedSvi, isInSviDomain, sviVarianceWad } from "../../src/quant/fixed-svi.ts";

const unit = (value: number): bigint => BigInt(Math.round(value * 1e12)) * 1_000_000n;
const toNumber = (wad: bigint): number => Number(wad) / 1e18;
const price = (right: "call" | "put", forward: bigint, strike: bigint, vol: bigint): bigint => {
  const value = blackPriceWad(right, forward, strike, vol);
  if (value === null) throw new Error(`outside the domain: ${forward} ${strike} ${vol}`);
  return value;
};

const amounts = fc.bigInt(1n, (1n << 127n) - 1n);
const traded = fc.bigInt(WAD / 10n, WAD * 10n);
const vols = fc.bigInt(0n, 3n * WAD);

describe("Black-76 in integers", () => {
  test("agrees with the floating-point formula to 2e-15 of forward and strike", () => {
    fc.assert(
      fc.property(traded, traded, vols, fc.constantFrom("call" as const, "put" as const), (f, k, vol, right) => {
        const wanted = blackPrice(right, toNumber(f), toNumber(k), toNumber(vol));
        const error = Math.abs(toNumber(price(right, f, k, vol)) - wanted);
        expect(error).toBeLessThan(2e-15 * toNumber(f + k));
      }),
      { numRuns: 2_000 },
    );
  });

  test("is right to a few units at the money, where the price is F·(2Φ(s/2) - 1)", () => {
    // 40-digit values of F·(2Φ(s/2) - 1) for F = 1.
    const known: readonly (readonly [vol: string, units: bigint])[] = [
      ["0.001", 398_942_263_778_838n],
      ["0.05", 19_945_036_390_476_086n],
      ["0.5", 197_412_651_365_847_448n],
    ];
    for (const [vol, units] of known) {
      const given = price("call", WAD, WAD, unit(Number(vol)));
      expect(given - units, vol).toBeLessThanOrEqual(10n);
      expect(units - given, vol).toBeLessThanOrEqual(10n);
    }
  });

  test("call and put differ by F - K exactly, and neither leaves its bounds, anywhere in the domain", () => {
    fc.assert(
      fc.property(amounts, amounts, fc.bigInt(0n, 10_000n * WAD - 1n), (f, k, vol) => {
        const call = price("call", f, k, vol);
        const put = price("put", f, k, vol);
        expect(call - put).toBe(f - k);
        expect(call).toBeGreaterThanOrEqual(f > k ? f - k : 0n);
        expect(call).toBeLessThanOrEqual(f);
        expect(put).toBeGreaterThanOrEqual(k > f ? k - f : 0n);
      }),
    );
  });

  test("rounding never takes a price below its intrinsic value, where little more is left", () => {
    const deviations = fc.double({ min: 4, max: 9, noNaN: true });
    fc.assert(
      fc.property(traded, traded, deviations, (f, k, z) => {
        const vol = unit(Math.abs(Math.log(Number(f) / Number(k))) / z);
        expect(price("call", f, k, vol)).toBeGreaterThanOrEqual(f > k ? f - k : 0n);
        expect(price("put", f, k, vol)).toBeGreaterThanOrEqual(k > f ? k - f : 0n);
      }),
      { numRuns: 2_000 },
    );
  });

  test("without variance an option is worth its intrinsic value", () => {
    expect(price("call", 120n * WAD, 100n * WAD, 0n)).toBe(20n * WAD);
    expect(price("put", 120n * WAD, 100n * WAD, 0n)).toBe(0n);
    expect(price("put", 1n, 100n * WAD, WAD)).toBe(100n * WAD - 1n);
  });

  test("more variance never makes an option cheaper by more than rounding", () => {
    fc.assert(
      fc.property(traded, traded, vols, fc.bigInt(1n, WAD), (f, k, vol, more) => {
        const rounding = (5n * (f + k)) / WAD + 2n;
        expect(price("call", f, k, vol + more)).toBeGreaterThanOrEqual(price("call", f, k, vol) - rounding);
      }),
    );
  });

  test("outside the domain there is no price and no exception", () => {
    const limit = 1n << 127n;
    for (const [f, k, vol] of [
      [0n, WAD, WAD],
      [WAD, 0n, WAD],
      [-WAD, WAD, WAD],
      [WAD, -1n, WAD],
      [limit, WAD, WAD],
      [WAD, limit, WAD],
      [WAD, WAD, -1n],
      [WAD, WAD, 10_000n * WAD],
    ] as const) {
      expect(blackPriceWad("call", f, k, vol)).toBeNull();
      expect(blackPriceWad("put", f, k, vol)).toBeNull();
    }
  });
});

describe("SVI in integers", () => {
  // Gatheral & Jacquier (2014), example 3.1; QUANT §3 has the point values.
  const vogt: FixedSvi = { a: unit(-0.041), b: unit(0.1331), rho: unit(0.306), m: unit(0.3586), sigma: unit(0.4153) };

  test("Vogt's slice has its known variances", () => {
    for (const [k, w] of [
      [-1.5, 0.136781961122],
      [0, 0.017426252555],
      [0.4, 0.016236569623],
    ] as const) {
      expect(toNumber(sviVarianceWad(vogt, unit(k)))).toBeCloseTo(w, 12);
    }
    expect(toNumber(sqrtWad(sviVarianceWad(vogt, unit(0.7))))).toBeCloseTo(0.210857945049, 12);
  });

  test("it agrees with floating point to 1e-14 wherever the parameters are those of a market", () => {
    const parameters = fc.record({
      a: fc.bigInt(-WAD / 10n, WAD),
      b: fc.bigInt(0n, WAD),
      rho: fc.bigInt(-WAD + 1n, WAD - 1n),
      m: fc.bigInt(-WAD, WAD),
      sigma: fc.bigInt(1n, WAD),
    });
    fc.assert(
      fc.property(parameters, fc.bigInt(-3n * WAD, 3n * WAD), (svi, k) => {
        const distance = toNumber(k - svi.m);
        const root = Math.sqrt(distance * distance + toNumber(svi.sigma) * toNumber(svi.sigma));
        const wanted = toNumber(svi.a) + toNumber(svi.b) * (toNumber(svi.rho) * distance + root);
        expect(Math.abs(toNumber(sviVarianceWad(svi, k)) - wanted)).toBeLessThan(1e-14);
        expect(isInSviDomain(svi)).toBe(true);
      }),
    );
  });

  test("parameters that are no SVI are outside the domain", () => {
    const changes: Partial<FixedSvi>[] = [
      { b: -1n },
      { rho: WAD },
      { rho: -WAD },
      { sigma: 0n },
      { sigma: -1n },
      { a: 1_001n * WAD },
      { m: -1_001n * WAD },
      { b: 1n << 127n },
    ];
    for (const change of changes) expect(isInSviDomain({ ...vogt, ...change })).toBe(false);
    expect(isInSviDomain(vogt)).toBe(true);
  });
});
