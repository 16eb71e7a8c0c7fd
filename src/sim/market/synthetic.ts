/** A seeded market that never ends: the same seed, start and step give the same answer at the same time, always. */
import { OracleError } from "../../base/errors.ts";
import type { OptionVenue, Venue } from "../../market/venue.ts";
import { listedExpiries } from "./calendar.ts";
import { type ChainMoment, forwardOf, syntheticFutures, syntheticOptions, termStructure } from "./chain.ts";
import { MinuteHistory } from "./history.ts";
import {
  type Bar,
  type Coin,
  type FutureRow,
  type MarketModel,
  type OptionRow,
  type SpotCoin,
  type Stable,
  type StatedNoise,
  STABLES,
  stepAt,
  timeOf,
} from "./model.ts";
import { OPTION_RULES } from "./option-rules.ts";
import { PRICE_RANGE_FACTOR, START_PRICE, SyntheticPath } from "./path.ts";
import { YEAR_MS } from "./pricing.ts";
import { atmTotalVariance } from "./smile.ts";
import { statedNoise } from "./stated-noise.ts";
import { constantMaturityForward, constantMaturityVol } from "./tenor.ts";
import { type Bounds, boundsOver, truthAt } from "./truth.ts";

export type SyntheticOptions = {
  readonly seed: number;
  /** Unix ms of step 0. */
  readonly startMs: number;
  /** Wall milliseconds of one step; 250 by default. */
  readonly stepMs?: number;
  /** Market time per wall time, 1 by default: at 60 prices move as far in a second as else in a minute. Expiries stay on the wall clock. */
  readonly speed?: number;
  /** That many strikes for one of the usual list, 1 by default, at most 4: 2 gives about 900 options a venue and coin. */
  readonly strikeDensity?: number;
};

/** With more, gaps fall below the ticks of names, and a chain is larger than any venue's. */
const STRIKE_DENSITY_MAX = 4;

export type MarketState = {
  readonly timeMs: number;
  readonly spotUsd: Readonly<Record<SpotCoin, number>>;
  readonly stableUsd: Readonly<Record<Stable, number>>;
  readonly atmVol30d: Readonly<Record<Coin, number>>;
};

/** Instrument names carry two digits of a year in 2000 … 2099, and quarterly expiries lie months ahead. */
const START_MIN_MS = 978_307_200_000;
const START_MAX_MS = 4_039_372_800_000;
/** Strikes and gaps in quotes are decided anew this often, in market time. */
const LISTING_PERIOD_MS = 600_000;
export class SyntheticMarket implements MarketModel {
  readonly seed: number;
  readonly startMs: number;
  readonly stepMs: number;
  readonly speed: number;
  readonly noise: StatedNoise;
  readonly coveredStables = STABLES;
  readonly #path: SyntheticPath;
  readonly #history: MinuteHistory;
  readonly #listingSteps: number;
  readonly #strikeDensity: number;
  /** The board that was last asked for, of each venue and coin: one answer is made of several requests. */
  readonly #boards = new Map<string, { readonly step: number; readonly rows: readonly OptionRow[] }>();
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
    this.#strikeDensity = options.strikeDensity ?? 1;
    const density = this.#strikeDensity;
    if (!Number.isInteger(density) || density < 1 || density > STRIKE_DENSITY_MAX) {
      throw new OracleError(`strikeDensity is ${density}, expected a whole number from 1 to ${STRIKE_DENSITY_MAX}`, {
        code: "bad-market-options",
        seen: density,
      });
    }
    this.#path = new SyntheticPath({ seed: this.seed, stepMs: this.stepMs, speed: this.speed });
    this.#history = new MinuteHistory(this.seed);
    this.#listingSteps = Math.max(1, Math.round(LISTING_PERIOD_MS / (this.stepMs * this.speed)));
    this.noise = statedNoise({
      BTC: START_PRICE.BTC / PRICE_RANGE_FACTOR,
      ETH: START_PRICE.ETH / PRICE_RANGE_FACTOR,
      SOL: START_PRICE.SOL / PRICE_RANGE_FACTOR,
    });
  }

  at(timeMs: number): MarketState {
    const step = stepAt(this, timeMs);
    const factors = this.#path.at(step);
    return {
      timeMs: timeOf(this, step),
      spotUsd: { BTC: factors.BTC.spotUsd, ETH: factors.ETH.spotUsd, SOL: factors.solUsd },
      stableUsd: { USDT: factors.usdtUsd, USDC: factors.usdcUsd },
      atmVol30d: { BTC: this.atmVol("BTC", 30, step), ETH: this.atmVol("ETH", 30, step) },
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

  spotUsd(coin: SpotCoin, step: number): number {
    const factors = this.#path.at(step);
    return coin === "SOL" ? factors.solUsd : factors[coin].spotUsd;
  }

  stableUsd(stable: Stable, step: number): number {
    const factors = this.#path.at(step);
    return stable === "USDT" ? factors.usdtUsd : factors.usdcUsd;
  }

  spotInStable(coin: SpotCoin, stable: Stable, _venue: Venue, step: number): number {
    return this.spotUsd(coin, step) / this.stableUsd(stable, step);
  }

  /** A coin's history; a stablecoin stood at its first price. */
  minuteBefore(base: SpotCoin | Stable, quote: "USD" | Stable, _venue: Venue, back: number): Bar | null {
    const bar: Bar | null = isStable(base) ? flat(this.stableUsd(base, 0)) : this.#history.bar(base, back);
    if (bar === null || quote === "USD") return bar;
    const price = this.stableUsd(quote, 0);
    return { open: bar.open / price, high: bar.high / price, low: bar.low / price, close: bar.close / price };
  }

  atmVol(coin: Coin, days: number, step: number): number {
    const timeMs = timeOf(this, step);
    const curve = termStructure(coin, this.#path.at(step)[coin]);
    const points = this.#expiriesAt(timeMs).map((expiryMs) => {
      const years = (expiryMs - timeMs) / YEAR_MS;
      return { expiryMs, vol: Math.sqrt(atmTotalVariance(curve, years) / years) };
    });
    return constantMaturityVol(points, timeMs, days)!;
  }

  forward(coin: Coin, days: number, step: number): number {
    const moment = this.#moment(coin, step);
    const points = moment.expiries.map((expiryMs) => ({ expiryMs, forward: forwardOf(moment, moment.now, expiryMs) }));
    return constantMaturityForward(points, moment.timeMs, days)!;
  }

  options(coin: Coin, step: number, venue: OptionVenue = "deribit"): readonly OptionRow[] {
    const key = `${venue}:${coin}`;
    const kept = this.#boards.get(key);
    if (kept?.step === step) return kept.rows;
    const { settlement } = OPTION_RULES[venue];
    const moneyUsd = settlement === null ? 1 : this.stableUsd(settlement, step);
    const rows = syntheticOptions(this.#moment(coin, step), { venue, moneyUsd });
    this.#boards.set(key, { step, rows });
    return rows;
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
      listingSteps: this.#listingSteps,
      strikeDensity: this.#strikeDensity,
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

function isStable(base: SpotCoin | Stable): base is Stable {
  return base === "USDT" || base === "USDC";
}

function flat(price: number): Bar {
  return { open: price, high: price, low: price, close: price };
}
