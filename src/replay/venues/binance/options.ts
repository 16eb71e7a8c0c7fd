/**
 * Binance's options service, in USDT: marks and vols apart from the books, and an index. "-1.0" is a vol that nobody quotes,
 * "0" such a price. Premiums are undiscounted and hang on each expiry's own forward, which is printed nowhere.
 */
import { venueIndex } from "../../../sim/market/index-price.ts";
import type { Coin } from "../../../sim/market/model.ts";
import { YEAR_MS } from "../../../sim/market/pricing.ts";
import { coinsOf, contractCoin, figuresOf, printedOptions, type PrintedOption } from "../board.ts";
import { trimmed } from "../decimals.ts";
import type { Scene } from "../scene.ts";

const NO_VOL = "-1.0";
/** Of a price below what exercise would bring. */
const NO_ROOT = "-0.00000001";

/** @param symbol null: those of every coin */
export function optionMarks(scene: Scene, symbol: string | null): readonly unknown[] {
  return asked(scene, symbol, (option, index) => markRow(scene, option, index));
}

/** @param symbol null: those of every coin */
export function optionTickers(scene: Scene, symbol: string | null): readonly unknown[] {
  return asked(scene, symbol, tickerRow);
}

/** USDT; null where there is no such underlying, or no price of it. */
export function optionIndex(scene: Scene, underlying: string): number | null {
  const coin = underlying.endsWith("USDT") ? contractCoin(scene, underlying.slice(0, -4)) : null;
  return coin === null ? null : indexOf(scene, coin);
}

function indexOf({ model, step }: Scene, coin: Coin): number | null {
  const [usd, usdt] = [venueIndex(model, "binance", coin, step), model.stableUsd("USDT", step)];
  return usd === null || usdt === null ? null : usd / usdt;
}

function asked(
  scene: Scene,
  symbol: string | null,
  row: (option: PrintedOption, index: number) => unknown,
): readonly unknown[] {
  return coinsOf(scene).flatMap((coin) => {
    const index = indexOf(scene, coin);
    if (index === null || (symbol !== null && !symbol.startsWith(`${coin}-`))) return [];
    return printedOptions(scene, "binance", coin)
      .filter(({ name }) => symbol === null || name === symbol)
      .map((option) => row(option, index));
  });
}

function markRow(scene: Scene, option: PrintedOption, index: number): unknown {
  const { row, mark } = option;
  const { greeks, vol, bidVol, askVol } = figuresOf(scene, option);
  const years = (row.expiryMs - scene.timeMs) / YEAR_MS;
  const side = (value: number | null): string => (value === null ? NO_VOL : value < 1e-6 ? NO_ROOT : trimmed(value, 8));
  return {
    symbol: option.name,
    markPrice: trimmed(mark, 3),
    bidIV: side(bidVol),
    askIV: side(askVol),
    markIV: trimmed(vol, 8),
    delta: trimmed(greeks.delta, 8),
    theta: trimmed(greeks.theta, 8),
    gamma: trimmed(greeks.gamma, 8),
    vega: trimmed(greeks.vega, 8),
    highPriceLimit: trimmed(mark + 0.1 * index, 1),
    lowPriceLimit: trimmed(Math.max(5, mark - 0.1 * index), 1),
    riskFreeInterest: trimmed(Math.log(row.underlyingPrice / index) / years, 4),
  };
}

function tickerRow(option: PrintedOption, index: number): unknown {
  const { row, last } = option;
  const price = (value: number | null): string => trimmed(value ?? 0, 2);
  return {
    symbol: option.name,
    priceChange: "0",
    priceChangePercent: "0",
    lastPrice: price(last),
    lastQty: "0",
    open: price(last),
    high: price(last),
    low: price(last),
    volume: trimmed(row.volume, 2),
    amount: trimmed(row.volume * (last ?? 0), 2),
    bidPrice: price(option.bid),
    askPrice: price(option.ask),
    // Of an option that was not traded for a day.
    openTime: 0,
    closeTime: 0,
    firstTradeId: 0,
    tradeCount: 0,
    strikePrice: String(row.strike),
    exercisePrice: trimmed(index, 8),
  };
}
