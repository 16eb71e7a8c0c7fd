/**
 * Reading a surface off at any strike and time: SVI slices, total variance linear in time at common log-moneyness, the
 * forward's logarithm linear in time. The page may not import the node's code, so this is a copy of the formulas of
 * quant/svi.ts and quant/surface.ts; test/dashboard/surface-math.test.ts holds the two equal. Pure.
 */
import type { SurfaceSliceView, SurfaceView, SviView } from "../../api/derivatives-view.ts";

export const DAY_MS = 86_400_000;
export const YEAR_MS = 365 * DAY_MS;

/** `years` from the instant that the variances are of to the expiry, ACT/365. */
export type Slice = {
  readonly expiryMs: number;
  readonly years: number;
  readonly forward: number;
  readonly svi: SviView;
};

export type Reading =
  | {
      readonly ok: true;
      /** Annualised, decimal. */
      readonly vol: number;
      readonly totalVariance: number;
      /** ln(K/F). */
      readonly k: number;
      readonly forward: number;
      readonly years: number;
    }
  | { readonly ok: false; readonly why: "no-surface" | "bad-strike" | "outside" | "no-variance" };

/** Which surface is looked at. */
export type SurfaceSource = "agreed" | "published" | "own";

/** Total variance of a slice at k = ln(K/F). */
export function totalVariance({ a, b, rho, m, sigma }: SviView, k: number): number {
  const offset = k - m;
  return a + b * (rho * offset + Math.sqrt(offset * offset + sigma * sigma));
}

type Between = { readonly near: Slice; readonly far: Slice; readonly weight: number };

function between(slices: readonly Slice[], expiryMs: number): Between | null {
  const above = slices.findIndex((slice) => slice.expiryMs >= expiryMs);
  const far = slices[above];
  if (far === undefined) return null;
  if (far.expiryMs === expiryMs) return { near: far, far, weight: 1 };
  const near = slices[above - 1];
  if (near === undefined) return null;
  return { near, far, weight: (expiryMs - near.expiryMs) / (far.expiryMs - near.expiryMs) };
}

function forwardBetween({ near, far, weight }: Between): number {
  return near === far ? far.forward : near.forward * Math.exp(weight * Math.log(far.forward / near.forward));
}

/** Forward at an expiry; null before the first slice and after the last: nothing is extrapolated. */
export function forwardAt(slices: readonly Slice[], expiryMs: number): number | null {
  const around = between(slices, expiryMs);
  return around === null ? null : forwardBetween(around);
}

/** @param slices ascending by expiry */
export function readSurface(slices: readonly Slice[], strike: number, expiryMs: number): Reading {
  if (slices.length === 0) return { ok: false, why: "no-surface" };
  if (!(strike > 0 && strike < Infinity)) return { ok: false, why: "bad-strike" };
  const around = between(slices, expiryMs);
  if (around === null) return { ok: false, why: "outside" };
  const forward = forwardBetween(around);
  const { near, far, weight } = around;
  const years = near.years + weight * (far.years - near.years);
  const k = Math.log(strike / forward);
  const nearVariance = totalVariance(near.svi, k);
  const farVariance = totalVariance(far.svi, k);
  if (!(nearVariance > 0 && farVariance >= nearVariance)) return { ok: false, why: "no-variance" };
  const variance = nearVariance + weight * (farVariance - nearVariance);
  return { ok: true, vol: Math.sqrt(variance / years), totalVariance: variance, k, forward, years };
}

/**
 * A published slice as a reader holds it at `timeMs`: its volatilities stay, so variance shrinks with the time left.
 * Null without a published spot, and after the expiry.
 */
export function publishedSlice({ expiryMs, published }: SurfaceSliceView, timeMs: number): Slice | null {
  if (published === null || published.forward === null || expiryMs <= timeMs) return null;
  const years = (expiryMs - timeMs) / YEAR_MS;
  const left = years / published.years;
  const { params, forward } = published;
  return { expiryMs, years, forward, svi: { ...params, a: params.a * left, b: params.b * left } };
}

/** The slices of one of the three surfaces, ascending; those that are not there are left out. */
export function slicesOf(surface: SurfaceView, source: SurfaceSource): readonly Slice[] {
  switch (source) {
    case "agreed":
      return surface.slices.map(({ expiryMs, years, forward, params }) => ({ expiryMs, years, forward, svi: params }));
    case "published":
      return surface.slices.flatMap((slice) => publishedSlice(slice, surface.timeMs ?? 0) ?? []);
    case "own":
      return surface.smiles.flatMap(({ expiryMs, years, forward, fitted }) =>
        fitted === null ? [] : [{ expiryMs, years, forward, svi: fitted }],
      );
  }
}
