/** Gemini: strings with more places than the tick has, the time of the minute, and errors with a result member. */
import { tickDecimals } from "../../sim/market/venues.ts";
import { JSON_TYPE, jsonAnswer, type VenueAnswer } from "../answer.ts";
import { splitSymbol } from "../symbols.ts";
import type { VenueTarget } from "../venue-request.ts";
import { dayFigures } from "./day.ts";
import { trimmed } from "./decimals.ts";
import { bookOf, type Listed, type Scene } from "./scene.ts";

const PATH = /^\/(v1\/pubticker|v2\/ticker)\/([a-z0-9]+)$/i;
const MINUTE_MS = 60_000;
const HOURS = 24;

export function answerGemini(scene: Scene, { path }: VenueTarget): VenueAnswer {
  const match = PATH.exec(path);
  if (match === null) return geminiError(404, "EndpointNotFound", `API entry point \`${path}\` not found`);
  const [, endpoint, symbol] = match;
  const found = bookOf(scene, "gemini", splitSymbol(symbol!.toUpperCase()));
  if (found === null) return geminiUnknown(symbol!);
  return endpoint!.toLowerCase() === "v2/ticker" ? secondTicker(scene, found) : firstTicker(scene, found);
}

function firstTicker({ model, timeMs }: Scene, { pair, spec, book }: Listed): VenueAnswer {
  const timestamp = Math.floor(timeMs / MINUTE_MS) * MINUTE_MS;
  if (book === null) {
    const volume = { [pair.base]: "0", [pair.quote]: "0", timestamp };
    return jsonAnswer(200, { bid: null, ask: null, last: null, volume });
  }
  const price = (value: number): string => value.toFixed(tickDecimals(spec) + 3);
  const { volume } = dayFigures(model, book);
  return jsonAnswer(200, {
    bid: price(book.bid),
    ask: price(book.ask),
    last: price(book.last),
    volume: {
      [pair.base]: trimmed(volume, 8),
      [pair.quote]: trimmed(Math.round(1e6 * volume * book.last) / 1e6, 10),
      timestamp,
    },
  });
}

/** Without any time, and with the closes of the last hours, newest first. */
function secondTicker({ model }: Scene, { pair, spec, book }: Listed): VenueAnswer {
  const symbol = `${pair.base}${pair.quote}`;
  if (book === null) {
    const none = { open: null, high: null, low: null, close: null, changes: [], bid: null, ask: null };
    return jsonAnswer(200, { symbol, ...none });
  }
  const price = (value: number): string => trimmed(value, tickDecimals(spec));
  const day = dayFigures(model, book);
  const changes = Array.from({ length: HOURS }, (_, hour) =>
    price(book.last + ((day.open - book.last) * (hour + 1)) / HOURS),
  );
  return jsonAnswer(200, {
    symbol,
    open: price(day.open),
    high: price(day.high),
    low: price(day.low),
    close: price(book.last),
    changes,
    bid: price(book.bid),
    ask: price(book.ask),
  });
}

export function geminiError(status: number, reason: string, message: string): VenueAnswer {
  return { status, contentType: JSON_TYPE, body: JSON.stringify({ result: "error", reason, message }) };
}

export function geminiUnknown(symbol: string): VenueAnswer {
  return geminiError(
    400,
    "Bad Request",
    `Supplied value '${symbol}' is not a valid symbol. Please correct your API request to use one of the supported symbols: [btcusd, ethusd, solusd]`,
  );
}
