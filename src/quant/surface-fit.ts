/**
 * A node's own surface from the quotes of all expiries. From the last expiry to the first, each slice is fitted under
 * the one after it (`SviCeiling`): a short expiry is quoted in a narrow range, and what its slice says beyond gives
 * way to the later expiry, which has quotes there. What still crosses is lifted, from the first to the last.
 * What comes out has g ≥ 0 on the whole line and no crossing on CALENDAR_RANGE; an expiry that breaks either after the
 * lift is left out with its reason.
 */
import { liftCalendar, type SurfaceSlice } from "./surface.ts";
import { fitSvi, type NoSviFit, type SviCeiling, type SviFit, type SviQuote } from "./svi-fit.ts";
import { calendarCrossing, type KRange, minDurrleman, sviViolations } from "./svi.ts";

/** Every strike listed for BTC and ETH lies inside: 13 % to 740 % of the forward. */
export const CALENDAR_RANGE: KRange = { min: -2, max: 2 };

export type ExpiryQuotes = {
  /** Unix ms. */
  readonly expiryMs: number;
  /** Time to expiry, ACT/365, > 0. */
  readonly years: number;
  /** Quote currency, > 0. */
  readonly forward: number;
  readonly quotes: readonly SviQuote[];
};

export type FittedSlice = SurfaceSlice & {
  /** As fitted, before the lift: see `SviFit`. */
  readonly rmseVol: number;
  readonly usedPoints: number;
  /** Of the slice as it is. */
  readonly minG: number;
  /** Total variance added to keep the slice above the one before it. */
  readonly lift: number;
};

export type OmittedExpiry = {
  readonly expiryMs: number;
  readonly why: NoSviFit["why"] | "inadmissible-lift";
  readonly usedPoints: number;
};

/** @param expiries any order, none twice */
export function fitSurface(expiries: readonly ExpiryQuotes[]): {
  readonly slices: readonly FittedSlice[];
  readonly omitted: readonly OmittedExpiry[];
} {
  const omitted: OmittedExpiry[] = [];
  const fitted: { readonly expiry: ExpiryQuotes; readonly fit: SviFit }[] = [];
  let ceiling: SviCeiling | undefined;
  for (const expiry of [...expiries].sort((one, other) => other.expiryMs - one.expiryMs)) {
    const fit = fitSvi(expiry.quotes, expiry.years, ceiling === undefined ? {} : { ceiling });
    if (!fit.ok) {
      omitted.push({ expiryMs: expiry.expiryMs, why: fit.why, usedPoints: fit.usedPoints });
      continue;
    }
    fitted.unshift({ expiry, fit });
    ceiling = { svi: fit.svi, years: expiry.years, range: CALENDAR_RANGE };
  }
  const lifted = liftCalendar(
    fitted.map(({ fit }) => fit.svi),
    CALENDAR_RANGE,
  );
  const slices: FittedSlice[] = [];
  for (const [i, { expiry, fit }] of fitted.entries()) {
    const svi = lifted.slices[i]!;
    const near = slices.at(-1);
    const crosses = near !== undefined && calendarCrossing(near.svi, svi, CALENDAR_RANGE) !== null;
    if (crosses || sviViolations(svi).length > 0) {
      omitted.push({ expiryMs: expiry.expiryMs, why: "inadmissible-lift", usedPoints: fit.usedPoints });
      continue;
    }
    slices.push({
      expiryMs: expiry.expiryMs,
      years: expiry.years,
      forward: expiry.forward,
      svi,
      rmseVol: fit.rmseVol,
      usedPoints: fit.usedPoints,
      minG: minDurrleman(svi).g,
      lift: lifted.lifts[i]!,
    });
  }
  return { slices, omitted };
}
