import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Bar, RealisedVol } from "../../src/quant/realised-vol.ts";
import {
  closeToClose,
  garmanKlass,
  garmanKlassYangZhang,
  parkinson,
  rogersSatchell,
  sumOfSquares,
  yangZhang,
} from "../../src/quant/realised-vol.ts";
import { recordedFile } from "../support/recorded-data.ts";

const daily = recordedFile("quant/realised-vol/btc_daily_ohlc_202303.csv");
const minutely = recordedFile("quant/market/btc_1m_20230301_20230321_multi.csv");
const MINUTES_PER_YEAR = 525_600;

function volOf(result: RealisedVol | ReturnType<typeof sumOfSquares>): number {
  if (!result.ok) throw new Error(result.why);
  return result.vol;
}

function within(value: number, wanted: number, tolerance: number): void {
  expect(Math.abs(value - wanted), `${value} against ${wanted}`).toBeLessThan(tolerance);
}

/** The 21 bars of the OpenGamma platform's unit tests of its volatility calculators. */
const close = [
  132.5, 133.5, 135, 133, 133, 137, 135, 135, 142.5, 143, 144.5, 145, 146, 149, 148, 147, 147, 147, 145, 145, 150,
];
const high = [
  132.5, 134, 136, 137, 136, 137, 136.5, 136, 143.5, 145, 147, 147.5, 147, 150, 149, 149.5, 147.5, 149, 147.5, 145, 150,
];
const low = [
  131, 131, 134, 133, 133, 133, 135, 135, 137, 142, 142, 145, 143, 148, 146.5, 147, 146, 146.5, 144.5, 144, 143.5,
];
const openGamma: Bar[] = close.map((price, i) => ({ open: price, high: high[i]!, low: low[i]!, close: price }));

describe("OpenGamma's 21 bars, not annualised", () => {
  test("close to close prints .0173", () => {
    within(volOf(closeToClose(close, 1, "mean")), 0.017281854024, 5e-13);
  });

  test("Parkinson is .014177372508; its one-bar volatilities average to the printed .0126", () => {
    within(volOf(parkinson(openGamma, 1)), 0.014177372508, 5e-13);
    const single = openGamma.map((bar) => volOf(parkinson([bar], 1)));
    within(single.reduce((sum, vol) => sum + vol, 0) / single.length, 0.012626381778, 5e-13);
  });

  test("high-low-close prints .0128: Garman–Klass about the previous close", () => {
    const fromPrevious = openGamma.slice(1).map((bar, i) => ({ ...bar, open: close[i]! }));
    // A previous close may lie outside the bar's range, so that form is not Garman–Klass: it is summed here by hand.
    const factor = 2 * Math.log(2) - 1;
    const sum = fromPrevious.reduce((total, bar) => {
      const range = Math.log(bar.high / bar.low);
      const move = Math.log(bar.close / bar.open);
      return total + 0.5 * range * range - factor * move * move;
    }, 0);
    within(Math.sqrt(sum / 20), 0.012840128472, 5e-13);
    expect(garmanKlass(fromPrevious, 1)).toEqual({ ok: false, why: "bad-bar" });
  });
});

test.skipIf(!daily.present)(`21 days of BTC, March 2023: six estimators to 40-digit values ${daily.note}`, () => {
  const bars = daily.rows().map((row) => ({
    open: Number(row["open"]),
    high: Number(row["high"]),
    low: Number(row["low"]),
    close: Number(row["close"]),
  }));
  const closes = bars.map((bar) => bar.close);
  within(volOf(closeToClose(closes, 365, "mean")), 0.767070010020104, 1e-12);
  within(volOf(closeToClose(closes, 365, "zero")), 0.76644877376573, 1e-12);
  within(volOf(parkinson(bars, 365)), 0.697022976458699, 1e-12);
  within(volOf(garmanKlass(bars, 365)), 0.674083042233667, 1e-12);
  within(volOf(rogersSatchell(bars, 365)), 0.662045468069579, 1e-12);
  within(volOf(garmanKlassYangZhang(bars, 365)), 0.681395362967839, 1e-12);
  within(volOf(yangZhang(bars, 365)), 0.683433453395695, 1e-12);
});

test.skipIf(!minutely.present)(
  `21 days of BTC minutes: sums of squares at 1, 5, 30 and 60 minutes ${minutely.note}`,
  () => {
    const closes = minutely.rows().map((row) => Number(row["usd_close"]));
    expect(closes).toHaveLength(30_240);
    for (const [minutes, wanted] of [
      [1, 0.6373232586141108],
      [5, 0.6196330118278648],
      [30, 0.6438288234993691],
      [60, 0.670878273090883],
    ] as const) {
      const series = closes.filter((_, i) => i % minutes === 0);
      const result = sumOfSquares(series, minutes / MINUTES_PER_YEAR);
      expect(result).toMatchObject({ ok: true, coverage: 1, longestStep: 1 });
      within(volOf(result), wanted, 1e-12);
    }
  },
);

test("a return across a gap counts once, at its length; coverage says what is missing", () => {
  const r = 0.01;
  const price = (step: number) => 100 * Math.exp(r * step);
  const full = sumOfSquares([price(0), price(1), price(0), price(1), price(0)], 0.001);
  within(volOf(full), Math.sqrt((r * r) / 0.001), 1e-13);
  const gap = sumOfSquares([null, price(0), null, null, price(1), price(0), null], 0.001);
  expect(gap).toMatchObject({ ok: true, coverage: 3 / 7, longestStep: 3 });
  within(volOf(gap), Math.sqrt((2 * r * r) / (4 * 0.001)), 1e-13);
});

