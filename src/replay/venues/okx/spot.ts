/** OKX's spot books: strings without zeros at the end, "" where there is no quote. */
import { SPOT_BOOKS, tickDecimals } from "../../../sim/market/venues.ts";
import type { VenueAnswer } from "../../answer.ts";
import { dashedPair } from "../../symbols.ts";
import { dayFigures } from "../day.ts";
import { trimmed } from "../decimals.ts";
import { bookOf, type Listed, type Scene } from "../scene.ts";
import { okxData, okxUnknown } from "./envelope.ts";

export function okxSpotTicker(scene: Scene, instId: string): VenueAnswer {
  const found = bookOf(scene, "okx", dashedPair(instId));
  return found === null ? okxUnknown() : okxData([tickerRow(scene, found)]);
}

export function okxSpotTickers(scene: Scene): VenueAnswer {
  const listed = SPOT_BOOKS.filter(({ venue }) => venue === "okx").map((spec) => bookOf(scene, "okx", spec));
  return okxData(listed.filter((found) => found !== null).map((found) => tickerRow(scene, found)));
}

function tickerRow({ model, timeMs }: Scene, { pair, spec, book }: Listed): unknown {
  const price = (value: number): string => trimmed(value, tickDecimals(spec));
  const day = book === null ? null : dayFigures(model, book);
  const of = (value: number | undefined): string => (value === undefined ? "" : price(value));
  const size = (which: 0 | 1 | 2): string => (day === null ? "0" : trimmed(day.sizes[which], 8));
  return {
    instType: "SPOT",
    instId: `${pair.base}-${pair.quote}`,
    last: of(book?.last),
    lastSz: size(0),
    askPx: of(book?.ask),
    askSz: size(2),
    bidPx: of(book?.bid),
    bidSz: size(1),
    open24h: of(day?.open),
    high24h: of(day?.high),
    low24h: of(day?.low),
    volCcy24h: trimmed((day?.volume ?? 0) * (book?.last ?? 0), 8),
    vol24h: trimmed(day?.volume ?? 0, 8),
    ts: String(Math.floor(timeMs)),
    sodUtc0: of(day?.open),
    sodUtc8: of(day?.open),
  };
}
