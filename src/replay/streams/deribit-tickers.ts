/** Deribit's ticker of one option, future or perpetual. */
import type { Coin, FutureRow } from "../../sim/market/model.ts";
import { hashName } from "../../sim/random.ts";
import { float, rounded, whole } from "./deribit-text.ts";
import { type Fields, object, quoted } from "./fields.ts";
import { optionFigures } from "./option-figures.ts";
import type { ToldOption } from "./spoil.ts";
import type { ToldMarket } from "./told-market.ts";

function coinOf(instrument: string, told: ToldMarket): Coin | null {
  return told.coin(instrument.slice(0, instrument.indexOf("-")));
}

/** The row of an option, a future or the perpetual; null: not listed now. */
export function tickerOf(instrument: string, told: ToldMarket): Fields | null {
  const coin = coinOf(instrument, told);
  if (coin === null) return null;
  const option = told.options(coin).get(instrument);
  if (option !== undefined) return optionTicker(option, coin, told);
  const future = told.deribitFutures(coin).get(instrument);
  return future === undefined ? null : futureTicker(future, coin, told);
}

export function timeOf(instrument: string, told: ToldMarket): string {
  return whole(isOption(instrument) ? told.chainTimeMs : told.timeMs);
}

export function isOption(instrument: string): boolean {
  return instrument.endsWith("-C") || instrument.endsWith("-P");
}

/** A side without a quote has price and amount zero. */
function sides(bid: number | null, ask: number | null, amount: (side: number) => number): Fields {
  return {
    best_bid_price: float(bid ?? 0),
    best_bid_amount: float(bid === null ? 0 : amount(0)),
    best_ask_price: float(ask ?? 0),
    best_ask_amount: float(ask === null ? 0 : amount(1)),
  };
}

function orNull(value: number | null): string {
  return value === null ? "null" : float(value);
}

function optionTicker(row: ToldOption, coin: Coin, told: ToldMarket): Fields {
  const figures = optionFigures(row, told.honestChainTimeMs);
  const traded = row.lastCoin !== null;
  return {
    instrument_name: quoted(row.instrument),
    state: quoted("open"),
    underlying_price: float(row.underlyingPrice),
    underlying_index: quoted(row.underlyingIndex),
    ...sides(row.bidCoin, row.askCoin, (side) => Math.round(10 + (hashName(row.instrument) % (900 + side))) / 10),
    bid_iv: rounded(100 * (figures.bidVol ?? 0), 100),
    ask_iv: rounded(100 * (figures.askVol ?? 0), 100),
    mark_price: rounded(row.markCoin, 1e4),
    mark_iv: float(row.markVolPercent),
    last_price: orNull(row.lastCoin),
    index_price: indexOf(coin, told),
    estimated_delivery_price: float(row.estimatedDeliveryPrice),
    settlement_price: rounded(row.markCoin, 1e8),
    open_interest: float(row.openInterest),
    min_price: rounded(Math.max(0.0001, row.markCoin / 2), 1e4),
    max_price: rounded(row.markCoin * 1.5 + 0.02, 1e4),
    interest_rate: "0.0",
    greeks: object({
      delta: rounded(figures.delta, 1e5),
      gamma: rounded(figures.gamma, 1e5),
      vega: rounded(figures.vega, 1e5),
      theta: rounded(figures.theta, 1e5),
      rho: "0.0",
    }),
    stats: object({
      volume: float(row.volume),
      volume_usd: float(row.volumeUsd),
      price_change: traded ? orNull(row.changePercent) : "null",
      low: orNull(row.lowCoin),
      high: orNull(row.highCoin),
    }),
  };
}

function futureTicker(row: FutureRow, coin: Coin, told: ToldMarket): Fields {
  const amount = (side: number): number => 10 * (1 + (hashName(`${row.instrument}${told.step}${side}`) % 20_000));
  const hasSide = (price: number): number | null => (price === 0 ? null : price);
  return {
    instrument_name: quoted(row.instrument),
    state: quoted("open"),
    ...sides(hasSide(row.bid), hasSide(row.ask), amount),
    mark_price: float(row.mark),
    last_price: float(row.last),
    index_price: indexOf(coin, told),
    estimated_delivery_price: float(row.estimatedDeliveryPrice),
    settlement_price: rounded(row.mark, 100),
    open_interest: String(Math.round(row.openInterestUsd)),
    min_price: rounded(row.mark * 0.985, 100),
    max_price: rounded(row.mark * 1.015, 100),
    ...(row.perpetual
      ? { current_funding: orNull(row.currentFunding), funding_8h: orNull(row.funding8h), interest_value: "0.0" }
      : {}),
    stats: object({
      volume: float(row.volumeCoin),
      volume_usd: float(row.volumeUsd),
      volume_notional: float(row.volumeUsd),
      price_change: float(row.changePercent),
      low: float(row.low),
      high: float(row.high),
    }),
  };
}

function indexOf(coin: Coin, told: ToldMarket): string {
  const price = told.index(coin);
  return price === null ? "null" : rounded(price, 100);
}
