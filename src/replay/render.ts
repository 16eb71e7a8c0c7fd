/** A request and a market at one instant make one answer, in the venue's own words. */
import { unreachable } from "../base/errors.ts";
import type { Venue } from "../market/venue.ts";
import type { CandleBook } from "../sim/market/candles.ts";
import { type MarketModel, stepAt, timeOf } from "../sim/market/model.ts";
import type { VenueAnswer } from "./answer.ts";
import { parseCandleRequest } from "./candle-request.ts";
import { renderCandles } from "./render-candles.ts";
import type { VenueTarget } from "./venue-request.ts";
import { answerBinance } from "./venues/binance.ts";
import { answerBitfinex } from "./venues/bitfinex.ts";
import { answerBitstamp } from "./venues/bitstamp.ts";
import { answerBybit } from "./venues/bybit/answer.ts";
import { answerCoinbase } from "./venues/coinbase.ts";
import { answerDeribit } from "./venues/deribit/answer.ts";
import { answerGemini } from "./venues/gemini.ts";
import { answerKraken } from "./venues/kraken.ts";
import { answerOkx } from "./venues/okx/answer.ts";
import type { Scene } from "./venues/scene.ts";

/**
 * @param timeMs wall time; the answer speaks of the step it falls in
 * @param clockOffMs how far the venue's own clock is ahead: the times it states, and nothing else
 */
export function renderAnswer(
  model: MarketModel,
  candles: CandleBook,
  venue: Venue,
  target: VenueTarget,
  timeMs: number,
  clockOffMs = 0,
): VenueAnswer {
  const step = stepAt(model, timeMs);
  const scene: Scene = { model, step, timeMs: timeOf(model, step) + clockOffMs };
  const bars = parseCandleRequest(venue, target);
  return bars === null ? answerOf(venue, scene, target) : renderCandles(candles, model, bars, timeOf(model, step));
}

function answerOf(venue: Venue, scene: Scene, target: VenueTarget): VenueAnswer {
  switch (venue) {
    case "coinbase":
      return answerCoinbase(scene, target);
    case "kraken":
      return answerKraken(scene, target);
    case "bitstamp":
      return answerBitstamp(scene, target);
    case "binance":
      return answerBinance(scene, target);
    case "deribit":
      return answerDeribit(scene, target);
    case "okx":
      return answerOkx(scene, target);
    case "bybit":
      return answerBybit(scene, target);
    case "gemini":
      return answerGemini(scene, target);
    case "bitfinex":
      return answerBitfinex(scene, target);
    default:
      return unreachable(venue);
  }
}
