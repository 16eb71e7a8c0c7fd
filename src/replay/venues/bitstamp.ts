/** Bitstamp: all strings, whole seconds, JSON with Python's spaces. */
import type { SpotBook } from "../../sim/market/books.ts";
import type { MarketModel } from "../../sim/market/model.ts";
import { HTML_TYPE, type VenueAnswer } from "../answer.ts";
import { dayFigures } from "./day.ts";

export function bitstampTicker(model: MarketModel, book: SpotBook | null, timeMs: number): VenueAnswer {
  const timestamp = String(Math.floor(timeMs / 1000));
  if (book === null) {
    const zero = "0";
    return spaced({
      timestamp,
      open: zero,
      high: zero,
      low: zero,
      last: zero,
      volume: zero,
      vwap: zero,
      bid: zero,
      ask: zero,
      side: zero,
      open_24: zero,
      percent_change_24: "0.00",
    });
  }
  const decimals = book.spec.base === "BTC" ? 0 : book.spec.base === "ETH" ? 1 : 5;
  const price = (value: number): string => value.toFixed(decimals);
  const day = dayFigures(model, book);
  return spaced({
    timestamp,
    open: price(day.open),
    high: price(day.high),
    low: price(day.low),
    last: price(book.last),
    volume: day.volume.toFixed(8),
    vwap: price(day.vwap),
    bid: price(book.bid),
    ask: price(book.ask),
    side: book.last === book.ask ? "0" : "1",
    open_24: price(day.open),
    percent_change_24: day.changePercent.toFixed(2),
  });
}

/** What Python's json.dumps makes of a flat object of strings. */
function spaced(fields: Readonly<Record<string, string>>): VenueAnswer {
  const members = Object.entries(fields).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return { status: 200, contentType: "application/json", body: `{${members.join(", ")}}` };
}

/** An unknown pair is a web page. */
export function bitstampUnknown(): VenueAnswer {
  return {
    status: 404,
    contentType: HTML_TYPE,
    body: "<!DOCTYPE html><html><head><title>404</title></head><body>Page not found</body></html>",
  };
}
