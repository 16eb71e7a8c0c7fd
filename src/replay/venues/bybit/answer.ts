/** Bybit's paths. */
import { HTML_TYPE, type VenueAnswer } from "../../answer.ts";
import type { VenueTarget } from "../../venue-request.ts";
import { contractCoin } from "../board.ts";
import type { Scene } from "../scene.ts";
import { bybitFutures, futureTicker } from "./contracts.ts";
import { bybitError, bybitResult, bybitUnknown } from "./envelope.ts";
import { futureInstruments, optionInstruments, spotInstruments } from "./instruments.ts";
import { optionTickers } from "./options.ts";
import { bybitBook, bybitSpotTickers } from "./spot.ts";

export function answerBybit(scene: Scene, { path, query }: VenueTarget): VenueAnswer {
  const { timeMs } = scene;
  switch (path) {
    case "/v5/market/time":
      return bybitResult(
        { timeSecond: String(Math.floor(timeMs / 1000)), timeNano: `${Math.floor(timeMs)}000000` },
        timeMs,
      );
    case "/v5/market/tickers":
      return tickers(scene, query);
    case "/v5/market/orderbook":
      return query.get("category") === "spot" ? bybitBook(scene, query) : wrongCategory(timeMs);
    case "/v5/market/instruments-info":
      return instruments(scene, query);
    default:
      return { status: 404, contentType: HTML_TYPE, body: "404 page not found" };
  }
}

function wrongCategory(timeMs: number): VenueAnswer {
  return bybitError(10001, "params error: Category is invalid", timeMs);
}

function tickers(scene: Scene, query: URLSearchParams): VenueAnswer {
  const { timeMs } = scene;
  const [category, symbol] = [query.get("category"), query.get("symbol")];
  switch (category) {
    case "spot":
      return bybitSpotTickers(scene, symbol);
    case "inverse":
    case "linear": {
      const futures = bybitFutures(scene, category, { symbol, coin: contractCoin(scene, query.get("baseCoin")) });
      if (futures.length === 0) return bybitUnknown(timeMs);
      return bybitResult({ category, list: futures.map((future) => futureTicker(scene, category, future)) }, timeMs);
    }
    case "option": {
      const coin = contractCoin(scene, query.get("baseCoin") ?? symbol?.split("-")[0] ?? null);
      if (coin === null) return bybitUnknown(timeMs);
      const list = optionTickers(scene, coin, symbol ?? query.get("expDate"));
      if (symbol !== null && list.length === 0) return bybitUnknown(timeMs);
      return bybitResult({ category, list }, timeMs, "SUCCESS");
    }
    default:
      return wrongCategory(timeMs);
  }
}

function instruments(scene: Scene, query: URLSearchParams): VenueAnswer {
  const category = query.get("category");
  switch (category) {
    case "spot":
      return spotInstruments(scene);
    case "inverse":
    case "linear":
      return futureInstruments(scene, category, query);
    case "option": {
      // Bitcoin's, unless it is told otherwise.
      const coin = contractCoin(scene, query.get("baseCoin") ?? "BTC");
      return coin === null ? bybitUnknown(scene.timeMs) : optionInstruments(scene, coin, query);
    }
    default:
      return wrongCategory(scene.timeMs);
  }
}
