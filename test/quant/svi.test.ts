import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  calendarCrossing,
  calendarMargin,
  durrleman,
  minDurrleman,
  minVariance,
  type SviRaw,
  sviPoint,
  sviViolations,
  totalVariance,
} from "../../src/quant/svi.ts";

/** A. Vogt's smile, Gatheral and Jacquier (2014), example 3.1; and the paper's two repairs of it. */
const vogt: SviRaw = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 };
const closedForm: SviRaw = {
  a: 0.0077409124,
  b: 0.0692420345,
  rho: -0.3340364806,
  m: 0.0420337452,
  sigma: 0.1186078029,
};
const optimum: SviRaw = { a: -0.030519911, b: 0.1027167818, rho: 0.1007176132, m: 0.2723441929, sigma: 0.4123981469 };

const slices = fc.record({
  a: fc.double({ min: 0.001, max: 0.2, noNaN: true }),
  b: fc.double({ min: 0.001, max: 0.8, noNaN: true }),
  rho: fc.double({ min: -0.95, max: 0.95, noNaN: true }),
  m: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
  sigma: fc.double({ min: 0.01, max: 1, noNaN: true }),
});
const moneyness = fc.double({ min: -3, max: 3, noNaN: true });

test("Vogt's smile has the printed values and its butterfly arbitrage at 0.87926", () => {
  expect(totalVariance(vogt, -1.5)).toBeCloseTo(0.136781961122, 12);
  expect(totalVariance(vogt, 0)).toBeCloseTo(0.017426252555, 12);
  expect(totalVariance(vogt, 0.4)).toBeCloseTo(0.016236569623, 12);
  expect(Math.sqrt(totalVariance(vogt, -0.2))).toBeCloseTo(0.169986485468, 12);
  expect(Math.sqrt(totalVariance(vogt, 0.7))).toBeCloseTo(0.210857945049, 12);
  expect(durrleman(vogt, -1.5)).toBeCloseTo(0.247830695258, 12);
  expect(durrleman(vogt, 0)).toBeCloseTo(1.038649731282, 12);
  expect(durrleman(vogt, 0.9)).toBeCloseTo(-0.032685130709, 12);
  const worst = minDurrleman(vogt);
  expect(worst.g).toBeCloseTo(-0.0328636, 7);
  expect(worst.k).toBeCloseTo(0.87926, 5);
  expect(sviViolations(vogt)).toEqual(["butterfly"]);
  for (const k of [0.643, 1.256]) expect(durrleman(vogt, k)).toBeLessThan(0);
  for (const k of [0.642, 1.257]) expect(durrleman(vogt, k)).toBeGreaterThan(0);
});

test("both repairs of Vogt's smile are free of arbitrage", () => {
  expect(sviViolations(closedForm)).toEqual([]);
  const closed = minDurrleman(closedForm, { min: -3, max: 3 });
  expect(closed.k).toBe(-3);
  expect(closed.g).toBeCloseTo(0.2632, 4);
  expect(sviViolations(optimum)).toEqual([]);
  const best = minDurrleman(optimum);
  expect(best.g).toBeCloseTo(0.00811828, 8);
  expect(best.k).toBeCloseTo(0.8113, 4);
  expect(totalVariance(optimum, -1.5)).toBeCloseTo(0.1380573256, 10);
  expect(totalVariance(optimum, 0.4)).toBeCloseTo(0.0151439708, 10);
  expect(sviViolations(optimum, { range: null, minG: 0.01 })).toEqual(["butterfly"]);
  expect(sviViolations(vogt, { range: { min: -1, max: 0.5 }, minG: 0 })).toEqual([]);
});

/** Derive's SVI test vectors: three slices, four strikes each (lyra-utils, test of SVI.sol). */
const DERIVE = [
  {
    years: 0.00821917808219178,
    forward: 1800,
    svi: {
      a: 0.00821917808219178,
      b: 0.01232876712328767,
      rho: -0.000821917808219178,
      m: -0.000410958904109589,
      sigma: 0.000410958904109589,
    },
    vols: [1.1283132838354804, 1.0004355395636404, 1.1097985052091757, 1.1965721054381622],
  },
  {
    years: 0.038356164383561646,
    forward: 1805,
    svi: {
      a: 0.027616438356164386,
      b: 0.041424657534246574,
      rho: 0.003452054794520548,
      m: 0.001726027397260274,
      sigma: 0.000345205479452055,
    },
    vols: [0.9597244734120128, 0.8513856076969522, 0.939244986304054, 1.0133571334275668],
  },
  {
    years: 0.2465753424657534,
    forward: 1830,
    svi: {
      a: 0.17753424657534247,
      b: 0.17753424657534247,
      rho: 0.05917808219178082,
      m: 0.02958904109589041,
      sigma: 0.0216986301369863,
    },
    vols: [0.9356728218442784, 0.8687530747337932, 0.8966269017413266, 0.9512721744218694],
  },
];

