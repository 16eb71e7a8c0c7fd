import fc from "fast-check";
import { expect, test } from "vitest";
import { calendarMargin, type SviRaw, sviViolations, totalVariance } from "../../src/quant/svi.ts";
import {
  jumpWingOfRaw,
  naturalOfRaw,
  rawOfJumpWing,
  rawOfNatural,
  rawOfSsvi,
  repairedJumpWing,
  type SviJumpWing,
  ssviCalendarFree,
  ssviPhi,
  ssviViolations,
} from "../../src/quant/svi-forms.ts";

const vogt: SviRaw = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 };

const slices = fc.record({
  a: fc.double({ min: 0.001, max: 0.2, noNaN: true }),
  b: fc.double({ min: 0.01, max: 0.8, noNaN: true }),
  rho: fc.double({ min: -0.9, max: 0.9, noNaN: true }),
  m: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
  sigma: fc.double({ min: 0.05, max: 1, noNaN: true }),
});

function solved(wing: SviJumpWing, years: number): SviRaw {
  const result = rawOfJumpWing(wing, years);
  if (!result.ok) throw new Error(`no slice: ${result.why}`);
  return result.svi;
}

function expectClose(svi: SviRaw, wanted: SviRaw, tolerance: number): void {
  for (const name of ["a", "b", "rho", "m", "sigma"] as const) {
    expect(Math.abs(svi[name] - wanted[name]), name).toBeLessThan(tolerance);
  }
}

test("Vogt's smile has the printed jump-wing numbers", () => {
  const wing = jumpWingOfRaw(vogt, 1);
  expect(wing.variance).toBeCloseTo(0.01742625, 8);
  expect(wing.skew).toBeCloseTo(-0.1752111, 7);
  expect(wing.putWing).toBeCloseTo(0.6997381, 7);
  expect(wing.callWing).toBeCloseTo(1.316798, 6);
  expect(wing.minimum).toBeCloseTo(0.0116249, 7);
});

test("the closed-form repair and the paper's optimum are the printed slices", () => {
  const wing = jumpWingOfRaw(vogt, 1);
  const repaired = repairedJumpWing(wing);
  expect(repaired.callWing).toBeCloseTo(0.3493158, 7);
  expect(repaired.minimum).toBeCloseTo(0.01548182, 8);
  const closed = solved(repaired, 1);
  const printed = { a: 0.0077409124, b: 0.0692420345, rho: -0.3340364806, m: 0.0420337452, sigma: 0.1186078029 };
  expectClose(closed, printed, 1e-9);
  expect(sviViolations(closed)).toEqual([]);
  const optimum = solved({ ...wing, callWing: 0.8564763, minimum: 0.0116249 }, 1);
  const best = { a: -0.030519911, b: 0.1027167818, rho: 0.1007176132, m: 0.2723441929, sigma: 0.4123981469 };
  expectClose(optimum, best, 3e-6);
  expect(sviViolations(optimum)).toEqual([]);
});

test("raw to natural and back changes nothing", () => {
  fc.assert(
    fc.property(slices, (svi) => {
      expectClose(rawOfNatural(naturalOfRaw(svi)), svi, 1e-13);
    }),
  );
});

test("raw to jump-wing and back changes nothing, unless the smile is lowest near the money", () => {
  fc.assert(
    fc.property(slices, fc.double({ min: 0.01, max: 2, noNaN: true }), (svi, years) => {
      const wing = jumpWingOfRaw(svi, years);
      fc.pre(Math.abs(wing.skew) > 1e-3 && wing.variance - wing.minimum > 1e-3 * wing.variance);
      expectClose(solved(wing, years), svi, 1e-8);
    }),
  );
  expectClose(solved(jumpWingOfRaw({ ...vogt, m: 0 }, 1), 1), { ...vogt, m: 0 }, 1e-12);
});

test("jump-wing numbers that no slice has, or that many have, are refused", () => {
  const wing = jumpWingOfRaw(vogt, 1);
  expect(rawOfJumpWing({ ...wing, putWing: -0.1 }, 1)).toEqual({ ok: false, why: "outside" });
  expect(rawOfJumpWing({ ...wing, skew: -5 }, 1)).toEqual({ ok: false, why: "outside" });
  expect(rawOfJumpWing({ ...wing, minimum: 0.02 }, 1)).toEqual({ ok: false, why: "outside" });
  expect(rawOfJumpWing({ ...wing, skew: 0 }, 1)).toEqual({ ok: false, why: "undetermined" });
});

test("an SSVI slice takes θ at the money, and its conditions are sufficient", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.001, max: 1, noNaN: true }),
      fc.double({ min: -0.9, max: 0.9, noNaN: true }),
      fc.double({ min: 0.1, max: 10, noNaN: true }),
      (theta, rho, phi) => {
        const svi = rawOfSsvi({ theta, rho, phi });
        expect(Math.abs(totalVariance(svi, 0) / theta - 1)).toBeLessThan(1e-12);
        if (ssviViolations({ theta, rho, phi }).length === 0) {
          expect(sviViolations(svi, { range: null, minG: -1e-12 })).toEqual([]);
        }
      },
    ),
  );
  expect(ssviViolations({ theta: 0.04, rho: -0.5, phi: 70 })).toEqual(["wing", "curvature"]);
  expect(ssviViolations({ theta: 0.04, rho: -0.5, phi: 30 })).toEqual(["curvature"]);
});

test("the square-root SSVI surface with η(1 + |ρ|) ≤ 2 has neither butterflies nor crossings", () => {
  const rho = -0.4;
  const eta = 2 / 1.4;
  const surface = [0.001, 0.01, 0.05, 0.2, 1].map((theta) => ({ theta, rho, phi: ssviPhi(eta, theta) }));
  for (const [i, slice] of surface.entries()) {
    expect(ssviViolations(slice)).toEqual([]);
    // θφ = η√(θ/(1 + θ)), so its slope is η/(2√θ·(1 + θ)^1.5) = φ/(2(1 + θ)).
    expect(ssviCalendarFree(slice, slice.phi / (2 * (1 + slice.theta)))).toBe(true);
    const before = surface[i - 1];
    if (before === undefined) continue;
    expect(calendarMargin(rawOfSsvi(before), rawOfSsvi(slice), { min: -3, max: 3 }).margin).toBeGreaterThan(0);
  }
  expect(ssviCalendarFree({ theta: 0.1, rho: 0.9, phi: 1 }, 2)).toBe(false);
  expect(ssviCalendarFree({ theta: 0.1, rho: 0.9, phi: 1 }, -0.1)).toBe(false);
});
