/**
 * A volatility surface: SVI slices in the order of their expiries. Between two of them total variance is linear in time
 * at common log-moneyness (J. Gatheral and A. Jacquier, "Arbitrage-free SVI volatility surfaces", 2014, lemma 5.1: no
 * arbitrage appears between two slices that hold none), and the logarithm of the forward is linear in time. Nothing is
 * extrapolated before the first expiry or after the last.
 *
 * `liftCalendar` uses only + - * / and the square root, so nodes that repair the same slices get the same bits.
 * Accuracy: a few roundings; the strike of a delta to 1e-12 of its logarithm.
 */
import { normalCdf } from "./normal.ts";
import { calendarMargin, type KRange, type SviRaw, totalVariance } from "./svi.ts";

export type SurfaceSlice = {
  /** Unix ms. */
  readonly expiryMs: number;
  /** Time to expiry, ACT/365, > 0. */
  readonly years: number;
  /** Quote currency, > 0. */
  readonly forward: number;
  readonly svi: SviRaw;
};

/** Slices by ascending expiry, none twice. */
export type Surface = readonly SurfaceSlice[];

/** Why a surface has no value at a point. */
export type NoSurfaceValue =
  /** It has no slices, or they are not ascending in both expiry and years. */
  | "bad-surface"
  /** The strike is not positive and finite, or the delta not inside (0, 1). */
  | "bad-input"
  /** Before the first expiry or after the last. */
  | "outside"
  /** The slices around the point have no positive variance there, or none between them. */
  | "no-variance";

export type SurfaceValue =
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
  | { readonly ok: false; readonly why: NoSurfaceValue };

export type SurfaceForward =
  | { readonly ok: true; readonly forward: number; readonly years: number }
  | { readonly ok: false; readonly why: NoSurfaceValue };

type Between = { readonly near: SurfaceSlice; readonly far: SurfaceSlice; readonly weight: number };

function refusal(why: NoSurfaceValue): { readonly ok: false; readonly why: NoSurfaceValue } {
  return { ok: false, why };
}

function isAscending(surface: Surface): boolean {
  return surface.every((slice, i) => {
    const before = surface[i - 1];
    return (
      slice.years > 0 &&
      slice.forward > 0 &&
      (before === undefined || (slice.expiryMs > before.expiryMs && slice.years > before.years))
    );
  });
}

/** The slices around an expiry and the share of the later one. */
function between(surface: Surface, expiryMs: number): Between | NoSurfaceValue {
  const first = surface[0];
  if (first === undefined || !isAscending(surface)) return "bad-surface";
  const above = surface.findIndex((slice) => slice.expiryMs >= expiryMs);
  const far = surface[above];
  if (far === undefined) return "outside";
  if (far.expiryMs === expiryMs) return { near: far, far, weight: 1 };
  const near = surface[above - 1];
  if (near === undefined) return "outside";
  return { near, far, weight: (expiryMs - near.expiryMs) / (far.expiryMs - near.expiryMs) };
}

function yearsOf({ near, far, weight }: Between): number {
  return near.years + weight * (far.years - near.years);
}

function forwardOf({ near, far, weight }: Between): number {
  return near === far ? far.forward : near.forward * Math.exp(weight * Math.log(far.forward / near.forward));
}

/** Forward at an expiry. @param expiryMs unix ms, between the first and the last expiry */
export function surfaceForward(surface: Surface, expiryMs: number): SurfaceForward {
  const around = between(surface, expiryMs);
  if (typeof around === "string") return refusal(around);
  return { ok: true, forward: forwardOf(around), years: yearsOf(around) };
}

/** Implied volatility. @param strike quote currency @param expiryMs unix ms, between the first and the last expiry */
export function surfaceVol(surface: Surface, strike: number, expiryMs: number): SurfaceValue {
  if (!(strike > 0 && strike < Infinity)) return refusal("bad-input");
  const around = between(surface, expiryMs);
  if (typeof around === "string") return refusal(around);
  const forward = forwardOf(around);
  const years = yearsOf(around);
  const k = Math.log(strike / forward);
  const near = totalVariance(around.near.svi, k);
  const far = totalVariance(around.far.svi, k);
  const variance = near + around.weight * (far - near);
  if (!(near > 0 && far >= near)) return refusal("no-variance");
  return { ok: true, vol: Math.sqrt(variance / years), totalVariance: variance, k, forward, years };
}

export type DeltaStrike =
  | { readonly ok: true; readonly strike: number; readonly k: number; readonly vol: number }
  | { readonly ok: false; readonly why: NoSurfaceValue };

const DELTA_STEPS = 80;
/** Log-moneyness beyond this many √w at the money is not searched. */
const DELTA_DEVIATIONS = 40;

/**
 * The strike whose forward delta, N(d₁) for a call and 1 - N(d₁) for a put, is the given one, by bisection: on a slice
 * free of butterfly arbitrage the delta of the smile at its own strike falls from 1 to 0 as the strike rises.
 * @param slice  no butterfly arbitrage
 * @param delta  absolute, inside (0, 1); 0.25 for the usual risk reversal
 */
export function deltaStrike(slice: SurfaceSlice, right: "call" | "put", delta: number): DeltaStrike {
  if (!(delta > 0 && delta < 1)) return refusal("bad-input");
  const atMoney = totalVariance(slice.svi, 0);
  if (!(atMoney > 0)) return refusal("no-variance");
  const wanted = right === "call" ? delta : 1 - delta;
  /** N(d₁) less what is wanted; falls in k. */
  const excess = (k: number): number => {
    const root = Math.sqrt(totalVariance(slice.svi, k));
    return normalCdf(-k / root + 0.5 * root) - wanted;
  };
  const reach = DELTA_DEVIATIONS * Math.sqrt(atMoney);
  let low = -reach;
  let high = reach;
  if (!(excess(low) > 0 && excess(high) < 0)) return refusal("outside");
  for (let step = 0; step < DELTA_STEPS; step++) {
    const middle = 0.5 * (low + high);
    if (excess(middle) > 0) low = middle;
    else high = middle;
  }
  const k = 0.5 * (low + high);
  return {
    ok: true,
    strike: slice.forward * Math.exp(k),
    k,
    vol: Math.sqrt(totalVariance(slice.svi, k) / slice.years),
  };
}

const LIFT_PASSES = 8;

/**
 * Slices without calendar arbitrage on a range of common log-moneyness, from slices by ascending expiry: each is raised,
 * by its `a` alone, until it is nowhere below the one before it. A slice may lose its freedom from butterfly arbitrage
 * where it is raised in a steep wing, so check it again.
 * @param range the same for every pair; outside of it nothing is looked at and nothing promised
 * @returns the slices and by how much total variance each was raised, 0 where it was not
 */
export function liftCalendar(
  slices: readonly SviRaw[],
  range: KRange,
): { readonly slices: SviRaw[]; readonly lifts: number[] } {
  const lifted: SviRaw[] = [];
  const lifts: number[] = [];
  for (const slice of slices) {
    const near = lifted.at(-1);
    let far = slice;
    for (let pass = 0; near !== undefined && pass < LIFT_PASSES; pass++) {
      const { margin } = calendarMargin(near, far, range);
      if (margin >= 0) break;
      // A little more than the gap, so that rounding does not leave a rest; it grows with the passes.
      far = { ...far, a: far.a - margin + (pass + 1) * 1e-15 * (1 + totalVariance(far, 0)) };
    }
    lifted.push(far);
    lifts.push(far.a - slice.a);
  }
  return { slices: lifted, lifts };
}
