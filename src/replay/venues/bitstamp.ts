/** Bitstamp: all strings, whole seconds, JSON with Python's spaces. */
import type { SpotBook } from "../../sim/market/books.ts";
import type { Candle } from "../../market/quote.ts";
import type { MarketModel } from "../../sim/market/model.ts";
import { tickDecimals } from "../../sim/market/venues.ts";
import { HTML_TYPE, type VenueAnswer } from "../answer.ts";
import type { Pair, VenueTarget } from "../venue-request.ts";
import { splitSymbol } from "../symbols.ts";
import { dayFigures, type VolumeOf } from "./day.ts";
import { bookOf, type Scene } from "./scene.ts";

export function answerBitstamp(scene: Scene, { path }: VenueTarget): VenueAnswer {
  const match = /^\/api\/v2\/ticker\/([a-z0-9]+)\/?$/.exec(path);
  const found = bookOf(scene, "bitstamp", match && splitSymbol(match[1]!.toUpperCase()));
  return found === null ? bitstampUnknown() : ticker(scene.model, found.book, scene.timeMs);
}

function ticker(model: MarketModel, book: SpotBook | null, timeMs: number): VenueAnswer {
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
  const decimals = tickDecimals(book.spec);
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

/** What Python's json.dumps makes of strings in objects and lists. */
function spaced(fields: Spaced): VenueAnswer {
  return { status: 200, contentType: "application/json", body: pythonJson(fields) };
}

type Spaced = string | readonly Spaced[] | { readonly [key: string]: Spaced };

function pythonJson(value: Spaced): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(pythonJson).join(", ")}]`;
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${pythonJson(member)}`);
  return `{${members.join(", ")}}`;
}

function isList(value: Spaced): value is readonly Spaced[] {
  return Array.isArray(value);
}

/** Ascending; volumes are scenery. */
export function bitstampOhlc(pair: Pair, bars: readonly Candle[], decimals: number, volumeOf: VolumeOf): VenueAnswer {
  const ohlc = bars.map((bar) => ({
    close: bar.close.toFixed(decimals),
    high: bar.high.toFixed(decimals),
    low: bar.low.toFixed(decimals),
    open: bar.open.toFixed(decimals),
    timestamp: String(bar.openMs / 1000),
    volume: volumeOf(bar).toFixed(8),
  }));
  return spaced({ data: { ohlc, pair: `${pair.base}/${pair.quote}` } });
}

export function bitstampBadParameter(name: string): VenueAnswer {
  return { ...spaced({ code: "validation-error", errors: [{ field: name, message: "Invalid value" }] }), status: 400 };
}

/** An unknown pair is a web page. */
export function bitstampUnknown(): VenueAnswer {
  return {
    status: 404,
    contentType: HTML_TYPE,
    body: "<!DOCTYPE html><html><head><title>404</title></head><body>Page not found</body></html>",
  };
}
