/**
 * Every recorded Deribit chain becomes a surface free of butterfly, wing and calendar arbitrage that follows the market.
 * DERIVED files repeat a snapshot's quotes in another layout and count again; the two cut replies have no whole slice.
 */
import { describe, expect, test } from "vitest";
import { yearsBetween } from "../../src/quant/day-count.ts";
import { sliceQuotes, type SliceQuotes } from "../../src/quant/slice-quotes.ts";
import { type ExpiryQuotes, fitSurface, CALENDAR_RANGE } from "../../src/quant/surface-fit.ts";
import { calendarCrossing, type SviRaw, sviViolations, totalVariance } from "../../src/quant/svi.ts";
import { type ChainRow, type DeribitChain, deribitChainFiles } from "../support/deribit-chains.ts";

const POINT = 0.01;
const DAY_YEARS = 1 / 365;
const CUT_FILES = ["2026-05-22", "2026-09-08_partial"];

type Expiry = ExpiryQuotes & SliceQuotes & { readonly forward: number };
type Fitted = { readonly name: string; readonly years: number; readonly errorPoints: number };
type FittedChain = {
  readonly slices: readonly Fitted[];
  /** One line per expiry that has no slice, one for the rows that were not used, one for the worst slice. */
  readonly report: string;
};

/** Vega-weighted root mean square error within two standard deviations, vol points. */
function errorPoints(svi: SviRaw, { quotes, years }: Expiry): number {
  const reach = 2 * Math.sqrt(totalVariance(svi, 0));
  let sum = 0;
  let squares = 0;
  for (const { k, vol, weight } of quotes) {
    if (Math.abs(k) > reach) continue;
    const error = Math.sqrt(totalVariance(svi, k) / years) - vol;
    sum += weight;
    squares += weight * error * error;
  }
  return Math.sqrt(squares / sum) / POINT;
}

function expiriesOf(chain: DeribitChain): Expiry[] {
  const byExpiry = new Map<number, ChainRow[]>();
  for (const row of chain.rows) byExpiry.set(row.expiryMs, [...(byExpiry.get(row.expiryMs) ?? []), row]);
  return [...byExpiry].map(([expiryMs, rows]) => {
    const years = yearsBetween(chain.takenAtMs, expiryMs);
    const quotes = sliceQuotes(rows, years);
    if (quotes.forward === null) throw new Error(`${chain.name}: no forward at ${expiryMs}`);
    return { ...quotes, forward: quotes.forward, expiryMs, years };
  });
}

function dayOf(expiryMs: number): string {
  return new Date(expiryMs).toISOString().slice(0, 10);
}

/** Fits, and checks what must hold of every slice. */
function fitChain(chain: DeribitChain): FittedChain {
  const expiries = new Map(expiriesOf(chain).map((expiry) => [expiry.expiryMs, expiry]));
  const { slices, omitted } = fitSurface([...expiries.values()]);
  expect(slices.length + omitted.length).toBe(expiries.size);
  for (const [i, slice] of slices.entries()) {
    expect(sviViolations(slice.svi), dayOf(slice.expiryMs)).toEqual([]);
    const near = slices[i - 1];
    if (near === undefined) continue;
    expect(calendarCrossing(near.svi, slice.svi, CALENDAR_RANGE), dayOf(slice.expiryMs)).toBeNull();
    // A second look that knows nothing of the search for the crossing.
    let least = Infinity;
    for (let k = CALENDAR_RANGE.min; k <= CALENDAR_RANGE.max; k += 0.002) {
      least = Math.min(least, totalVariance(slice.svi, k) - totalVariance(near.svi, k));
    }
    expect(least).toBeGreaterThan(-1e-12);
  }
  const fitted = slices.map(({ expiryMs, years, svi }) => ({
    name: `${chain.name} ${dayOf(expiryMs)}`,
    years,
    errorPoints: errorPoints(svi, expiries.get(expiryMs)!),
  }));
  const unused: Record<string, number> = {};
  for (const { leftOut } of expiries.values()) {
    for (const [reason, count] of Object.entries(leftOut)) unused[reason] = (unused[reason] ?? 0) + count;
  }
  const worst = fitted.toSorted((one, other) => other.errorPoints - one.errorPoints)[0];
  const report = [
    `${chain.name}: ${slices.length} of ${expiries.size} expiries, ${chain.rows.length} rows`,
    ...omitted.map(({ expiryMs, why, usedPoints }) => `  without ${dayOf(expiryMs)}: ${why} (${usedPoints})`),
    `  rows left out: ${JSON.stringify(unused)}`,
    worst === undefined ? "  no slice" : `  worst: ${worst.name}, ${worst.errorPoints.toFixed(2)} points`,
  ].join("\n");
  return { slices: fitted, report };
}

const files = deribitChainFiles();

describe("recorded Deribit chains", () => {
  const all: Fitted[] = [];
  const reports: string[] = [];

  for (const { file, chains } of files) {
    test.skipIf(!file.present)(`fit without arbitrage and name what they lack ${file.note}`, () => {
      for (const chain of chains()) {
        const { slices, report } = fitChain(chain);
        all.push(...slices);
        reports.push(report);
        if (CUT_FILES.some((name) => chain.name.includes(name))) {
          expect(slices, report).toEqual([]);
          continue;
        }
        // Only expiries of the same day, half a day away or less, may have too few strikes near the money.
        const expiries = expiriesOf(chain);
        const kept = expiries.filter(({ years }) => years > 0.5 * DAY_YEARS).length;
        expect(slices.length, report).toBeGreaterThanOrEqual(kept);
      }
    });
  }

  test.skipIf(!files.every(({ file }) => file.present))(
    "slices over a day are within 0.7 vol points in the median and 2 in the 95th percentile",
    () => {
      const errors = all
        .filter(({ years }) => years > DAY_YEARS)
        .map((slice) => slice.errorPoints)
        .toSorted((one, other) => one - other);
      expect(errors.length).toBeGreaterThan(200);
      expect(errors[Math.floor(0.5 * errors.length)], reports.join("\n")).toBeLessThanOrEqual(0.7);
      expect(errors[Math.floor(0.95 * errors.length)], reports.join("\n")).toBeLessThanOrEqual(2);
    },
  );
});
