/** The last day's figures that tickers carry beside the quote. They are scenery: consistent with it, and no more. */
import { type SpotBook, spotBookAt } from "../../sim/market/books.ts";
import { topSizes } from "../../sim/market/depth.ts";
import type { Candle } from "../../market/quote.ts";
import type { MarketModel } from "../../sim/market/model.ts";
import { hashName, hashUniform } from "../../sim/random.ts";

export type DayFigures = {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly vwap: number;
  readonly volume: number;
  readonly trades: number;
  readonly changePercent: number;
  /** Size of the last trade and of the best bid and ask. */
  readonly sizes: readonly [last: number, bid: number, ask: number];
};

/** What was traded in a bar, in coins. */
export type VolumeOf = (bar: Candle) => number;

export function dayFigures(model: MarketModel, book: SpotBook): DayFigures {
  const stream = hashName(`day:${book.spec.venue}:${book.spec.base}-${book.spec.quote}`);
  const open = spotBookAt(model, book.spec, 0)?.last ?? book.last;
  const traded = 900 + 2_000 * hashUniform(model.seed, stream, 1);
  return {
    open,
    high: Math.max(open, book.ask) * 1.006,
    low: Math.min(open, book.bid) * 0.993,
    vwap: (open + book.last) / 2,
    volume: traded + book.step * 0.0137,
    trades: Math.floor(20 * traded) + book.step,
    changePercent: 100 * (book.last / open - 1),
    sizes: topSizes(model, book),
  };
}
