/** Bitfinex: bare arrays of JSON numbers, with the noise of floats in their sizes, and no time. */
import type { BookLevel } from "../../sim/market/depth.ts";
import { tickDecimals } from "../../sim/market/venues.ts";
import { jsonAnswer, type VenueAnswer } from "../answer.ts";
import { bitfinexPair } from "../symbols.ts";
import type { VenueTarget } from "../venue-request.ts";
import { dayFigures } from "./day.ts";
import { bookOf, countOf, levelsAt, type Listed, type Scene } from "./scene.ts";

const LEVELS_MAX = 10_000;

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
  const book = /^\/v2\/book\/([A-Za-z0-9:]+)\/P([0-4])$/.exec(path);
  if (book !== null) {
    const found = bookOf(scene, "bitfinex", bitfinexPair(book[1]!));
    return found === null
      ? bitfinexUnknown()
      : orderBook(scene, found, Number(book[2]), countOf(query, "len", 25, 250));
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

/** Rows are price, orders and the amount, which is negative for asks; prices have five significant digits, less precision. */
function orderBook(scene: Scene, found: Listed, precision: number, most: number): VenueAnswer {
  const { bids, asks } = levelsAt(scene, found, LEVELS_MAX);
  const decimals = tickDecimals(found.spec);
  const side = (levels: readonly BookLevel[], way: 1 | -1): readonly unknown[] => {
    const rows = new Map<number, { count: number; amount: number }>();
    for (const { price, size } of levels) {
      const unit = 10 ** (Math.floor(Math.log10(price)) - 4 + precision);
      // Outward, so that no level gets nearer to the middle than its orders are.
      const units = way === 1 ? Math.floor(price / unit + 1e-9) : Math.ceil(price / unit - 1e-9);
      const at = Number((units * unit).toFixed(decimals));
      const row = rows.get(at) ?? { count: 0, amount: 0 };
      rows.set(at, { count: row.count + 1, amount: row.amount + size });
    }
    return [...rows].slice(0, most).map(([price, { count, amount }]) => [price, count, way * amount]);
  };
  return jsonAnswer(200, [...side(bids, 1), ...side(asks, -1)]);
}

export function bitfinexUnknown(): VenueAnswer {
  return jsonAnswer(500, ["error", 10020, "symbol: invalid"]);
}
