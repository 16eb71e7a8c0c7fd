import fc from "fast-check";
import { expect, test } from "vitest";
import { blackPrice } from "../../src/quant/black76.ts";
import { MS_PER_YEAR } from "../../src/quant/day-count.ts";
import { inverseForward } from "../../src/quant/parity.ts";
import type { StrikeQuotes } from "../../src/quant/strike-quotes.ts";
import { quotesOfMarks } from "../../src/quant/strike-quotes.ts";
import type { StripTerms } from "../../src/quant/variance-strip.ts";
import { stripVolatility, varianceStrip } from "../../src/quant/variance-strip.ts";
import { recordedFile } from "../support/recorded-data.ts";
import { deribitBoard, deribitFile, deribitTickers } from "./support/deribit-tickers.ts";

const board2014 = recordedFile("quant/vix/cboe_vix_example_quotes.csv");
const board2009 = recordedFile("quant/vix/khrapovs_options.csv");
const contributions = recordedFile("quant/vix/cboe_vix_example_contributions.csv");
const MINUTES_PER_YEAR = 525_600;
const MONTH_YEARS = 30 / 365;

type Row = Readonly<Record<string, string>>;

function quotesOf(rows: readonly Row[], names: readonly string[]): StrikeQuotes[] {
  return rows.map((row) => {
    const [strike, callBid, callAsk, putBid, putAsk] = names.map((name) => Number(row[name]));
    return { strike: strike!, callBid: callBid!, callAsk: callAsk!, putBid: putBid!, putAsk: putAsk! };
  });
}

function quotes2014(term: string): StrikeQuotes[] {
  const rows = board2014.rows().filter((row) => row["term"] === term);
  return quotesOf(rows, ["strike", "call_bid", "call_ask", "put_bid", "put_ask"]);
}

function quotes2009(days: string): StrikeQuotes[] {
  const rows = board2009.rows().filter((row) => row["Days"] === days);
  return quotesOf(rows, ["Strike", "Call Bid", "Call Ask", "Put Bid", "Put Ask"]);
}

function terms(minutes: number, rate: number): StripTerms {
  const years = minutes / MINUTES_PER_YEAR;
  return { years, discount: Math.exp(-rate * years) };
}

function strip(quotes: readonly StrikeQuotes[], on: StripTerms) {
  const result = varianceStrip(quotes, on);
  if (!result.ok) throw new Error(`no variance: ${result.why}`);
  const sum = result.legs.reduce((total, { contribution }) => total + contribution, 0);
  const at = (strike: number) => result.legs.find((leg) => leg.strike === strike);
  const range = [result.legs[0]?.strike, result.legs.at(-1)?.strike];
  return { ...result, sum, at, range };
}

function index(near: ReturnType<typeof strip>, next: ReturnType<typeof strip>): number {
  const result = stripVolatility(near, next, MONTH_YEARS);
  if (!result.ok) throw new Error(`no index: ${result.why}`);
  return 100 * result.vol;
}

function within(value: number, wanted: number, tolerance: number): void {
  expect(Math.abs(value - wanted), `${value} against ${wanted}`).toBeLessThan(tolerance);
}

test.skipIf(!board2009.present)(`the white paper of 2009: 61.22 ${board2009.note}`, () => {
  const near = strip(quotes2009("9"), terms(12_960, 0.0038));
  const next = strip(quotes2009("37"), terms(53_280, 0.0038));
  within(near.forward, 920.50004685, 5e-9);
  within(next.forward, 921.00038528, 5e-9);
  expect([near.moneyStrike, next.moneyStrike]).toEqual([920, 920]);
  expect([near.legs.length, next.legs.length]).toEqual([136, 110]);
  expect([near.range, next.range]).toEqual([
    [400, 1220],
    [200, 1160],
  ]);
  within(near.sum, 0.0058287847, 5e-11);
  within(next.sum, 0.0185927442, 5e-11);
  within(near.forwardTerm, 0.0000119811, 5e-11);
  within(next.forwardTerm, 0.0000116641, 5e-11);
  within(near.variance, 0.4727672, 5e-8);
  within(next.variance, 0.3668182, 5e-8);
  within(index(near, next), 61.217998579, 1e-9);
});

