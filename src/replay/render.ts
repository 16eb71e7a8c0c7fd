/** A request and a market at one instant make one answer, in the venue's own words. */
import { unreachable } from "../base/errors.ts";
import type { ServedVenue as Venue } from "./served.ts";
import { findBook, type SpotBook, spotBookAt } from "../sim/market/books.ts";
import type { CandleBook } from "../sim/market/candles.ts";
import { type Coin, COINS, type MarketModel, stepAt, timeOf } from "../sim/market/model.ts";
import { smoothNoise } from "../sim/market/noise.ts";
import { INDEX_NOISE_RELATIVE, NOISE_KNOT_STEPS, type SpotBookSpec, type SpotVenue } from "../sim/market/venues.ts";
import { hashName } from "../sim/random.ts";
import { HTML_TYPE, jsonAnswer, type VenueAnswer } from "./answer.ts";
import { unknownSymbol } from "./unknown-symbol.ts";
import { renderCandles } from "./render-candles.ts";
import type { Pair, VenueRequest } from "./venue-request.ts";
import { binanceBookTicker } from "./venues/binance.ts";
import { bitstampTicker, bitstampUnknown } from "./venues/bitstamp.ts";
import { coinbaseTicker, coinbaseUnknown } from "./venues/coinbase.ts";
import {
  deribitError,
  deribitIndex,
  deribitResult,
  futureSummary,
  invalidParameter,
  optionSummary,
} from "./venues/deribit.ts";
import { krakenTicker } from "./venues/kraken.ts";

/** @param timeMs wall time; the answer speaks of the step it falls in */
export function renderAnswer(
  model: MarketModel,
  candles: CandleBook,
  venue: Venue,
  request: VenueRequest,
  timeMs: number,
): VenueAnswer {
  const step = stepAt(model, timeMs);
  const stepMs = timeOf(model, step);
  if (venue === "deribit") return renderDeribit(model, request, step, stepMs);
  switch (request.kind) {
    case "none":
      return noSuchPath(venue);
    case "spot":
      return renderSpot(model, venue, request.pairs, step, stepMs);
    case "unknown":
    case "index":
    case "book-summary":
      return unknownSymbol(venue);
    case "candles":
      return renderCandles(candles, model, venue, request, stepMs);
    default:
      return unreachable(request);
  }
}

function renderSpot(
  model: MarketModel,
  venue: SpotVenue,
  pairs: readonly Pair[],
  step: number,
  stepMs: number,
): VenueAnswer {
  const rows: { pair: Pair; book: SpotBook | null }[] = [];
  for (const pair of pairs) {
    const spec: SpotBookSpec | null = findBook(venue, pair.base, pair.quote);
    if (spec === null || !model.listsSpot(spec.base, spec.quote)) return unknownSymbol(venue);
    rows.push({ pair, book: spotBookAt(model, spec, step) });
  }
  const { pair, book } = rows[0]!;
  switch (venue) {
    case "coinbase":
      return coinbaseTicker(model, book, stepMs);
    case "kraken":
      return krakenTicker(model, rows);
    case "bitstamp":
      return bitstampTicker(model, book, stepMs);
    case "binance":
      return binanceBookTicker(model, pair, book);
    default:
      return unreachable(venue);
  }
}

/** A path the venue does not have. */
function noSuchPath(venue: SpotVenue): VenueAnswer {
  switch (venue) {
    case "coinbase":
      return coinbaseUnknown();
    case "kraken":
      return jsonAnswer(404, { error: ["EGeneral:Unknown method"] });
    case "bitstamp":
      return bitstampUnknown();
    case "binance":
      return { status: 404, contentType: HTML_TYPE, body: "<html><body><h2>404 Not found</h2></body></html>" };
    default:
      return unreachable(venue);
  }
}

function asCoin(text: string): Coin | null {
  return COINS.find((coin) => coin === text) ?? null;
}

function renderDeribit(model: MarketModel, request: VenueRequest, step: number, stepMs: number): VenueAnswer {
  switch (request.kind) {
    case "none":
    case "spot":
    case "candles":
      return deribitError(-32601, "Method not found", null, stepMs);
    case "unknown":
      return invalidParameter(request.seen, "wrong format", stepMs);
    case "index": {
      const coin = asCoin(request.coin);
      if (coin === null || !model.listsSpot(coin, "USD"))
        return invalidParameter("index_name", "invalid index_name", stepMs);
      const price = model.spotUsd(coin, step);
      if (price === null) return deribitError(13028, "temporarily_unavailable", null, stepMs);
      const noise = INDEX_NOISE_RELATIVE * smoothNoise(model.seed, hashName(`deribit:${coin}`), step, NOISE_KNOT_STEPS);
      return deribitIndex(Math.round(100 * price * (1 + noise)) / 100, stepMs);
    }
    case "book-summary": {
      const coin = asCoin(request.coin);
      if (coin === null || !model.listsSpot(coin, "USD"))
        return invalidParameter("currency", "invalid currency", stepMs);
      const rows: string[] = [];
      if (request.contracts === "option" || request.contracts === "all") {
        for (const row of model.options(coin, step) ?? []) rows.push(optionSummary(coin, row));
      }
      if (request.contracts === "future" || request.contracts === "all") {
        for (const row of model.futures(coin, step) ?? []) rows.push(futureSummary(coin, row));
      }
      return deribitResult(`[${rows.join(",")}]`, stepMs);
    }
    default:
      return unreachable(request);
  }
}
