/** Bybit's options, in USDC: premiums in dollars, vols as decimals, "0" for whatever nobody quotes. */
import { venueIndex } from "../../../sim/market/index-price.ts";
import type { Coin } from "../../../sim/market/model.ts";
import { VOL_CAP } from "../../../sim/market/option-figures.ts";
import { figuresOf, printedOptions, type PrintedOption } from "../board.ts";
import { trimmed } from "../decimals.ts";
import type { Scene } from "../scene.ts";

/** @param want of a symbol, or of an expiry such as 27DEC24; null: all */
export function optionTickers(scene: Scene, coin: Coin, want: string | null): readonly unknown[] {
  const { model, step } = scene;
  const usdc = model.stableUsd("USDC", step);
  const index = venueIndex(model, "bybit", coin, step);
  if (usdc === null || index === null) return [];
  const indexPrice = trimmed(index / usdc, 8);
  return optionsAsked(scene, coin, want).map((option) => tickerRow(scene, option, indexPrice));
}

export function optionsAsked(scene: Scene, coin: Coin, want: string | null): readonly PrintedOption[] {
  const options = printedOptions(scene, "bybit", coin);
  return want === null ? options : options.filter(({ name }) => name === want || name.includes(`-${want}-`));
}

function tickerRow(scene: Scene, option: PrintedOption, indexPrice: string): unknown {
  const { row, last } = option;
  const { greeks, vol, bidVol, askVol } = figuresOf(scene, option);
  const number = (value: number): string => trimmed(value, 8);
  const price = (value: number | null): string => trimmed(value ?? 0, 2);
  const printedVol = (value: number | null): string => trimmed(Math.min(value ?? 0, VOL_CAP), 4);
  const turnover = row.volume * row.underlyingPrice;
  return {
    symbol: option.name,
    bid1Price: price(option.bid),
    bid1Size: trimmed(option.bidSize, 2),
    bid1Iv: printedVol(bidVol),
    ask1Price: price(option.ask),
    ask1Size: trimmed(option.askSize, 2),
    ask1Iv: printedVol(askVol),
    lastPrice: price(last),
    highPrice24h: price(last),
    lowPrice24h: price(last),
    markPrice: number(option.mark),
    indexPrice,
    markIv: trimmed(vol, 4),
    underlyingPrice: number(row.underlyingPrice),
    openInterest: trimmed(row.openInterest, 2),
    turnover24h: trimmed(turnover, 4),
    volume24h: trimmed(row.volume, 2),
    totalVolume: String(Math.round(10 * row.openInterest)),
    totalTurnover: String(Math.round(10 * row.openInterest * row.underlyingPrice)),
    delta: number(greeks.delta),
    gamma: number(greeks.gamma),
    vega: number(greeks.vega),
    theta: number(greeks.theta),
    predictedDeliveryPrice: "0",
    change24h: trimmed((row.changePercent ?? 0) / 100, 8),
  };
}
