/**
 * A recorded chain that nodes can read today.
 *
 * Nodes measure tenors against their own clock, so every expiry is moved by the same whole number of days, which keeps it
 * at 08:00 UTC. Times to maturity are then the recorded ones up to the difference in time of day: less than half a day,
 * see `residualMs`. Each row keeps its recorded vol, forward and spread; its mark moves by what Black-76 says the
 * changed time to maturity is worth, and the quotes move along. When the residual is nothing, every number is the
 * recorded one.
 */
import { formatExpiryDay, formatInstrument } from "../../market/instrument.ts";
import { type Coin, COINS, type FutureRow, type OptionRow } from "../../sim/market/model.ts";
import { coinPremium, YEAR_MS } from "../../sim/market/pricing.ts";
import {
  type AtmPoint,
  constantMaturityForward,
  constantMaturityVol,
  type ForwardPoint,
} from "../../sim/market/tenor.ts";
import type { RecordedChain, RecordedOption } from "./chain-csv.ts";

const DAY_MS = 86_400_000;
const TICK = 0.0001;

export function redateShiftDays(takenAtMs: number, startMs: number): number {
  return Math.round((startMs - takenAtMs) / DAY_MS);
}

/** Median, the mean of the middle two for an even count. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

type DatedOption = RecordedOption & {
  readonly datedExpiryMs: number;
  readonly instrument: string;
  readonly datedIndex: string;
  /** Black-76 at the recorded vol and the recorded time to maturity. */
  readonly recordedPremium: number;
};

export class ChainTape {
  /** What re-dating could not keep: recorded time minus re-dated time to maturity at the start, within ± half a day. */
  readonly residualMs: number;
  readonly shiftDays: number;
  readonly #options: readonly DatedOption[];
  readonly #atm: Readonly<Record<Coin, readonly (AtmPoint & ForwardPoint)[]>>;
  readonly #index: Readonly<Record<Coin, number | null>>;

  constructor(chain: RecordedChain, startMs: number) {
    this.shiftDays = redateShiftDays(chain.takenAtMs, startMs);
    this.residualMs = startMs - chain.takenAtMs - this.shiftDays * DAY_MS;
    this.#options = chain.options.map((option) => dated(option, this.shiftDays, chain.takenAtMs));
    this.#atm = { BTC: atmPoints(this.#of("BTC")), ETH: atmPoints(this.#of("ETH")) };
    const index = (coin: Coin): number | null => {
      const prices = this.#of(coin).map((option) => option.indexPrice);
      return prices.length === 0 ? null : median(prices);
    };
    this.#index = { BTC: index("BTC"), ETH: index("ETH") };
  }

