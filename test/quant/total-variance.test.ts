import fc from "fast-check";
import { expect, test } from "vitest";
import { interpolateTotalVariance } from "../../src/quant/total-variance.ts";

test("known value: the printed variances of the CBOE example give its 13.93 at 30 days", () => {
  // "Volatility Index Methodology": σ² and minutes of the two terms; in years of 365 days.
  const near = { years: 34_484 / 525_600, vol: Math.sqrt(0.019233906) };
  const far = { years: 44_954 / 525_600, vol: Math.sqrt(0.019423884) };
  const result = interpolateTotalVariance(near, far, 43_200 / 525_600);
  expect(result.ok && result.vol * 100).toBeCloseTo(13.92784, 4);
});

test("at either expiry the result is that expiry's volatility", () => {
  const [near, far] = [
    { years: 0.05, vol: 0.4 },
    { years: 0.12, vol: 0.45 },
  ];
  expect(interpolateTotalVariance(near, far, 0.05)).toEqual({ ok: true, vol: 0.4 });
  const atFar = interpolateTotalVariance(near, far, 0.12);
  expect(atFar.ok && atFar.vol).toBeCloseTo(0.45, 15);
  expect(interpolateTotalVariance(near, near, 0.05)).toEqual({ ok: true, vol: 0.4 });
});

test("nothing is extrapolated, and a falling total variance is refused", () => {
  const [near, far] = [
    { years: 0.05, vol: 0.4 },
    { years: 0.12, vol: 0.45 },
  ];
  expect(interpolateTotalVariance(near, far, 0.0499)).toEqual({ ok: false, why: "outside" });
  expect(interpolateTotalVariance(near, far, 0.1201)).toEqual({ ok: false, why: "outside" });
  expect(interpolateTotalVariance(far, near, 0.08)).toEqual({ ok: false, why: "outside" });
  const falling = { years: 0.12, vol: 0.25 };
  expect(interpolateTotalVariance(near, falling, 0.08)).toEqual({ ok: false, why: "falling-variance" });
});

test("numbers that are not positive are refused", () => {
  const good = { years: 0.1, vol: 0.4 };
  for (const bad of [0, -1, Number.NaN, Infinity]) {
    expect(interpolateTotalVariance({ years: bad, vol: 0.4 }, good, 0.1)).toEqual({ ok: false, why: "bad-input" });
    expect(interpolateTotalVariance(good, { years: 0.1, vol: bad }, 0.1)).toEqual({ ok: false, why: "bad-input" });
    expect(interpolateTotalVariance(good, good, bad)).toEqual({ ok: false, why: "bad-input" });
  }
});

test("total variance lies between those of the two expiries and never falls with maturity", () => {
  const vol = fc.double({ min: 0.05, max: 3, noNaN: true });
  const weight = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(vol, vol, weight, weight, (nearVol, farVol, w1, w2) => {
      const [near, far] = [
        { years: 0.05, vol: nearVol },
        { years: 0.2, vol: farVol },
      ];
      fc.pre(farVol * farVol * 0.2 >= nearVol * nearVol * 0.05);
      const variance = (w: number): number => {
        const years = 0.05 + w * 0.15;
        const result = interpolateTotalVariance(near, far, Math.min(years, 0.2));
        return result.ok ? result.vol * result.vol * years : Number.NaN;
      };
      const [first, second] = [variance(Math.min(w1, w2)), variance(Math.max(w1, w2))];
      expect(second).toBeGreaterThanOrEqual(first * (1 - 1e-12));
      expect(first).toBeGreaterThanOrEqual(nearVol * nearVol * 0.05 * (1 - 1e-12));
      expect(second).toBeLessThanOrEqual(farVol * farVol * 0.2 * (1 + 1e-12));
    }),
  );
});