test.skipIf(!board2014.present)(`the white paper of 2014–2019: 13.69 ${board2014.note}`, () => {
  const near = strip(quotes2014("near"), terms(35_924, 0.000305));
  const next = strip(quotes2014("next"), terms(46_394, 0.000286));
  within(near.sum, 0.0006320516, 5e-11);
  within(next.sum, 0.0008314022, 5e-11);
  within(near.forwardTerm, 0.00003203, 5e-9);
  within(next.forwardTerm, 0.00001699, 5e-9);
  within(near.variance, 0.01846292, 1e-8);
  within(next.variance, 0.01882101, 1e-8);
  within(index(near, next), 13.685821, 1e-6);
});

test.skipIf(!board2014.present)(`the current methodology's example: 13.93 ${board2014.note}`, () => {
  const near = strip(quotes2014("near"), terms(34_484, 0.00031664));
  const next = strip(quotes2014("next"), terms(44_954, 0.00028797));
  within(near.forward, 1962.89996, 5e-6);
  within(next.forward, 1962.40006, 5e-6);
  expect([near.moneyStrike, next.moneyStrike]).toEqual([1960, 1960]);
  expect([near.legs.length, next.legs.length]).toEqual([146, 122]);
  expect([near.range, next.range]).toEqual([
    [1370, 2125],
    [1275, 2200],
  ]);
  within(near.sum, 0.0006320516, 5e-11);
  within(next.sum, 0.0008314016, 5e-11);
  within(near.variance, 0.019233906, 1e-8);
  within(next.variance, 0.019423884, 1e-8);
  within(index(near, next), 13.92784224, 1e-6);
  within(near.lowestLogMoneyness, Math.log(1370 / near.forward), 1e-15);
  within(next.highestLogMoneyness, Math.log(2200 / next.forward), 1e-15);
});

test.skipIf(!board2014.present)(`the example's spot rows and exclusions ${board2014.note}`, () => {
  const near = strip(quotes2014("near"), terms(34_484, 0.00031664));
  const next = strip(quotes2014("next"), terms(44_954, 0.00028797));
  for (const [board, strike, side, price, strikeStep, contribution] of [
    [near, 1370, "put", 0.2, 5, 5.328e-7],
    [near, 1400, "put", 0.125, 7.5, 4.783e-7],
    [near, 1410, "put", 0.225, 10, 1.1318e-6],
    [near, 1960, "both", 22.775, 5, 2.96432e-5],
    [near, 2100, "call", 0.1, 15, null],
    [near, 2125, "call", 0.1, 25, null],
    [next, 1275, "put", 0.075, 50, 2.3069e-6],
    [next, 1325, "put", 0.15, 37.5, 3.2041e-6],
    [next, 1960, "both", 26.1, 5, 3.39711e-5],
    [next, 2200, "call", 0.075, 50, null],
  ] as const) {
    const leg = board.at(strike);
    expect(leg, `${strike}`).toMatchObject({ side, strikeStep });
    within(leg!.price, price, 1e-12);
    if (contribution !== null) within(leg!.contribution / contribution, 1, 1e-4);
  }
  const missing = (board: typeof near, strikes: readonly number[]) => strikes.filter((strike) => board.at(strike));
  expect(missing(near, [1345, 1350, 1355, 1360, 1365, 1405, 1415, 2120, 2150, 2175, 2200, 2225, 2250])).toEqual([]);
  expect(missing(next, [1225, 1250, 1300, 2175, 2225, 2250])).toEqual([]);
});

test.skipIf(!board2014.present || !contributions.present)(
  `every contribution of the example, to ten places ${contributions.note}`,
  () => {
    const boards = {
      near: strip(quotes2014("near"), terms(34_484, 0.00031664)),
      next: strip(quotes2014("next"), terms(44_954, 0.00028797)),
    };
    const rows = contributions.rows();
    expect(rows).toHaveLength(146 + 122);
    for (const { term, strike, dk, contribution } of rows) {
      const leg = boards[term === "near" ? "near" : "next"].at(Number(strike));
      expect(leg?.strikeStep, `${term} ${strike}`).toBe(Number(dk));
      within(leg!.contribution, Number(contribution), 6e-11);
    }
  },
);

