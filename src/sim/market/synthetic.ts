/** A seeded market that never ends: the same seed, start and step give the same answer at the same time, always. */
import { OracleError } from "../../base/errors.ts";
import type { Venue } from "../../market/quote.ts";
import { listedExpiries } from "./calendar.ts";
import {
  type ChainMoment,
  ROW_VOL_NOISE,
  syntheticFutures,
  syntheticOptions,
  termStructure,
  VOL_FLOOR,
} from "./chain.ts";
import {
  type Coin,
  type FutureRow,
  type MarketModel,
  type OptionRow,
  type Stable,
  type StatedNoise,
  STABLES,
  stepAt,
  timeOf,
} from "./model.ts";
import { PRICE_RANGE_FACTOR, START_PRICE, SyntheticPath } from "./path.ts";
import { YEAR_MS } from "./pricing.ts";
import { MID_ERROR_COIN } from "./quotes.ts";
import { atmTotalVariance, SSVI_ETA, SSVI_RHO } from "./smile.ts";
import { GAP_ROUNDING_MAX, gapTarget } from "./strikes.ts";
import { type AtmPoint, constantMaturityVol } from "./tenor.ts";
import { type Bounds, boundsOver, truthAt } from "./truth.ts";
import { spotNoise } from "./venues.ts";

export type SyntheticOptions = {
  readonly seed: number;
  /** Unix ms of step 0. */
  readonly startMs: number;
  /** Wall milliseconds of one step; 250 by default. */
  readonly stepMs?: number;
  /** Market time per wall time, 1 by default: at 60 prices move as far in a second as else in a minute. Expiries stay on the wall clock. */
  readonly speed?: number;
};

export type MarketState = {
  readonly timeMs: number;
  readonly spotUsd: Readonly<Record<Coin, number>>;
  readonly stableUsd: Readonly<Record<Stable, number>>;
  readonly atmVol30d: Readonly<Record<Coin, number>>;
};

/** Instrument names carry two digits of a year in 2000 … 2099, and quarterly expiries lie months ahead. */
const START_MIN_MS = 978_307_200_000;
const START_MAX_MS = 4_039_372_800_000;
/** Strikes and gaps in quotes are decided anew this often, in market time. */
const LISTING_PERIOD_MS = 600_000;
/** The expiry before 30 days is never nearer than this: see the calendar's test over four years of days. */
export const NEAR_EXPIRY_MIN_DAYS = 7;

/**
 * Linear interpolation over a gap h errs by at most h²/8 times the smile's curvature. For SSVI at the money
 * σ″ ≤ σφ²/4 ≈ η²/(4σT), largest for the lowest vol and the nearest expiry of each gap size. Added to it: the row's own
 * noise, half of the last printed digit of `mark_iv`, and the slope times what rows' forwards differ by. A combination of
 * two expiries' total variances errs by no more than the worse of the two (Cauchy-Schwarz, the weights sum to one).
 */
function volNoise(): { readonly volAbs: number; readonly volAbsFromMids: number } {
  let interpolation = 0;
  for (const days of [NEAR_EXPIRY_MIN_DAYS, 21]) {
    const years = days / 365;
    const gap = GAP_ROUNDING_MAX * gapTarget(years);
    interpolation = Math.max(interpolation, ((gap * gap) / 8) * ((SSVI_ETA * SSVI_ETA) / (4 * VOL_FLOOR * years)));
  }
  const nearYears = NEAR_EXPIRY_MIN_DAYS / 365;
  const slope = (Math.abs(SSVI_RHO) * SSVI_ETA) / (2 * Math.sqrt(nearYears));
  const volAbs = interpolation + ROW_VOL_NOISE + 5e-5 + slope * 2e-5;
  // At the money the coin vega is φ(σ√T/2)·√T; 0.38 leaves room for strikes a gap away.
  return { volAbs, volAbsFromMids: volAbs + MID_ERROR_COIN / (0.38 * Math.sqrt(nearYears)) };
}

export class SyntheticMarket implements MarketModel {
  readonly seed: number;
  readonly startMs: number;
  readonly stepMs: number;
  readonly speed: number;
  readonly noise: StatedNoise;
  readonly coveredStables = STABLES;
  readonly #path: SyntheticPath;
  readonly #listingSteps: number;
  /** The list of expiries changes once a day, when the first of them expires. */
  #expiries: { readonly fromMs: number; readonly list: readonly number[] } | null = null;

