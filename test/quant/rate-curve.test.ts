import fc from "fast-check";
import { expect, test } from "vitest";
import type { ForwardPoint, RateCurve } from "../../src/quant/rate-curve.ts";
import { constantMaturity, rateCurve } from "../../src/quant/rate-curve.ts";

function curveOf(spot: number, forwards: readonly ForwardPoint[]): RateCurve & { readonly ok: true } {
  const curve = rateCurve(spot, forwards);
  if (!curve.ok) throw new Error(curve.why);
  return curve;
}

test("a forward of 110 in a year over 100 is 9.53 % a year; backwardation is a negative rate", () => {
  const { points } = curveOf(100, [
    { years: 0.5, forward: 99 },
    { years: 1, forward: 110 },
  ]);
  expect(points[0]?.rate).toBeCloseTo(-0.02010067170700289, 16);
  expect(points[1]?.rate).toBeCloseTo(0.09531017980432487, 16);
});

test("a carry of one part in a million keeps its digits, and a forward of ten times spot is allowed", () => {
  const rate = (forward: number) => curveOf(1, [{ years: 1, forward }]).points[0]!.rate;
  // ln(1 + 2^-20), by its series.
  const small = 1 / 1_048_576;
  expect(Math.abs(rate(1 + small) / (small - (small * small) / 2 + (small * small * small) / 3) - 1)).toBeLessThan(
    4e-16,
  );
  expect(rate(10)).toBeCloseTo(Math.log(10), 15);
});

test("between two expiries ln(F/S) is a straight line; at an expiry it is that expiry", () => {
  const curve = curveOf(100, [
    { years: 0.1, forward: 101 },
    { years: 0.3, forward: 105 },
  ]);
  const month = constantMaturity(curve, 0.15);
  expect(month).toMatchObject({ ok: true, years: 0.15 });
  if (!month.ok) return;
  const carry = 0.75 * Math.log(1.01) + 0.25 * Math.log(1.05);
  expect(month.forward).toBeCloseTo(100 * Math.exp(carry), 11);
  expect(month.rate).toBeCloseTo(carry / 0.15, 14);
  expect(constantMaturity(curve, 0.3)).toEqual({ ok: true, ...curve.points[1] });
  expect(constantMaturity(curve, 0.1)).toEqual({ ok: true, ...curve.points[0] });
});

test("nothing is extrapolated", () => {
  const curve = curveOf(100, [
    { years: 0.1, forward: 101 },
    { years: 0.3, forward: 105 },
  ]);
  for (const years of [0.0999, 0.3001, 5]) {
    expect(constantMaturity(curve, years)).toEqual({ ok: false, why: "outside" });
  }
  for (const bad of [0, -1, Number.NaN, Infinity]) {
    expect(constantMaturity(curve, bad)).toEqual({ ok: false, why: "bad-input" });
  }
});

const anyCurve = fc
  .array(fc.tuple(fc.double({ min: 0.01, max: 0.5, noNaN: true }), fc.double({ min: 50, max: 200, noNaN: true })), {
    minLength: 2,
    maxLength: 8,
  })
  .map((steps) => {
    let years = 0;
    return steps.map(([step, forward]) => ({ years: (years += step), forward }));
  });

test("a constant-maturity forward lies between its two neighbours, in any unit of money", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(anyCurve, share, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (forwards, at, unit) => {
      const [first, last] = [forwards[0]!.years, forwards.at(-1)!.years];
      const years = Math.min(last, first + at * (last - first));
      const point = constantMaturity(curveOf(100, forwards), years);
      const scaled = forwards.map((one) => ({ ...one, forward: one.forward * unit }));
      const other = constantMaturity(curveOf(100 * unit, scaled), years);
      if (!point.ok || !other.ok) throw new Error("outside");
      expect(Math.abs(other.forward / (point.forward * unit) - 1)).toBeLessThan(1e-14);
      const later = forwards.findIndex((one) => one.years >= years);
      const pair = [forwards[later]!.forward, forwards[Math.max(0, later - 1)]!.forward];
      expect(point.forward).toBeGreaterThan(Math.min(...pair) * (1 - 1e-14));
      expect(point.forward).toBeLessThan(Math.max(...pair) * (1 + 1e-14));
    }),
  );
});

test("boards without a curve are refused by name", () => {
  const no = (why: string) => ({ ok: false, why });
  const good = { years: 0.1, forward: 101 };
  expect(rateCurve(100, [])).toEqual(no("no-expiry"));
  for (const bad of [0, -37.63, Number.NaN, Infinity]) {
    expect(rateCurve(bad, [good])).toEqual(no("bad-input"));
    expect(rateCurve(100, [{ ...good, forward: bad }])).toEqual(no("bad-input"));
    expect(rateCurve(100, [{ ...good, years: bad }])).toEqual(no("bad-input"));
  }
  expect(rateCurve(100, [good, { years: 0.05, forward: 102 }])).toEqual(no("unordered-expiries"));
  expect(rateCurve(100, [good, { years: 0.1, forward: 102 }])).toEqual(no("unordered-expiries"));
});