const NEAR_MS = Date.UTC(2020, 5, 5, 8);
const NEXT_MS = Date.UTC(2020, 5, 26, 8);
/** The last ticker of the first expiry, 23:22:33.892 UTC: the instant from which the reference counts both times. */
const SNAPSHOT_MS = 1_590_103_353_892;

test.skipIf(!deribitFile.present)(
  `Deribit, 21 May 2020: 102.7204 from marks, 102.6105 from mids ${deribitFile.note}`,
  () => {
    const tickers = deribitTickers();
    const stripOf = (expiryMs: number, by: "mark" | "quote") => {
      const underlyings = tickers.filter((one) => one.expiryMs === expiryMs).map(({ underlying }) => underlying);
      const sorted = underlyings.sort((a, b) => a - b);
      // The reference turns coin into USD by the median of the tickers' forwards.
      const unit = 0.5 * (sorted[sorted.length / 2]! + sorted[sorted.length / 2 - 1]!);
      const parity = inverseForward(deribitBoard(tickers, expiryMs, by));
      if (!parity.ok) throw new Error(parity.why);
      const years = (expiryMs - SNAPSHOT_MS) / MS_PER_YEAR;
      return strip(deribitBoard(tickers, expiryMs, by, unit), {
        years,
        discount: 1,
        forward: parity.atTheMoney.forward,
      });
    };
    const [near, next] = [stripOf(NEAR_MS, "mark"), stripOf(NEXT_MS, "mark")];
    within(near.years, 0.03934063, 5e-9);
    within(next.years, 0.09687488, 5e-9);
    within(near.forward, 9087.45, 5e-3);
    within(next.forward, 9094.03, 5e-3);
    expect([near.moneyStrike, next.moneyStrike]).toEqual([9000, 9000]);
    expect([near.legs.length, next.legs.length]).toEqual([25, 29]);
    within(near.variance, 0.81152991, 1e-7);
    within(next.variance, 1.08904793, 1e-7);
    within(index(near, next), 102.7204, 5e-5);
    within(index(stripOf(NEAR_MS, "quote"), stripOf(NEXT_MS, "quote")), 102.6105, 5e-5);
  },
);

/** Five strikes, computed by hand below; bid = ask but for the money. */
const small: readonly StrikeQuotes[] = [
  { strike: 80, callBid: 21, callAsk: 21, putBid: 1, putAsk: 1 },
  { strike: 90, callBid: 12, callAsk: 12, putBid: 2, putAsk: 2 },
  { strike: 100, callBid: 5, callAsk: 7, putBid: 4, putAsk: 6 },
  { strike: 110, callBid: 3, callAsk: 3, putBid: 12, putAsk: 12 },
  { strike: 120, callBid: 1, callAsk: 1, putBid: 20, putAsk: 20 },
];

test("a board of five strikes, worked by hand: σ² = 0.101243", () => {
  const result = strip(small, { years: 0.25, discount: 1 });
  expect(result.forward).toBe(101);
  expect(result.moneyStrike).toBe(100);
  const byHand = 8 * (10 / 6400 + 20 / 8100 + 55 / 10_000 + 30 / 12_100 + 10 / 14_400) - 4 * 0.0001;
  within(result.variance, byHand, 1e-15);
  within(result.variance, 0.101243, 5e-7);
  expect(result.legs.map(({ side }) => side)).toEqual(["put", "put", "both", "call", "call"]);
});

test("one zero bid is skipped and its neighbours share the gap; two in a row end the wing", () => {
  const strikes = [60, 70, 80, 90, 100, 110, 120];
  const board = (silentPuts: readonly number[]) =>
    strikes.map((strike) => ({
      strike,
      callBid: 200 - strike,
      callAsk: 200 - strike,
      putBid: silentPuts.includes(strike) ? 0 : strike,
      putAsk: strike,
    }));
  const used = (silentPuts: readonly number[]) =>
    strip(board(silentPuts), { years: 1, discount: 1 }).legs.map(({ strike, strikeStep }) => [strike, strikeStep]);
  expect(used([80]).slice(0, 4)).toEqual([
    [60, 10],
    [70, 15],
    [90, 15],
    [100, 10],
  ]);
  expect(used([70, 80]).slice(0, 2)).toEqual([
    [90, 10],
    [100, 10],
  ]);
  expect(used([60, 80]).slice(0, 2)).toEqual([
    [70, 20],
    [90, 15],
  ]);
});

