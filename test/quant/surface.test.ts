import fc from "fast-check";
import { expect, test } from "vitest";
import { normalCdf } from "../../src/quant/normal.ts";
import {
  deltaStrike,
  liftCalendar,
  type Surface,
  type SurfaceSlice,
  surfaceForward,
  surfaceVol,
} from "../../src/quant/surface.ts";
import { CALENDAR_RANGE, fitSurface } from "../../src/quant/surface-fit.ts";
import { calendarCrossing, type SviRaw, totalVariance } from "../../src/quant/svi.ts";

const DAY_MS = 86_400_000;

function slice(days: number, forward: number, svi: SviRaw): SurfaceSlice {
  return { expiryMs: days * DAY_MS, years: days / 365, forward, svi };
}

const surface: Surface = [
  slice(10, 60_000, { a: 0.002, b: 0.03, rho: -0.2, m: 0.01, sigma: 0.1 }),
  slice(40, 60_600, { a: 0.012, b: 0.08, rho: -0.2, m: 0.01, sigma: 0.2 }),
  slice(100, 61_200, { a: 0.04, b: 0.12, rho: -0.3, m: 0.02, sigma: 0.3 }),
];

test("at a listed expiry the surface is the slice, between two the variance is linear in time at the same moneyness", () => {
  const listed = surfaceVol(surface, 66_000, 40 * DAY_MS);
  if (!listed.ok) throw new Error(listed.why);
  expect(listed.forward).toBe(60_600);
  expect(listed.totalVariance).toBeCloseTo(totalVariance(surface[1]!.svi, Math.log(66_000 / 60_600)), 15);
  const forward = surfaceForward(surface, 55 * DAY_MS);
  if (!forward.ok) throw new Error(forward.why);
  expect(Math.log(forward.forward)).toBeCloseTo(0.75 * Math.log(60_600) + 0.25 * Math.log(61_200), 13);
  const k = 0.1;
  const between = surfaceVol(surface, forward.forward * Math.exp(k), 55 * DAY_MS);
  if (!between.ok) throw new Error(between.why);
  const wanted = 0.75 * totalVariance(surface[1]!.svi, k) + 0.25 * totalVariance(surface[2]!.svi, k);
  expect(between.totalVariance).toBeCloseTo(wanted, 14);
  expect(between.vol).toBeCloseTo(Math.sqrt((wanted * 365) / 55), 13);
  expect(between.years).toBeCloseTo(55 / 365, 15);
});

test("outside of its expiries the surface says so, and a broken surface or strike has no value", () => {
  expect(surfaceVol(surface, 60_000, 9 * DAY_MS)).toEqual({ ok: false, why: "outside" });
  expect(surfaceForward(surface, 101 * DAY_MS)).toEqual({ ok: false, why: "outside" });
  expect(surfaceVol(surface, 0, 40 * DAY_MS)).toEqual({ ok: false, why: "bad-input" });
  expect(surfaceVol([], 60_000, 40 * DAY_MS)).toEqual({ ok: false, why: "bad-surface" });
  expect(surfaceVol([...surface].reverse(), 60_000, 40 * DAY_MS)).toEqual({ ok: false, why: "bad-surface" });
  expect(surfaceVol(surface, 60_000, Number.NaN)).toEqual({ ok: false, why: "outside" });
  const falling = [surface[0]!, { ...surface[1]!, svi: { ...surface[1]!.svi, a: -0.0135 } }];
  expect(surfaceVol(falling, 60_000, 20 * DAY_MS)).toEqual({ ok: false, why: "no-variance" });
});

