/** Candle pages, each venue with its own limits, order and refusals. */
import { unreachable } from "../base/errors.ts";
import type { CandleVenue } from "../market/venue.ts";
import { findBook } from "../sim/market/books.ts";
import type { CandleBook } from "../sim/market/candles.ts";
import type { MarketModel } from "../sim/market/model.ts";
import { tickDecimals } from "../sim/market/venues.ts";
import { hashName, hashUniform } from "../sim/random.ts";
import type { VenueAnswer } from "./answer.ts";
import type { CandleRequest } from "./venue-request.ts";
import { unknownSymbol } from "./unknown-symbol.ts";
import { binanceKlines, binanceRefusal } from "./venues/binance.ts";
import { bitstampBadParameter, bitstampOhlc } from "./venues/bitstamp.ts";
import { coinbaseCandles, coinbaseRefusal } from "./venues/coinbase.ts";
import type { VolumeOf } from "./venues/day.ts";
import { krakenError, krakenOhlc } from "./venues/kraken.ts";

const LIMITS: Readonly<Record<CandleVenue, { readonly most: number; readonly own: number }>> = {
  coinbase: { most: 300, own: 300 },
  kraken: { most: 720, own: 720 },
  bitstamp: { most: 1_000, own: 100 },
  binance: { most: 1_000, own: 500 },
};

/** @param nowMs the market's time: the bar under way is in the answer, as far as it has come */
export function renderCandles(
  candles: CandleBook,
  model: MarketModel,
  request: CandleRequest,
  nowMs: number,
): VenueAnswer {
  const { venue, pair, intervalMs } = request;
  const spec = findBook(venue, pair.base, pair.quote);
  if (spec === null || !model.listsSpot(spec.base, spec.quote)) return unknownSymbol(venue, nowMs);
  if (intervalMs === null) return unknownLength(venue);
  const range = rangeOf(request, intervalMs, nowMs);
  if (range === null) return tooMany(venue);
  const bars = candles.bars(spec, intervalMs, range.fromMs, range.toMs, nowMs);
  const stream = hashName(`volume:${venue}:${pair.base}-${pair.quote}`);
  const volumeOf: VolumeOf = ({ openMs }) => 1 + 9 * hashUniform(model.seed, stream, openMs / 1000);
  switch (venue) {
    case "coinbase":
      return coinbaseCandles(bars, tickDecimals(spec), volumeOf);
    case "kraken":
      return krakenOhlc(pair, bars, intervalMs, tickDecimals(spec), volumeOf);
    case "bitstamp":
      return bitstampOhlc(pair, bars, tickDecimals(spec), volumeOf);
    case "binance":
      return binanceKlines(bars, intervalMs, volumeOf);
    default:
      return unreachable(venue);
  }
}

/** @returns null where the venue refuses a range that is too long, instead of cutting it */
function rangeOf(
  { venue, fromMs, toMs, limit }: CandleRequest,
  intervalMs: number,
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } | null {
  const { most, own } = LIMITS[venue];
  const count = Math.max(1, Math.min(most, limit ?? own));
  const newestMs = Math.floor(Math.min(toMs ?? nowMs, nowMs) / intervalMs) * intervalMs;
  const spanMs = (count - 1) * intervalMs;
  if (fromMs === null) return { fromMs: newestMs - spanMs, toMs: newestMs };
  const firstMs = Math.ceil(fromMs / intervalMs) * intervalMs;
  switch (venue) {
    case "coinbase":
      return (toMs! - fromMs) / intervalMs > most ? null : { fromMs: firstMs, toMs: newestMs };
    case "kraken":
      // The newest are all it has, whatever was asked.
      return { fromMs: Math.max(firstMs, newestMs - spanMs), toMs: newestMs };
    case "bitstamp":
    case "binance":
      return { fromMs: firstMs, toMs: Math.min(newestMs, firstMs + spanMs) };
    default:
      return unreachable(venue);
  }
}

function unknownLength(venue: CandleVenue): VenueAnswer {
  switch (venue) {
    case "coinbase":
      return coinbaseRefusal("Unsupported granularity");
    case "kraken":
      return krakenError("EGeneral:Invalid arguments");
    case "bitstamp":
      return bitstampBadParameter("step");
    case "binance":
      return binanceRefusal(-1120, "Invalid interval.");
    default:
      return unreachable(venue);
  }
}

function tooMany(venue: CandleVenue): VenueAnswer {
  if (venue !== "coinbase") return unknownLength(venue);
  return coinbaseRefusal(
    "granularity too small for the requested time range. Count of aggregations requested exceeds 300",
  );
}