test("missing bars leave the estimate of a steady market unbiased", () => {
  // A walk of ±1 % steps, of which 30 % are then dropped; the sampling error of the comparison is about 1 %.
  let seed = 12_345;
  const next = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  let price = 100;
  const closes = Array.from({ length: 20_000 }, () => {
    price *= Math.exp(next() < 0.5 ? 0.01 : -0.01);
    return price;
  });
  const holed = closes.map((one) => (next() < 0.3 ? null : one));
  within(volOf(sumOfSquares(holed, 0.001)) / volOf(sumOfSquares(closes, 0.001)), 1, 0.03);
});

const bars = fc.array(
  fc
    .tuple(
      fc.double({ min: 50, max: 150, noNaN: true }),
      fc.double({ min: 50, max: 150, noNaN: true }),
      fc.double({ min: 1, max: 1.2, noNaN: true }),
      fc.double({ min: 0.8, max: 1, noNaN: true }),
    )
    .map(([open, shut, up, down]) => ({
      open,
      high: Math.max(open, shut) * up,
      low: Math.min(open, shut) * down,
      close: shut,
    })),
  { minLength: 3, maxLength: 12 },
);

test("every estimator is at least zero and does not know the unit of money", () => {
  fc.assert(
    fc.property(bars, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (some, unit) => {
      const scaled = some.map((bar) => ({
        open: bar.open * unit,
        high: Math.max(bar.open * unit, bar.close * unit, bar.high * unit),
        low: Math.min(bar.open * unit, bar.close * unit, bar.low * unit),
        close: bar.close * unit,
      }));
      for (const estimate of [parkinson, garmanKlass, rogersSatchell, garmanKlassYangZhang, yangZhang]) {
        const vol = volOf(estimate(some, 365));
        expect(vol, estimate.name).toBeGreaterThanOrEqual(0);
        expect(Math.abs(volOf(estimate(scaled, 365)) - vol), estimate.name).toBeLessThan(1e-6 + 1e-10 * vol);
        expect(Math.abs(volOf(estimate(some, 4 * 365)) - 2 * vol), estimate.name).toBeLessThan(1e-12 * vol + 1e-15);
      }
    }),
  );
});

test("a market that only drifts has no volatility to Rogers–Satchell and to the mean form, and has to the others", () => {
  const drift = Array.from({ length: 6 }, (_, i) => {
    const open = 100 * Math.exp(0.02 * i);
    const shut = 100 * Math.exp(0.02 * (i + 1));
    return { open, high: shut, low: open, close: shut };
  });
  expect(volOf(rogersSatchell(drift, 1))).toBeLessThan(1e-8);
  expect(volOf(yangZhang(drift, 1))).toBeLessThan(1e-8);
  const closes = drift.map((bar) => bar.close);
  expect(volOf(closeToClose(closes, 1, "mean"))).toBeLessThan(1e-8);
  within(volOf(closeToClose(closes, 1, "zero")), 0.02, 1e-14);
  within(volOf(parkinson(drift, 1)), 0.02 / Math.sqrt(4 * Math.log(2)), 1e-14);
});

test("a flat market has volatility zero, not a refusal", () => {
  const flat = Array.from({ length: 4 }, () => ({ open: 7, high: 7, low: 7, close: 7 }));
  for (const estimate of [parkinson, garmanKlass, rogersSatchell, garmanKlassYangZhang, yangZhang]) {
    expect(volOf(estimate(flat, 365)), estimate.name).toBe(0);
  }
  expect(volOf(sumOfSquares([7, 7], 0.1))).toBe(0);
});

test("series without an estimate are refused by name", () => {
  const bar = { open: 10, high: 11, low: 9, close: 10 };
  const no = (why: string) => ({ ok: false, why });
  expect(parkinson([], 365)).toEqual(no("too-few"));
  expect(garmanKlassYangZhang([bar], 365)).toEqual(no("too-few"));
  expect(yangZhang([bar, bar], 365)).toEqual(no("too-few"));
  expect(closeToClose([1], 365, "zero")).toEqual(no("too-few"));
  expect(closeToClose([1, 2], 365, "mean")).toEqual(no("too-few"));
  expect(sumOfSquares([null, 3, null], 0.1)).toEqual(no("too-few"));
  expect(sumOfSquares([], 0.1)).toEqual(no("too-few"));
  expect(garmanKlass([{ ...bar, high: 9.5 }], 365)).toEqual(no("bad-bar"));
  expect(garmanKlass([{ ...bar, low: 10.5 }], 365)).toEqual(no("bad-bar"));
  for (const bad of [0, -1, Number.NaN, Infinity]) {
    expect(parkinson([{ ...bar, low: bad }], 365)).toEqual(no("bad-input"));
    expect(rogersSatchell([bar], bad)).toEqual(no("bad-input"));
    expect(closeToClose([1, bad, 2], 365, "mean")).toEqual(no("bad-input"));
    expect(sumOfSquares([1, bad, 2], 0.1)).toEqual(no("bad-input"));
    expect(sumOfSquares([1, 2], bad)).toEqual(no("bad-input"));
  }
});