test("the strike of a delta has that delta, on either side", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.02, max: 0.98, noNaN: true }), fc.constantFrom(...surface), (delta, at) => {
      for (const right of ["call", "put"] as const) {
        const found = deltaStrike(at, right, delta);
        if (!found.ok) throw new Error(found.why);
        const root = found.vol * Math.sqrt(at.years);
        const call = normalCdf(Math.log(at.forward / found.strike) / root + 0.5 * root);
        expect(Math.abs((right === "call" ? call : 1 - call) - delta)).toBeLessThan(1e-11);
      }
    }),
  );
  const [put, call] = [deltaStrike(surface[1]!, "put", 0.25), deltaStrike(surface[1]!, "call", 0.25)];
  expect(put.ok && call.ok && put.strike < 60_600 && call.strike > 60_600).toBe(true);
  expect(deltaStrike(surface[1]!, "call", 0)).toEqual({ ok: false, why: "bad-input" });
  expect(deltaStrike(surface[1]!, "call", 1)).toEqual({ ok: false, why: "bad-input" });
  const empty = { ...surface[1]!, svi: { ...surface[1]!.svi, a: -1 } };
  expect(deltaStrike(empty, "call", 0.25)).toEqual({ ok: false, why: "no-variance" });
});

test("lifting ends every crossing, raises nothing that does not cross, and never lowers", () => {
  const range = { min: -1.5, max: 1.5 };
  const slices = fc.record({
    a: fc.double({ min: 0.001, max: 0.05, noNaN: true }),
    b: fc.double({ min: 0.01, max: 0.4, noNaN: true }),
    rho: fc.double({ min: -0.9, max: 0.9, noNaN: true }),
    m: fc.double({ min: -0.3, max: 0.3, noNaN: true }),
    sigma: fc.double({ min: 0.01, max: 0.5, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(slices, { minLength: 1, maxLength: 6 }), (raw) => {
      const { slices: lifted, lifts } = liftCalendar(raw, range);
      expect(lifted[0]).toEqual(raw[0]);
      for (const [i, far] of lifted.entries()) {
        expect(lifts[i]).toBeGreaterThanOrEqual(0);
        expect({ ...far, a: 0 }).toEqual({ ...raw[i]!, a: 0 });
        const near = lifted[i - 1];
        if (near === undefined) continue;
        expect(calendarCrossing(near, far, range)).toBeNull();
        if (calendarCrossing(near, raw[i]!, range) === null) expect(far).toEqual(raw[i]);
        let least = Infinity;
        for (let k = -1.5; k <= 1.5; k += 0.01) least = Math.min(least, totalVariance(far, k) - totalVariance(near, k));
        expect(least).toBeGreaterThan(-1e-9);
      }
    }),
    { numRuns: 40 },
  );
});

test("a lift is no larger than it has to be", () => {
  const near: SviRaw = { a: 0.02, b: 0.1, rho: 0, m: 0, sigma: 0.1 };
  const { lifts } = liftCalendar([near, { ...near, a: 0.015 }], { min: -1, max: 1 });
  expect(lifts[1]).toBeCloseTo(0.005, 13);
});

test("a fitted surface is free of crossings and names the expiries that it lacks", () => {
  const ks = Array.from({ length: 15 }, (_, i) => (i - 7) / 7);
  const expiries = surface.map(({ svi, ...rest }) => ({
    ...rest,
    quotes: ks.map((x) => {
      const k = x * 3 * Math.sqrt(totalVariance(svi, 0));
      return { k, w: totalVariance(svi, k), weight: 1 };
    }),
  }));
  const few = { ...expiries[0]!, expiryMs: 3 * DAY_MS, years: 3 / 365, quotes: expiries[0]!.quotes.slice(6, 8) };
  const fitted = fitSurface([expiries[2]!, few, expiries[0]!, expiries[1]!]);
  expect(fitted.omitted).toEqual([{ expiryMs: 3 * DAY_MS, why: "too-few-quotes", usedPoints: 2 }]);
  expect(fitted.slices.map(({ expiryMs }) => expiryMs)).toEqual(surface.map(({ expiryMs }) => expiryMs));
  for (const [i, { svi, rmseVol, lift }] of fitted.slices.entries()) {
    expect(rmseVol).toBeLessThan(1e-6);
    expect(lift).toBe(0);
    expect(totalVariance(svi, 0.1)).toBeCloseTo(totalVariance(surface[i]!.svi, 0.1), 8);
    const near = fitted.slices[i - 1];
    if (near !== undefined) expect(calendarCrossing(near.svi, svi, CALENDAR_RANGE)).toBeNull();
  }
});
