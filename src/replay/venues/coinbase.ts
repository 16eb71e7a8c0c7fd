/** Coinbase Exchange: strings, ISO time of the last trade in microseconds. */
import type { SpotBook } from "../../sim/market/books.ts";
import type { MarketModel } from "../../sim/market/model.ts";
import { hashUniform } from "../../sim/random.ts";
import { jsonAnswer, type VenueAnswer } from "../answer.ts";
import { dayFigures } from "./day.ts";

export function coinbaseTicker(model: MarketModel, book: SpotBook | null, timeMs: number): VenueAnswer {
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
  const decimals = book.spec.base === "BTC" || book.spec.base === "ETH" ? 2 : 5;
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

export function coinbaseUnknown(): VenueAnswer {
  return jsonAnswer(404, { message: "NotFound" });
}

/** The last trade was up to 50 ms before the step. */
function isoMicros(timeMs: number, dice: number): string {
  const micros = Math.floor(timeMs) * 1000 - (dice % 50_000);
  const fraction = String(((micros % 1_000_000) + 1_000_000) % 1_000_000).padStart(6, "0");
  return `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19)}.${fraction}Z`;
}
