/** Binance spot: best bid and ask as strings with eight places, no last price, no time. */
import type { SpotBook } from "../../sim/market/books.ts";
import type { MarketModel } from "../../sim/market/model.ts";
import type { VenueAnswer } from "../answer.ts";
import type { Pair } from "../request.ts";
import { dayFigures } from "./day.ts";

const TYPE = "application/json;charset=UTF-8";

export function binanceBookTicker(model: MarketModel, pair: Pair, book: SpotBook | null): VenueAnswer {
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

export function binanceUnknown(): VenueAnswer {
  return { status: 400, contentType: TYPE, body: JSON.stringify({ code: -1121, msg: "Invalid symbol." }) };
}
