/** Coinbase Exchange: strings, ISO time of the last trade in microseconds. */
import type { SpotBook } from "../../sim/market/books.ts";
import type { Candle } from "../../market/quote.ts";
import type { MarketModel } from "../../sim/market/model.ts";
import { tickDecimals } from "../../sim/market/venues.ts";
import { hashUniform } from "../../sim/random.ts";
import { jsonAnswer, type VenueAnswer } from "../answer.ts";
import { dashedPair } from "../symbols.ts";
import type { VenueTarget } from "../venue-request.ts";
import { dayFigures, type VolumeOf } from "./day.ts";
import { bookOf, type Scene } from "./scene.ts";

export function answerCoinbase(scene: Scene, { path }: VenueTarget): VenueAnswer {
  if (path === "/time") {
    return jsonAnswer(200, { iso: new Date(Math.floor(scene.timeMs)).toISOString(), epoch: scene.timeMs / 1000 });
  }
  const match = /^\/products\/([^/]+)\/ticker$/.exec(path);
  const found = bookOf(scene, "coinbase", match && dashedPair(match[1]!));
  if (match === null || found === null) return coinbaseUnknown();
  return ticker(scene.model, found.book, scene.timeMs);
}

function ticker(model: MarketModel, book: SpotBook | null, timeMs: number): VenueAnswer {
  if (book === null) {
    // A product without a book: numbers are there, and they are zero.
    return jsonAnswer(200, {
      trade_id: 0,
      price: "0",
      size: "0",
      time: isoMicros(timeMs, 0),
      bid: "0",
      ask: "0",
      volume: "0",
    });
  }
  const decimals = tickDecimals(book.spec);
  const day = dayFigures(model, book);
  return jsonAnswer(200, {
    trade_id: 843_000_000 + day.trades,
    price: book.last.toFixed(decimals),
    size: day.sizes[0].toFixed(8),
    time: isoMicros(timeMs, Math.floor(1_000_000 * hashUniform(model.seed, book.step, 0xc01))),
    bid: book.bid.toFixed(decimals),
    ask: book.ask.toFixed(decimals),
    volume: day.volume.toFixed(8),
  });
}

/** JSON numbers, newest first. */
export function coinbaseCandles(bars: readonly Candle[], decimals: number, volumeOf: VolumeOf): VenueAnswer {
  const round = (value: number): number => Number(value.toFixed(decimals));
  const rows = bars.map((bar) => [
    bar.openMs / 1000,
    round(bar.low),
    round(bar.high),
    round(bar.open),
    round(bar.close),
    Number(volumeOf(bar).toFixed(8)),
  ]);
  return jsonAnswer(200, rows.reverse());
}

export function coinbaseRefusal(message: string): VenueAnswer {
  return jsonAnswer(400, { message });
}

export function coinbaseUnknown(): VenueAnswer {
  return jsonAnswer(404, { message: "NotFound" });
}

/** The last trade was up to 50 ms before the step. */
function isoMicros(timeMs: number, dice: number): string {
  const micros = Math.floor(timeMs) * 1000 - (dice % 50_000);
  const fraction = String(((micros % 1_000_000) + 1_000_000) % 1_000_000).padStart(6, "0");
  return `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19)}.${fraction}Z`;
}