test("Derive's twelve volatilities come out to 1e-15", () => {
  for (const { years, forward, svi, vols } of DERIVE) {
    for (const [i, strike] of [1500, 1800, 2100, 2400].entries()) {
      const vol = Math.sqrt(totalVariance(svi, Math.log(strike / forward)) / years);
      expect(Math.abs(vol - vols[i]!)).toBeLessThan(1e-15);
    }
  }
});

test("each violation is named, and a slice outside its domain is not scanned", () => {
  expect(sviViolations({ ...optimum, m: Number.NaN })).toEqual(["not-finite"]);
  expect(sviViolations({ ...optimum, a: Infinity })).toEqual(["not-finite"]);
  expect(sviViolations({ ...optimum, b: -0.1 })).toEqual(["negative-slope"]);
  expect(sviViolations({ ...optimum, rho: 1 })).toEqual(["correlation-outside"]);
  expect(sviViolations({ ...optimum, rho: -1.5, sigma: 0 })).toEqual(["correlation-outside", "no-smoothing"]);
  expect(sviViolations({ ...optimum, a: -0.05 })).toEqual(["no-variance", "butterfly"]);
  expect(sviViolations({ a: 0.5, b: 1.5, rho: 0.5, m: 0, sigma: 1 })).toContain("wing");
});

test("calendar crossings are found where they are and only there", () => {
  const near: SviRaw = { a: 0.01, b: 0.1, rho: 0, m: 0, sigma: 0.1 };
  const far: SviRaw = { a: 0.013, b: 0.08, rho: 0, m: 0, sigma: 0.1 };
  // The later wings are flatter: they cross where 0.02·√(k² + 0.01) = 0.003.
  const edge = Math.sqrt(0.15 * 0.15 - 0.01);
  expect(calendarCrossing(near, far, { min: -0.999 * edge, max: 0.999 * edge })).toBeNull();
  const crossing = calendarCrossing(near, far, { min: -1.2, max: 1 });
  expect(crossing?.k).toBe(-1.2);
  expect(crossing?.excess).toBeCloseTo(0.02 * Math.sqrt(1.45) - 0.003, 15);
  expect(calendarCrossing(near, { ...near, a: 0.02 }, { min: -3, max: 3 })).toBeNull();
  const narrow: SviRaw = { a: 0.011, b: 0.1, rho: 0, m: 0.3, sigma: 0.001 };
  const wide: SviRaw = { a: 0.004, b: 0.1, rho: 0, m: 0.3, sigma: 0.1 };
  expect(calendarMargin(wide, narrow, { min: -1, max: 1 }).k).toBeCloseTo(0.3, 6);
});

test("a flat smile has g = 1 everywhere", () => {
  const flat: SviRaw = { a: 0.04, b: 0, rho: 0, m: 0, sigma: 0.1 };
  expect(minDurrleman(flat).g).toBe(1);
  expect(sviViolations(flat)).toEqual([]);
});

test("total variance is convex and never below its minimum", () => {
  fc.assert(
    fc.property(slices, moneyness, moneyness, (svi, one, other) => {
      const middle = totalVariance(svi, 0.5 * (one + other));
      const chord = 0.5 * (totalVariance(svi, one) + totalVariance(svi, other));
      expect(middle).toBeLessThanOrEqual(chord * (1 + 1e-14));
      expect(middle).toBeGreaterThanOrEqual(minVariance(svi) * (1 - 1e-12));
    }),
  );
});

test("the derivatives agree with differences of the function", () => {
  fc.assert(
    fc.property(slices, moneyness, (svi, k) => {
      const step = 1e-4 * svi.sigma;
      const { w, slope, curvature } = sviPoint(svi, k);
      const [below, above] = [sviPoint(svi, k - step), sviPoint(svi, k + step)];
      expect(w).toBe(totalVariance(svi, k));
      expect(Math.abs((above.w - below.w) / (2 * step) - slope)).toBeLessThan(1e-6);
      expect(Math.abs((above.slope - below.slope) / (2 * step) - curvature)).toBeLessThan(1e-5 * (svi.b / svi.sigma));
    }),
  );
});

test("no point of a dense scan lies below the minimum that is reported", () => {
  fc.assert(
    fc.property(slices, (svi) => {
      const { g } = minDurrleman(svi);
      let least = Infinity;
      for (let i = -3000; i <= 3000; i++) least = Math.min(least, durrleman(svi, i / 700));
      expect(least).toBeGreaterThanOrEqual(g - 1e-9);
    }),
    { numRuns: 100 },
  );
});

test("the arithmetic is + - * / and the square root alone", () => {
  const code = readFileSync(new URL("../../src/quant/svi.ts", import.meta.url), "utf8").replace(/\/\*[^]*?\*\//g, "");
  expect(new Set(code.match(/Math\.\w+/g))).toEqual(new Set(["Math.sqrt"]));
  expect(code).not.toContain("**");
});