  /** @throws OracleError `bad-market-options` */
  constructor(options: SyntheticOptions) {
    if (!(options.startMs >= START_MIN_MS && options.startMs < START_MAX_MS)) {
      throw new OracleError(`startMs is ${options.startMs}, expected unix ms between the years 2001 and 2098`, {
        code: "bad-market-options",
        seen: options.startMs,
      });
    }
    this.seed = options.seed;
    this.startMs = options.startMs;
    this.stepMs = options.stepMs ?? 250;
    this.speed = options.speed ?? 1;
    this.#path = new SyntheticPath({ seed: this.seed, stepMs: this.stepMs, speed: this.speed });
    this.#listingSteps = Math.max(1, Math.round(LISTING_PERIOD_MS / (this.stepMs * this.speed)));
    const floor = { BTC: START_PRICE.BTC / PRICE_RANGE_FACTOR, ETH: START_PRICE.ETH / PRICE_RANGE_FACTOR };
    this.noise = { ...spotNoise(floor), ...volNoise() };
  }

  at(timeMs: number): MarketState {
    const step = stepAt(this, timeMs);
    const factors = this.#path.at(step);
    return {
      timeMs: timeOf(this, step),
      spotUsd: { BTC: factors.BTC.spotUsd, ETH: factors.ETH.spotUsd },
      stableUsd: { USDT: factors.usdtUsd, USDC: factors.usdcUsd },
      atmVol30d: { BTC: this.atmVol30d("BTC", step), ETH: this.atmVol30d("ETH", step) },
    };
  }

  /** USD or decimal vol. @throws OracleError `unknown-feed` */
  truth(feedName: string, timeMs: number): number {
    return truthAt(this, feedName, timeMs)!;
  }

  /** See `boundsOver`. @throws OracleError `unknown-feed`, `bad-window` */
  bounds(feedName: string, atMs: number, windowMs: number): Bounds {
    return boundsOver(this, feedName, atMs, windowMs)!;
  }

  listsSpot(): boolean {
    return true;
  }

  spotUsd(coin: Coin, step: number): number {
    return this.#path.at(step)[coin].spotUsd;
  }

  stableUsd(stable: Stable, step: number): number {
    const factors = this.#path.at(step);
    return stable === "USDT" ? factors.usdtUsd : factors.usdcUsd;
  }

  spotInStable(coin: Coin, stable: Stable, _venue: Venue, step: number): number {
    return this.spotUsd(coin, step) / this.stableUsd(stable, step);
  }

  atmVol30d(coin: Coin, step: number): number {
    const timeMs = timeOf(this, step);
    const curve = termStructure(coin, this.#path.at(step)[coin]);
    const points = this.#expiriesAt(timeMs).map((expiryMs): AtmPoint => {
      const years = (expiryMs - timeMs) / YEAR_MS;
      return { expiryMs, vol: Math.sqrt(atmTotalVariance(curve, years) / years) };
    });
    return constantMaturityVol(points, timeMs)!;
  }

  options(coin: Coin, step: number): readonly OptionRow[] {
    return syntheticOptions(this.#moment(coin, step));
  }

  futures(coin: Coin, step: number): readonly FutureRow[] {
    return syntheticFutures(this.#moment(coin, step));
  }

  #moment(coin: Coin, step: number): ChainMoment {
    const timeMs = timeOf(this, step);
    const anchorNumber = Math.floor(step / this.#listingSteps);
    return {
      seed: this.seed,
      coin,
      step,
      timeMs,
      expiries: this.#expiriesAt(timeMs),
      now: this.#path.at(step)[coin],
      anchor: this.#path.at(anchorNumber * this.#listingSteps)[coin],
      anchorNumber,
    };
  }

  #expiriesAt(timeMs: number): readonly number[] {
    const kept = this.#expiries;
    if (kept !== null && timeMs >= kept.fromMs && timeMs < kept.list[0]!) return kept.list;
    const list = listedExpiries(timeMs);
    this.#expiries = { fromMs: list[0]! - 86_400_000, list };
    return list;
  }
}
