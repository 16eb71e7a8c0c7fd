/**
 * What happened before the market began: forty days of minutes that end at the starting prices, drawn backwards with the
 * path's own diffusion and jumps, at its mean vol. Made once, when somebody first asks.
 */
import { hashWords, seededRng } from "../random.ts";
import { type Bar, type SpotCoin, SPOT_COINS } from "./model.ts";
import { DIFFUSION_VOL, drawNormal, JUMPS_PER_YEAR, jumpSize, reflect, START_PRICE } from "./path.ts";
import { YEAR_MS } from "./pricing.ts";

const MINUTE_MS = 60_000;
const HISTORY_MINUTES = 40 * 24 * 60;
/** Share of each coin's shock that is everybody's. */
const LOADING: Readonly<Record<SpotCoin, number>> = { BTC: 1, ETH: 0.85, SOL: 0.75 };

type Series = { readonly logOpen: Float64Array; readonly logHigh: Float64Array; readonly logLow: Float64Array };

export class MinuteHistory {
  readonly #seed: number;
  #series: Readonly<Record<SpotCoin, Series>> | null = null;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** @param back 1 is the last whole minute before the start. @returns USD; null beyond forty days */
  bar(coin: SpotCoin, back: number): Bar | null {
    if (!(back >= 1 && back <= HISTORY_MINUTES)) return null;
    this.#series ??= draw(this.#seed);
    const { logOpen, logHigh, logLow } = this.#series[coin];
    const close = back === 1 ? Math.log(START_PRICE[coin]) : logOpen[back - 2]!;
    return {
      open: Math.exp(logOpen[back - 1]!),
      high: Math.exp(logHigh[back - 1]!),
      low: Math.exp(logLow[back - 1]!),
      close: Math.exp(close),
    };
  }
}

function draw(seed: number): Readonly<Record<SpotCoin, Series>> {
  const blank = (): Series => ({
    logOpen: new Float64Array(HISTORY_MINUTES),
    logHigh: new Float64Array(HISTORY_MINUTES),
    logLow: new Float64Array(HISTORY_MINUTES),
  });
  const series = { BTC: blank(), ETH: blank(), SOL: blank() };
  const dice = seededRng(hashWords(seed, 0x4157));
  const rootYears = Math.sqrt(MINUTE_MS / YEAR_MS);
  const jumpChance = 1 - Math.exp((-JUMPS_PER_YEAR * MINUTE_MS) / YEAR_MS);
  const log: Record<SpotCoin, number> = {
    BTC: Math.log(START_PRICE.BTC),
    ETH: Math.log(START_PRICE.ETH),
    SOL: Math.log(START_PRICE.SOL),
  };
  for (let minute = 0; minute < HISTORY_MINUTES; minute++) {
    const common = drawNormal(dice);
    for (const coin of SPOT_COINS) {
      const loading = LOADING[coin];
      const shock = loading * common + Math.sqrt(1 - loading * loading) * drawNormal(dice);
      const [chance, size, sign, up, down] = [dice.next(), dice.next(), dice.next(), dice.next(), dice.next()];
      const deviation = DIFFUSION_VOL[coin] * rootYears;
      const close = log[coin];
      const open = reflect(coin, close - deviation * shock - (chance < jumpChance ? jumpSize(size, sign) : 0));
      series[coin].logOpen[minute] = open;
      series[coin].logHigh[minute] = bridgeExtreme(open, close, deviation, up, 1);
      series[coin].logLow[minute] = bridgeExtreme(open, close, deviation, down, -1);
      log[coin] = open;
    }
  }
  return series;
}

/**
 * The maximum (or minimum) of a Brownian bridge from a to b with variance s² between: ½(a + b ± √((b − a)² − 2s² ln u)),
 * u uniform (Karatzas & Shreve, "Brownian Motion and Stochastic Calculus", 2.8: P(max > m) = exp(−2(m − a)(m − b)/s²)).
 */
function bridgeExtreme(a: number, b: number, deviation: number, dice: number, side: 1 | -1): number {
  const spread = (b - a) * (b - a) - 2 * deviation * deviation * Math.log(1 - dice);
  return 0.5 * (a + b + side * Math.sqrt(spread));
}