test("a dense board of one volatility gives that volatility back", () => {
  const years = 0.1;
  const strikes = Array.from({ length: 1_500 }, (_, i) => 2_000 + 20 * i);
  const marks = strikes.map((strike) => ({
    strike,
    callMark: blackPrice("call", 10_000, strike, 0.6 * Math.sqrt(years)),
    putMark: blackPrice("put", 10_000, strike, 0.6 * Math.sqrt(years)),
  }));
  const result = strip(quotesOfMarks(marks), { years, discount: 1 });
  within(Math.sqrt(result.variance), 0.6, 2e-5);
});

test("the order of the rows and the unit of money do not matter", () => {
  const order = fc.shuffledSubarray([...small], { minLength: 5 });
  const scale = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
  fc.assert(
    fc.property(order, scale, (rows, unit) => {
      const scaled = rows.map((row) => ({
        strike: row.strike * unit,
        callBid: row.callBid! * unit,
        callAsk: row.callAsk! * unit,
        putBid: row.putBid! * unit,
        putAsk: row.putAsk! * unit,
      }));
      const terms025 = { years: 0.25, discount: 0.99 };
      expect(varianceStrip(rows, terms025)).toEqual(varianceStrip(small, terms025));
      within(strip(scaled, terms025).variance / strip(small, terms025).variance, 1, 1e-12);
    }),
  );
});

test("a board without a variance is refused by name", () => {
  const on = { years: 0.25, discount: 1 };
  const refusal = (rows: readonly StrikeQuotes[], given: StripTerms = on) => varianceStrip(rows, given);
  const no = (why: string) => ({ ok: false, why });
  for (const bad of [0, -1, Number.NaN, Infinity]) {
    expect(refusal(small, { ...on, years: bad })).toEqual(no("bad-terms"));
    expect(refusal(small, { ...on, discount: bad })).toEqual(no("bad-terms"));
    expect(refusal(small, { ...on, forward: bad })).toEqual(no("bad-terms"));
  }
  expect(refusal([])).toEqual(no("no-forward"));
  const withoutCalls = small.map((row) => ({ ...row, callBid: null, callAsk: null }));
  expect(refusal(withoutCalls)).toEqual(no("no-forward"));
  expect(refusal(small, { ...on, forward: 79 })).toEqual(no("no-strike-below"));
  expect(refusal(withoutCalls, { ...on, forward: 101 })).toEqual(no("money-unquoted"));
  expect(refusal(small.slice(2))).toEqual(no("one-sided"));
  expect(refusal(small.slice(0, 3))).toEqual(no("one-sided"));
  expect(refusal(small, { ...on, forward: 1e6 })).toEqual(no("one-sided"));
});

test("a crossed quote is no quote and is counted; a strike that comes twice is left out", () => {
  const crossed = small.map((row) => (row.strike === 120 ? { ...row, callBid: 2, callAsk: 1 } : row));
  const result = strip(crossed, { years: 0.25, discount: 1 });
  expect(result).toMatchObject({ crossed: 1, duplicates: 0 });
  expect(result.range).toEqual([80, 110]);
  const twice = strip([...small, { ...small[0]!, putBid: 9, putAsk: 9 }], { years: 0.25, discount: 1 });
  expect(twice).toMatchObject({ crossed: 0, duplicates: 2 });
  expect(twice.range).toEqual([90, 120]);
});

test("between two expiries only: no index outside them, none from a falling variance", () => {
  const near = { years: 0.05, variance: 0.3 };
  const next = { years: 0.1, variance: 0.4 };
  expect(stripVolatility(near, next, 0.05)).toEqual({ ok: true, vol: Math.sqrt(0.3) });
  expect(stripVolatility(near, next, 0.04)).toEqual({ ok: false, why: "outside" });
  expect(stripVolatility(near, next, 0.11)).toEqual({ ok: false, why: "outside" });
  expect(stripVolatility(near, { ...next, variance: 0.1 }, 0.08)).toEqual({ ok: false, why: "falling-variance" });
});
