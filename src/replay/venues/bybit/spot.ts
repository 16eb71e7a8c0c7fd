/** Bybit's spot books: strings without zeros at the end. */
import type { BookLevel } from "../../../sim/market/depth.ts";
import { SPOT_BOOKS, tickDecimals } from "../../../sim/market/venues.ts";
import type { VenueAnswer } from "../../answer.ts";
import { splitSymbol } from "../../symbols.ts";
import { dayFigures } from "../day.ts";
import { trimmed } from "../decimals.ts";
import { bookOf, countOf, levelsAt, type Listed, type Scene } from "../scene.ts";
import { bybitResult, bybitUnknown } from "./envelope.ts";

/** @param symbol null: all of them */
export function bybitSpotTickers(scene: Scene, symbol: string | null): VenueAnswer {
  const pairs = symbol === null ? SPOT_BOOKS.filter(({ venue }) => venue === "bybit") : [splitSymbol(symbol)];
  const listed = pairs.map((pair) => bookOf(scene, "bybit", pair)).filter((found) => found !== null);
  if (symbol !== null && listed.length === 0) return bybitUnknown(scene.timeMs);
  return bybitResult({ category: "spot", list: listed.map((found) => tickerRow(scene, found)) }, scene.timeMs);
}

export function bybitBook(scene: Scene, query: URLSearchParams): VenueAnswer {
  const { step, timeMs } = scene;
  const found = bookOf(scene, "bybit", splitSymbol(query.get("symbol") ?? ""));
  if (found === null) return bybitUnknown(timeMs);
  const { bids, asks } = levelsAt(scene, found, countOf(query, "limit", 1, 200));
  const row = ({ price, size }: BookLevel): unknown => [trimmed(price, tickDecimals(found.spec)), trimmed(size, 6)];
  const ts = Math.floor(timeMs);
  const s = `${found.pair.base}${found.pair.quote}`;
  const book = { s, a: asks.map(row), b: bids.map(row), ts, u: 230_704 + step, seq: 1_432_604_333 + step, cts: ts };
  return bybitResult(book, timeMs);
}

function tickerRow({ model, step }: Scene, { pair, spec, book }: Listed): unknown {
  const day = book === null ? null : dayFigures(model, book);
  const of = (value: number | undefined): string => (value === undefined ? "" : trimmed(value, tickDecimals(spec)));
  const size = (which: 1 | 2): string => (day === null ? "" : trimmed(day.sizes[which], 6));
  const isCoin = spec.base !== "USDT" && spec.base !== "USDC";
  const usd = isCoin ? model.spotUsd(spec.base, step) : null;
  return {
    symbol: `${pair.base}${pair.quote}`,
    bid1Price: of(book?.bid),
    bid1Size: size(1),
    ask1Price: of(book?.ask),
    ask1Size: size(2),
    lastPrice: of(book?.last),
    prevPrice24h: of(day?.open),
    price24hPcnt: trimmed((day?.changePercent ?? 0) / 100, 4),
    highPrice24h: of(day?.high),
    lowPrice24h: of(day?.low),
    turnover24h: trimmed((day?.volume ?? 0) * (book?.last ?? 0), 8),
    volume24h: trimmed(day?.volume ?? 0, 6),
    usdIndexPrice: usd === null ? "" : trimmed(usd, 6),
  };
}
