/**
 * The reference book in floating point, for the thousands of runs of a search. The judge that counts is
 * src/quant/book-judge.ts; test/sim/trigger-bench.test.ts and the benchmark hold this one's due sets to that one's.
 */
import { MS_PER_YEAR } from "../../quant/day-count.ts";
import { normalCdf } from "../../quant/normal.ts";
import { type MarketPath, SLOTS } from "./market-path.ts";

export const OPTIONS = 3;
const QUARTER_DELTA = 0.6744897501960817;
const STRIKE_STEPS = 4;

/** Shares: a and the floor of the spot, c of the premium. */
export type Tolerances = { readonly spot: number; readonly premium: number; readonly floor: number };

/** Columns, one place an option: place = row · OPTIONS + option; option 0 at the money, 1 the call, 2 the put. */
export type FloatBook = {
  readonly path: MarketPath;
  /** Years to expiry by row; 0 once inside the settlement window, where there is no book. */
  readonly years: Float64Array;
  /** Strike, price and tolerance in units of the row's spot. */
  readonly strike: Float64Array;
  readonly price: Float64Array;
  readonly tolerance: Float64Array;
  /** Annualised volatilities of the three. */
  readonly vol: Float64Array;
};

function at(column: Float64Array, place: number): number {
  return column[place] ?? Number.NaN;
}

function totalVariance(path: MarketPath, row: number, k: number): number {
  const distance = k - at(path.m, row);
  const sigma = at(path.sigma, row);
  const root = Math.sqrt(distance * distance + sigma * sigma);
  return at(path.a, row) + at(path.b, row) * (at(path.rho, row) * distance + root);
}

function blackPrice(isCall: boolean, forward: number, strike: number, totalVol: number): number {
  const d1 = Math.log(forward / strike) / totalVol + 0.5 * totalVol;
  const call = forward * normalCdf(d1) - strike * normalCdf(d1 - totalVol);
  return isCall ? call : call - forward + strike;
}

/** Candidate strikes, prices and tolerances for every step. */
export function floatBook(path: MarketPath, tolerances: Tolerances, settlementWindowMs: number): FloatBook {
  const rows = path.steps * SLOTS;
  const column = (): Float64Array => new Float64Array(rows * OPTIONS);
  const book: FloatBook = {
    path,
    years: new Float64Array(rows),
    strike: column(),
    price: column(),
    tolerance: column(),
    vol: column(),
  };
  for (let row = 0; row < rows; row++) {
    const nowMs = path.startMs + Math.floor(row / SLOTS) * path.stepMs;
    const leftMs = (path.expiries[path.expiryAt[row] ?? 0] ?? 0) - nowMs;
    const years = leftMs <= settlementWindowMs ? 0 : leftMs / MS_PER_YEAR;
    book.years[row] = years;
    if (years === 0) continue;
    const forward = at(path.ratio, row);
    for (let option = 0; option < OPTIONS; option++) {
      const side = option === 0 ? 0 : option === 1 ? 1 : -1;
      let totalVol = Math.sqrt(totalVariance(path, row, 0));
      let k = 0;
      for (let step = 0; side !== 0 && step < STRIKE_STEPS; step++) {
        k = totalVol * (0.5 * totalVol + side * QUARTER_DELTA);
        totalVol = Math.sqrt(totalVariance(path, row, k));
      }
      const place = row * OPTIONS + option;
      const strike = forward * Math.exp(k);
      const price = blackPrice(option !== 2, forward, strike, totalVol);
      book.strike[place] = strike;
      book.price[place] = price;
      book.vol[place] = totalVol / Math.sqrt(years);
      book.tolerance[place] = Math.max(tolerances.floor, Math.min(tolerances.spot, tolerances.premium * price));
    }
  }
  return book;
}

/** |price of a reader - price now| in units of the spot now. @param heldRow the row whose slice the reader holds */
export function readersError(book: FloatBook, row: number, option: number, heldRow: number, spotRatio: number): number {
  const place = row * OPTIONS + option;
  const { path } = book;
  const strike = at(book.strike, place);
  const forward = spotRatio * at(path.ratio, heldRow);
  const variance = totalVariance(path, heldRow, Math.log(strike / forward));
  const totalVol = Math.sqrt((variance * at(book.years, row)) / at(book.years, heldRow));
  return Math.abs(blackPrice(option !== 2, forward, strike, totalVol) - at(book.price, place));
}

/** The largest u = e/B of one row. */
export function worstOfRow(book: FloatBook, row: number, heldRow: number, spotRatio: number): number {
  let worst = 0;
  for (let option = 0; option < OPTIONS; option++) {
    const u = readersError(book, row, option, heldRow, spotRatio) / at(book.tolerance, row * OPTIONS + option);
    if (u > worst) worst = u;
  }
  return worst;
}
