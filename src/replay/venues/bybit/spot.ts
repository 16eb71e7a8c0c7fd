/** Bybit's spot books: strings without zeros at the end. */
import { SPOT_BOOKS, tickDecimals } from "../../../sim/market/venues.ts";
import type { VenueAnswer } from "../../answer.ts";
import { splitSymbol } from "../../symbols.ts";
import { dayFigures } from "../day.ts";
import { trimmed } from "../decimals.ts";
import { bookOf, type Listed, type Scene } from "../scene.ts";
import { bybitResult, bybitUnknown } from "./envelope.ts";

/** @param symbol null: all of them */
export function bybitSpotTickers(scene: Scene, symbol: string | null): VenueAnswer {
  const pairs = symbol === null ? SPOT_BOOKS.filter(({ venue }) => venue === "bybit") : [splitSymbol(symbol)];
  const listed = pairs.map((pair) => bookOf(scene, "bybit", pair)).filter((found) => found !== null);
  if (symbol !== null && listed.length === 0) return bybitUnknown(scene.timeMs);
  return bybitResult({ category: "spot", list: listed.map((found) => tickerRow(scene, found)) }, scene.timeMs);
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