  coins(): readonly Coin[] {
    return COINS.filter((coin) => this.#index[coin] !== null);
  }

  /** USD; the recording holds one moment, so it never moves. */
  indexPrice(coin: Coin): number | null {
    return this.#index[coin];
  }

  /** From the recorded `mark_iv` around each forward and the re-dated times to maturity. */
  atmVol(coin: Coin, days: number, timeMs: number): number | null {
    return constantMaturityVol(this.#atm[coin], timeMs, days);
  }

  /** From each expiry's median recorded forward. */
  forward(coin: Coin, days: number, timeMs: number): number | null {
    return constantMaturityForward(this.#atm[coin], timeMs, days);
  }

  options(coin: Coin, timeMs: number): readonly OptionRow[] {
    return this.#of(coin)
      .filter((option) => option.datedExpiryMs > timeMs)
      .map((option) => optionRow(option, timeMs));
  }

  /** The futures that options lean on by name, and a perpetual at the index. */
  futures(coin: Coin, timeMs: number): readonly FutureRow[] {
    const index = this.#index[coin];
    if (index === null) return [];
    const marks = new Map<string, number[]>();
    for (const option of this.#of(coin)) {
      if (option.datedExpiryMs <= timeMs || !option.datedIndex.startsWith(`${coin}-`)) continue;
      marks.set(option.datedIndex, [...(marks.get(option.datedIndex) ?? []), option.underlyingPrice]);
    }
    const listed = [...marks].map(([instrument, prices]) => futureRow(coin, instrument, median(prices), index, timeMs));
    return [futureRow(coin, `${coin}-PERPETUAL`, index, index, timeMs), ...listed];
  }

  #of(coin: Coin): readonly DatedOption[] {
    return this.#options.filter((option) => option.coin === coin);
  }
}

function dated(option: RecordedOption, shiftDays: number, takenAtMs: number): DatedOption {
  const { coin, strike, right, underlyingPrice, markVol } = option;
  const datedExpiryMs = option.expiryMs + shiftDays * DAY_MS;
  const name = `${coin}-${formatExpiryDay(datedExpiryMs)}`;
  const index = option.underlyingIndex;
  const years = (option.expiryMs - takenAtMs) / YEAR_MS;
  return {
    ...option,
    datedExpiryMs,
    instrument: formatInstrument({
      kind: "option",
      base: coin,
      settlement: null,
      expiryMs: datedExpiryMs,
      strike,
      right,
    }),
    datedIndex: index === "index_price" ? index : index.startsWith("SYN.") ? `SYN.${name}` : name,
    recordedPremium: coinPremium(right, underlyingPrice, strike, markVol, years),
  };
}

/** A straight line in vol over log strike between the strikes around each expiry's forward; calls and puts averaged. */
function atmPoints(options: readonly DatedOption[]): readonly (AtmPoint & ForwardPoint)[] {
  const points: (AtmPoint & ForwardPoint)[] = [];
  for (const expiryMs of [...new Set(options.map((option) => option.datedExpiryMs))].sort((a, b) => a - b)) {
    const board = options.filter((option) => option.datedExpiryMs === expiryMs && option.markVol > 0);
    if (board.length === 0) continue;
    const forward = median(board.map((option) => option.underlyingPrice));
    const volAt = (strike: number): number => {
      const vols = board.filter((option) => option.strike === strike).map((option) => option.markVol);
      return vols.reduce((sum, vol) => sum + vol, 0) / vols.length;
    };
    const strikes = [...new Set(board.map((option) => option.strike))].sort((a, b) => a - b);
    const below = strikes.findLast((strike) => strike <= forward);
    const above = strikes.find((strike) => strike >= forward);
    if (below === undefined || above === undefined) continue;
    const weight = above === below ? 0 : Math.log(forward / below) / Math.log(above / below);
    points.push({ expiryMs, forward, vol: (1 - weight) * volAt(below) + weight * volAt(above) });
  }
  return points;
}

function optionRow(option: DatedOption, timeMs: number): OptionRow {
  const { right, underlyingPrice, strike, markVol } = option;
  const years = (option.datedExpiryMs - timeMs) / YEAR_MS;
  const change = coinPremium(right, underlyingPrice, strike, markVol, years) - option.recordedPremium;
  const markCoin = Math.max(0, Math.round((option.markCoin + change) * 1e8) / 1e8);
  const bidCoin = moved(option.bidCoin, change, Math.floor);
  const askCoin = moved(option.askCoin, change, Math.ceil);
  return {
    instrument: option.instrument,
    expiryMs: option.datedExpiryMs,
    strike,
    right,
    bidCoin,
    askCoin,
    midCoin: bidCoin === null || askCoin === null ? null : Math.round(((bidCoin + askCoin) / 2) * 1e8) / 1e8,
    markCoin,
    // 0.43229999999999996 in the file was 43.23 on the wire.
    markVolPercent: Math.round(markVol * 1e4) / 100,
    underlyingPrice,
    underlyingIndex: option.datedIndex,
    estimatedDeliveryPrice: option.indexPrice,
    openInterest: option.openInterest,
    volume: option.volume,
    volumeUsd: option.volumeUsd,
    lastCoin: null,
    highCoin: null,
    lowCoin: null,
    changePercent: null,
    createdMs: timeMs,
  };
}

/** Outward onto the tick, so that bid ≤ mark ≤ ask survives the move. A bid that falls below one tick is gone. */
function moved(side: number | null, change: number, round: (ticks: number) => number): number | null {
  // A change below the last printed digit of a mark is none: the recorded quote stands.
  if (side === null || Math.abs(change) < 0.5e-8) return side;
  const ticks = round((side + change) / TICK + (round === Math.floor ? 1e-7 : -1e-7));
  return ticks < 1 ? (round === Math.floor ? null : TICK) : ticks / 10_000;
}

function futureRow(coin: Coin, instrument: string, mark: number, index: number, timeMs: number): FutureRow {
  const perUnit = coin === "BTC" ? 2 : 20;
  const bid = Math.floor(mark * perUnit) / perUnit;
  return {
    instrument,
    perpetual: instrument.endsWith("-PERPETUAL"),
    bid,
    ask: bid + 1 / perUnit,
    mark: Math.round(mark * 100) / 100,
    last: bid,
    high: bid,
    low: bid,
    changePercent: 0,
    openInterestUsd: 0,
    volumeCoin: 0,
    volumeUsd: 0,
    estimatedDeliveryPrice: index,
    // The recording tells of no funding, and the perpetual here stands at the index: nobody pays.
    currentFunding: instrument.endsWith("-PERPETUAL") ? 0 : null,
    funding8h: instrument.endsWith("-PERPETUAL") ? 0 : null,
    createdMs: timeMs,
  };
}
