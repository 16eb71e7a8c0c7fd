/** Deribit's methods over HTTP GET. */
import { type Coin, COINS } from "../../../sim/market/model.ts";
import type { VenueAnswer } from "../../answer.ts";
import type { VenueTarget } from "../../venue-request.ts";
import { venueIndex } from "../../../sim/market/index-price.ts";
import type { Scene } from "../scene.ts";
import { deribitError, deribitFloat, deribitResult, invalidParameter } from "./envelope.ts";
import { futureSummary, optionSummary } from "./summary.ts";

const PREFIX = "/api/v2/public/";

export function answerDeribit(scene: Scene, { path, query }: VenueTarget): VenueAnswer {
  const method = path.startsWith(PREFIX) ? path.slice(PREFIX.length) : "";
  switch (method) {
    case "get_index_price":
      return indexPrice(scene, query.get("index_name") ?? "");
    case "get_book_summary_by_currency":
      return bookSummary(scene, query);
    case "get_time":
      return deribitResult(String(Math.floor(scene.timeMs)), scene.timeMs);
    case "status":
      return deribitResult('{"locked":"false"}', scene.timeMs);
    default:
      return deribitError(-32601, "Method not found", null, scene.timeMs);
  }
}

/** A coin whose contracts this market has, by its name in capitals. */
export function coinOf({ model }: Scene, name: string): Coin | null {
  const coin = COINS.find((known) => known === name);
  return coin !== undefined && model.listsSpot(coin, "USD") ? coin : null;
}

function indexPrice(scene: Scene, indexName: string): VenueAnswer {
  const { model, step, timeMs } = scene;
  const match = /^([a-z]+)_usd$/.exec(indexName);
  if (match === null) return invalidParameter("index_name", "wrong format", timeMs);
  const coin = coinOf(scene, match[1]!.toUpperCase());
  if (coin === null) return invalidParameter("index_name", "invalid index_name", timeMs);
  const price = venueIndex(model, "deribit", coin, step);
  if (price === null) return deribitError(13028, "temporarily_unavailable", null, timeMs);
  const told = deribitFloat(Math.round(100 * price) / 100);
  return deribitResult(`{"estimated_delivery_price":${told},"index_price":${told}}`, timeMs);
}

function bookSummary(scene: Scene, query: URLSearchParams): VenueAnswer {
  const { model, step, timeMs } = scene;
  const coin = coinOf(scene, query.get("currency") ?? "");
  if (coin === null) return invalidParameter("currency", "invalid currency", timeMs);
  const kind = query.get("kind");
  const rows: string[] = [];
  if (kind === null || kind === "option") {
    for (const row of model.options(coin, step) ?? []) rows.push(optionSummary(coin, row));
  }
  if (kind === null || kind === "future") {
    for (const row of model.futures(coin, step) ?? []) rows.push(futureSummary(coin, row));
  }
  return deribitResult(`[${rows.join(",")}]`, timeMs);
}
