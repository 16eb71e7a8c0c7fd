/** Binance spot: best bid and ask as strings with eight places, no last price, no time. */
import type { Candle } from "../../../market/quote.ts";
import type { BookLevel } from "../../../sim/market/depth.ts";
import type { MarketModel } from "../../../sim/market/model.ts";
import type { VenueAnswer } from "../../answer.ts";
import { splitSymbol } from "../../symbols.ts";
import { dayFigures, type VolumeOf } from "../day.ts";
import { bookOf, countOf, levelsAt, type Listed, type Scene } from "../scene.ts";

const TYPE = "application/json;charset=UTF-8";

export function binanceJson(value: unknown, headers: Readonly<Record<string, string>> = {}): VenueAnswer {
  return { status: 200, contentType: TYPE, body: JSON.stringify(value), headers };
}

export function binanceBookTicker(scene: Scene, query: URLSearchParams): VenueAnswer {
  const found = bookOf(scene, "binance", splitSymbol(query.get("symbol") ?? ""));
  return found === null ? binanceUnknown() : bookTicker(scene.model, found);
}

/** Levels as price and size, and no time. */
export function binanceDepth(scene: Scene, query: URLSearchParams): VenueAnswer {
  const found = bookOf(scene, "binance", splitSymbol(query.get("symbol") ?? ""));
  if (found === null) return binanceUnknown();
  const most = countOf(query, "limit", 100, 5_000);
  const { bids, asks } = levelsAt(scene, found, most);
  const row = ({ price, size }: BookLevel): unknown => [price.toFixed(8), size.toFixed(8)];
  const weight = most <= 100 ? 5 : most <= 500 ? 25 : most <= 1_000 ? 50 : 250;
  return binanceJson(
    { lastUpdateId: 33_933_317_943 + scene.step, bids: bids.map(row), asks: asks.map(row) },
    { "x-mbx-used-weight-1m": String(weight) },
  );
}

function bookTicker(model: MarketModel, { pair, book }: Listed): VenueAnswer {
  const sizes = book === null ? [0, 0, 0] : dayFigures(model, book).sizes;
  const body = {
    symbol: `${pair.base}${pair.quote}`,
    bidPrice: (book?.bid ?? 0).toFixed(8),
    bidQty: sizes[1].toFixed(8),
    askPrice: (book?.ask ?? 0).toFixed(8),
    askQty: sizes[2].toFixed(8),
  };
  return binanceJson(body, { "x-mbx-used-weight-1m": "2" });
}

/** Mixed numbers and strings; a bar under way has the closing time it will have. */
export function binanceKlines(bars: readonly Candle[], intervalMs: number, volumeOf: VolumeOf): VenueAnswer {
  const rows = bars.map((bar) => {
    const volume = volumeOf(bar);
    return [
      bar.openMs,
      bar.open.toFixed(8),
      bar.high.toFixed(8),
      bar.low.toFixed(8),
      bar.close.toFixed(8),
      volume.toFixed(8),
      bar.openMs + intervalMs - 1,
      (volume * bar.close).toFixed(8),
      Math.ceil(20 * volume),
      (volume / 2).toFixed(8),
      ((volume * bar.close) / 2).toFixed(8),
      "0",
    ];
  });
  return binanceJson(rows, { "x-mbx-used-weight-1m": "2" });
}

export function binanceRefusal(code: number, msg: string): VenueAnswer {
  return { status: 400, contentType: TYPE, body: JSON.stringify({ code, msg }) };
}

export function binanceUnknown(): VenueAnswer {
  return binanceRefusal(-1121, "Invalid symbol.");
}
