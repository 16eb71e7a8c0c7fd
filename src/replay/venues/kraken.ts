/** Kraken: answers under its own pair names, without any time, and says errors with HTTP 200. */
import type { SpotBook } from "../../sim/market/books.ts";
import type { Candle } from "../../market/quote.ts";
import type { MarketModel } from "../../sim/market/model.ts";
import { jsonAnswer, type VenueAnswer } from "../answer.ts";
import type { Pair, VenueTarget } from "../venue-request.ts";
import { krakenPair } from "../symbols.ts";
import { dayFigures, type VolumeOf } from "./day.ts";
import { bookOf, type Listed, type Scene } from "./scene.ts";

const ANSWER_KEYS: Readonly<Record<string, string>> = {
  "BTC-USD": "XXBTZUSD",
  "ETH-USD": "XETHZUSD",
  "USDT-USD": "USDTZUSD",
  "USDC-USD": "USDCUSD",
  "SOL-USD": "SOLUSD",
  "BTC-USDC": "XBTUSDC",
  "ETH-USDC": "ETHUSDC",
};

function answerKey({ base, quote }: Pair): string {
  return ANSWER_KEYS[`${base}-${quote}`] ?? `${base}${quote}`;
}

export function answerKraken(scene: Scene, { path, query }: VenueTarget): VenueAnswer {
  switch (path) {
    case "/0/public/Ticker": {
      const symbols = (query.get("pair") ?? "").split(",");
      const rows = symbols.map((symbol) => bookOf(scene, "kraken", krakenPair(symbol)));
      const known = rows.filter((row) => row !== null);
      return known.length < rows.length ? krakenUnknown() : ticker(scene.model, known);
    }
    case "/0/public/SystemStatus": {
      const timestamp = `${new Date(Math.floor(scene.timeMs)).toISOString().slice(0, 19)}Z`;
      return jsonAnswer(200, { error: [], result: { status: "online", timestamp } });
    }
    default:
      return jsonAnswer(404, { error: ["EGeneral:Unknown method"] });
  }
}

function ticker(model: MarketModel, rows: readonly Listed[]): VenueAnswer {
  const result: Record<string, unknown> = {};
  for (const { pair, book } of rows) {
    result[answerKey(pair)] = tickerRow(model, pair, book);
  }
  return jsonAnswer(200, { error: [], result });
}

function tickerRow(model: MarketModel, pair: Pair, book: SpotBook | null): unknown {
  // Prices carry five places on coins and eight on stablecoins, whatever the tick.
  const decimals = pair.base === "USDT" || pair.base === "USDC" ? 8 : 5;
  const price = (value: number): string => value.toFixed(decimals);
  if (book === null) {
    const side = [price(0), "0", "0.000"];
    const two = [price(0), price(0)];
    return {
      a: side,
      b: side,
      c: [price(0), "0.00000000"],
      v: ["0.00000000", "0.00000000"],
      p: two,
      t: [0, 0],
      l: two,
      h: two,
      o: price(0),
    };
  }
  const day = dayFigures(model, book);
  const lots = (size: number): [string, string] => [String(Math.ceil(size)), Math.ceil(size).toFixed(3)];
  return {
    a: [price(book.ask), ...lots(day.sizes[2])],
    b: [price(book.bid), ...lots(day.sizes[1])],
    c: [price(book.last), day.sizes[0].toFixed(8)],
    v: [(day.volume * 0.6).toFixed(8), day.volume.toFixed(8)],
    p: [price(day.vwap), price(day.vwap)],
    t: [Math.floor(day.trades * 0.6), day.trades],
    l: [price(day.low), price(day.low)],
    h: [price(day.high), price(day.high)],
    o: price(day.open),
  };
}

/** Ascending, the last under way; `last` is the newest bar that has ended. */
export function krakenOhlc(
  pair: Pair,
  bars: readonly Candle[],
  intervalMs: number,
  decimals: number,
  volumeOf: VolumeOf,
): VenueAnswer {
  const rows = bars.map((bar) => {
    const price = (value: number): string => value.toFixed(decimals);
    const volume = volumeOf(bar);
    const vwap = (bar.high + bar.low + bar.close) / 3;
    return [
      bar.openMs / 1000,
      price(bar.open),
      price(bar.high),
      price(bar.low),
      price(bar.close),
      price(vwap),
      volume.toFixed(8),
      Math.ceil(20 * volume),
    ];
  });
  const newestMs = bars.at(-1)?.openMs ?? intervalMs;
  return jsonAnswer(200, { error: [], result: { [answerKey(pair)]: rows, last: (newestMs - intervalMs) / 1000 } });
}

/** Errors come with HTTP 200. */
export function krakenError(text: string): VenueAnswer {
  return jsonAnswer(200, { error: [text] });
}

export function krakenUnknown(): VenueAnswer {
  return krakenError("EQuery:Unknown asset pair");
}
