/** Binance spot: best bid and ask as strings with eight places, no last price, no time. */
import type { Candle } from "../../market/quote.ts";
import type { MarketModel } from "../../sim/market/model.ts";
import { HTML_TYPE, type VenueAnswer } from "../answer.ts";
import type { VenueTarget } from "../venue-request.ts";
import { splitSymbol } from "../symbols.ts";
import { dayFigures, type VolumeOf } from "./day.ts";
import { bookOf, type Listed, type Scene } from "./scene.ts";

const TYPE = "application/json;charset=UTF-8";

export function answerBinance(scene: Scene, { path, query }: VenueTarget): VenueAnswer {
  switch (path) {
    case "/api/v3/ping":
      return { status: 200, contentType: TYPE, body: "{}" };
    case "/api/v3/ticker/bookTicker": {
      const found = bookOf(scene, "binance", splitSymbol(query.get("symbol") ?? ""));
      return found === null ? binanceUnknown() : bookTicker(scene.model, found);
    }
    default:
      return { status: 404, contentType: HTML_TYPE, body: "<html><body><h2>404 Not found</h2></body></html>" };
  }
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
  return { status: 200, contentType: TYPE, body: JSON.stringify(body), headers: { "x-mbx-used-weight-1m": "2" } };
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
  const headers = { "x-mbx-used-weight-1m": "2" };
  return { status: 200, contentType: TYPE, body: JSON.stringify(rows), headers };
}

export function binanceRefusal(code: number, msg: string): VenueAnswer {
  return { status: 400, contentType: TYPE, body: JSON.stringify({ code, msg }) };
}

export function binanceUnknown(): VenueAnswer {
  return { status: 400, contentType: TYPE, body: JSON.stringify({ code: -1121, msg: "Invalid symbol." }) };
}
