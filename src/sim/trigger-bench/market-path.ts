/** A market's history as the trigger benchmark replays it: a spot and eight listed smiles at every step. */
import { EXPIRY_OFFSET_MS, MS_PER_DAY } from "../../quant/day-count.ts";

export const SLOTS = 8;

/**
 * Columns, one row a step and slot: row = step · SLOTS + slot. Every number is rounded to 1e-12 and the spot to 1e-2,
 * so that the integers of the judge and the floats of the search are the same numbers.
 */
export type MarketPath = {
  readonly startMs: number;
  readonly stepMs: number;
  readonly steps: number;
  readonly spot: Float64Array;
  /** Every expiry that is ever listed, unix ms, ascending. */
  readonly expiries: readonly number[];
  /** Index into `expiries`. */
  readonly expiryAt: Int32Array;
  /** Forward over spot. */
  readonly ratio: Float64Array;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly rho: Float64Array;
  readonly m: Float64Array;
  readonly sigma: Float64Array;
};

/** 1970-01-02 was a Friday; months and quarters of the benchmark have 4 and 12 weeks. */
const CYCLES_DAYS = [1, 7, 28, 84] as const;

/**
 * What is listed: the next two daily, weekly, monthly and quarterly expiries, each date counted once.
 * @returns SLOTS expiries after `timeMs`, unix ms at 08:00 UTC, ascending
 */
export function listedExpiries(timeMs: number): readonly number[] {
  const today = Math.floor((timeMs - EXPIRY_OFFSET_MS) / MS_PER_DAY);
  const days: number[] = [];
  for (const cycle of CYCLES_DAYS) {
    let found = 0;
    for (let day = today + 1; found < 2; day++) {
      if ((day - 1) % cycle !== 0 || days.includes(day)) continue;
      days.push(day);
      found += 1;
    }
  }
  return days.sort((x, y) => x - y).map((day) => day * MS_PER_DAY + EXPIRY_OFFSET_MS);
}

export function roundTo(value: number, unitsPerOne: number): number {
  return Math.round(value * unitsPerOne) / unitsPerOne;
}

/** The first `steps` steps. */
export function shortened(path: MarketPath, steps: number): MarketPath {
  return { ...path, steps: Math.min(steps, path.steps) };
}
