/** Bitfinex: bare arrays of JSON numbers, with the noise of floats in their sizes, and no time. */
import { tickDecimals } from "../../sim/market/venues.ts";
import { jsonAnswer, type VenueAnswer } from "../answer.ts";
import { bitfinexPair } from "../symbols.ts";
import type { VenueTarget } from "../venue-request.ts";
import { dayFigures } from "./day.ts";
import { bookOf, type Listed, type Scene } from "./scene.ts";

export function answerBitfinex(scene: Scene, { path, query }: VenueTarget): VenueAnswer {
  if (path === "/v2/platform/status") return jsonAnswer(200, [1]);
  if (path === "/v2/tickers") {
    // What it does not know is missing from the list, without a word.
    const symbols = (query.get("symbols") ?? "").split(",");
    const rows = symbols.flatMap((symbol) => {
      const found = bookOf(scene, "bitfinex", bitfinexPair(symbol));
      return found === null ? [] : [[symbol, ...tickerRow(scene, found)]];
    });
    return jsonAnswer(200, rows);
  }
  const match = /^\/v2\/ticker\/([A-Za-z0-9:]+)$/.exec(path);
  if (match === null) return jsonAnswer(404, { message: "Not Found" });
  const found = bookOf(scene, "bitfinex", bitfinexPair(match[1]!));
  return found === null ? bitfinexUnknown() : jsonAnswer(200, tickerRow(scene, found));
}

/** Bid, its size, ask, its size, the day's change, the same as a ratio, last, volume, high, low. */
function tickerRow({ model }: Scene, { spec, book }: Listed): readonly (number | null)[] {
  if (book === null) return [null, null, null, null, null, null, null, 0, null, null];
  const on = (price: number): number => Number(price.toFixed(tickDecimals(spec)));
  const day = dayFigures(model, book);
  const change = on(book.last - day.open);
  return [
    on(book.bid),
    day.sizes[1],
    on(book.ask),
    day.sizes[2],
    change,
    Number((change / day.open).toFixed(8)),
    on(book.last),
    Number(day.volume.toFixed(8)),
    on(day.high),
    on(day.low),
  ];
}

export function bitfinexUnknown(): VenueAnswer {
  return jsonAnswer(500, ["error", 10020, "symbol: invalid"]);
}
