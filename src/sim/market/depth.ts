/**
 * A spot book's levels at one step. They stand at prices of a fixed grid, each with a size that changes now and then, so that
 * from step to step most of the book stays as it was; the best bid and ask are the book's own. What lies within 1 % of the
 * middle is a plausible amount of money for that venue and pair, see `MONEY_WITHIN_1_PERCENT`.
 */
import type { SpotVenue } from "../../market/venue.ts";
import { hashName, hashUniform } from "../random.ts";
import type { SpotBook } from "./books.ts";
import type { MarketModel } from "./model.ts";
import { smoothNoise } from "./noise.ts";
import type { SpotBookSpec } from "./venues.ts";

/** Quote currency for one coin, and coins. */
export type BookLevel = { readonly price: number; readonly size: number };
export type BookLevels = { readonly bids: readonly BookLevel[]; readonly asks: readonly BookLevel[] };

/** Quote currency on each side of BTC's dollar or USDT book. */
const MONEY_WITHIN_1_PERCENT: Readonly<Record<SpotVenue, number>> = {
  coinbase: 14e6,
  kraken: 7e6,
  bitstamp: 4e6,
  binance: 22e6,
  okx: 10e6,
  bybit: 9e6,
  gemini: 1.5e6,
  bitfinex: 5e6,
};
/** Share of it in the other coins' books. */
const COIN_SHARE = { BTC: 1, ETH: 0.6, SOL: 0.25, USDT: 0.5, USDC: 0.5 };
const USDC_SHARE = 0.1;
/** Largest relative swing of a book's depth over minutes. */
const SWING = 0.3;
const SWING_KNOT_STEPS = 480;

/** How far the levels reach, relative; a venue shows the best of them. */
const REACH = 0.016;
/** Levels of one side, about. */
const LEVELS: Readonly<Record<SpotVenue, number>> = {
  coinbase: 400,
  kraken: 300,
  bitstamp: 250,
  binance: 500,
  okx: 240,
  bybit: 150,
  gemini: 150,
  bitfinex: 300,
};
/** Steps for which one level keeps its size. */
const SIZE_KNOT_STEPS = 24;

/** Sizes of the last trade and of the best bid and ask, coins. */
export function topSizes(model: MarketModel, book: SpotBook): readonly [last: number, bid: number, ask: number] {
  const stream = hashName(`day:${book.spec.venue}:${book.spec.base}-${book.spec.quote}`);
  const size = (which: number): number => 0.0001 + 2 * hashUniform(model.seed, stream, book.step, which);
  return [size(2), size(3), size(4)];
}

/** Best first; the best are the book's bid and ask with `topSizes`. */
export function levelsOf(model: MarketModel, book: SpotBook): BookLevels {
  const [, bidSize, askSize] = topSizes(model, book);
  return {
    bids: [{ price: book.bid, size: bidSize }, ...gridLevels(model, book, -1)],
    asks: [{ price: book.ask, size: askSize }, ...gridLevels(model, book, 1)],
  };
}

function gridLevels(model: MarketModel, { spec, step, bid, ask }: SpotBook, side: 1 | -1): readonly BookLevel[] {
  const { tick } = spec;
  const middle = (bid + ask) / 2;
  const stream = hashName(`depth:${spec.venue}:${spec.base}-${spec.quote}:${side}`);
  const gapTicks = roundTicks((REACH * middle) / tick / LEVELS[spec.venue]);
  const coins = (moneyWithin(model, spec, step, stream) * gapTicks * tick) / (0.01 * middle) / middle;
  const bestTicks = Math.round((side === 1 ? ask : bid) / tick);
  const first = side === 1 ? Math.floor(bestTicks / gapTicks) + 1 : Math.ceil(bestTicks / gapTicks) - 1;
  const last = (middle * (1 + side * REACH)) / tick / gapTicks;
  const levels: BookLevel[] = [];
  for (let at = first; side === 1 ? at <= last : at >= last; at += side) {
    // Each level changes its size in a step of its own.
    const shift = Math.floor(SIZE_KNOT_STEPS * hashUniform(stream, at));
    const period = Math.floor((step + shift) / SIZE_KNOT_STEPS);
    levels.push({
      price: at * gapTicks * tick,
      size: coins * (0.4 + 1.2 * hashUniform(model.seed, stream, at, period)),
    });
  }
  return levels;
}

function moneyWithin(model: MarketModel, spec: SpotBookSpec, step: number, stream: number): number {
  const quoteShare = spec.quote === "USDC" ? USDC_SHARE : 1;
  const swing = 1 + SWING * smoothNoise(model.seed, stream, step, SWING_KNOT_STEPS);
  return MONEY_WITHIN_1_PERCENT[spec.venue] * COIN_SHARE[spec.base] * quoteShare * swing;
}

/** 1, 2 or 5 times a power of ten, not above the wanted number; at least 1. */
function roundTicks(wanted: number): number {
  let unit = 1;
  while (unit * 10 <= wanted) unit *= 10;
  const mantissa = wanted / unit;
  return unit * (mantissa >= 5 ? 5 : mantissa >= 2 ? 2 : 1);
}

export type TrueDepth = { readonly down: number; readonly up: number };

/** Quote currency between the best price and 1 % from the middle: all that a whole book would say. */
export function trueDepth(model: MarketModel, book: SpotBook): TrueDepth {
  const { bids, asks } = levelsOf(model, book);
  const middle = book.bid + 0.5 * (book.ask - book.bid);
  const sum = (levels: readonly BookLevel[], isWithin: (price: number) => boolean): number =>
    levels.filter(({ price }) => isWithin(price)).reduce((total, { price, size }) => total + price * size, 0);
  return {
    down: sum(bids, (price) => price >= middle * 0.99),
    up: sum(asks, (price) => price <= middle * 1.01),
  };
}
