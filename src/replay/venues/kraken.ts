/** Kraken: answers under its own pair names, without any time, and says errors with HTTP 200. */
import type { SpotBook } from "../../sim/market/books.ts";
import type { MarketModel } from "../../sim/market/model.ts";
import { jsonAnswer, type VenueAnswer } from "../answer.ts";
import type { Pair } from "../request.ts";
import { dayFigures } from "./day.ts";

const ANSWER_KEYS: Readonly<Record<string, string>> = {
  "BTC-USD": "XXBTZUSD",
  "ETH-USD": "XETHZUSD",
  "USDT-USD": "USDTZUSD",
  "USDC-USD": "USDCUSD",
  "BTC-USDC": "XBTUSDC",
  "ETH-USDC": "ETHUSDC",
};

export type KrakenRow = { readonly pair: Pair; readonly book: SpotBook | null };

export function krakenTicker(model: MarketModel, rows: readonly KrakenRow[]): VenueAnswer {
  const result: Record<string, unknown> = {};
  for (const { pair, book } of rows) {
    result[ANSWER_KEYS[`${pair.base}-${pair.quote}`] ?? `${pair.base}${pair.quote}`] = tickerRow(model, pair, book);
  }
  return jsonAnswer(200, { error: [], result });
}

function tickerRow(model: MarketModel, pair: Pair, book: SpotBook | null): unknown {
  // Prices carry five places on coins and eight on stablecoins, whatever the tick.
  const decimals = pair.base === "BTC" || pair.base === "ETH" ? 5 : 8;
  const price = (value: number): string => value.toFixed(decimals);
  if (book === null) {
    const side = [price(0), "0", "0.000"];
    const two = [price(0), price(0)];
    return {
      a: side,
      b: side,
      c: [price(0), "0.00000000"],
      v: ["0.00000000", "0.00000000"],
      p: two,
      t: [0, 0],
      l: two,
      h: two,
      o: price(0),
    };
  }
  const day = dayFigures(model, book);
  const lots = (size: number): [string, string] => [String(Math.ceil(size)), Math.ceil(size).toFixed(3)];
  return {
    a: [price(book.ask), ...lots(day.sizes[2])],
    b: [price(book.bid), ...lots(day.sizes[1])],
    c: [price(book.last), day.sizes[0].toFixed(8)],
    v: [(day.volume * 0.6).toFixed(8), day.volume.toFixed(8)],
    p: [price(day.vwap), price(day.vwap)],
    t: [Math.floor(day.trades * 0.6), day.trades],
    l: [price(day.low), price(day.low)],
    h: [price(day.high), price(day.high)],
    o: price(day.open),
  };
}

export function krakenUnknown(): VenueAnswer {
  return jsonAnswer(200, { error: ["EQuery:Unknown asset pair"] });
}
