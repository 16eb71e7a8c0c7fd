/** Bybit's paths. */
import { HTML_TYPE, type VenueAnswer } from "../../answer.ts";
import type { VenueTarget } from "../../venue-request.ts";
import type { Scene } from "../scene.ts";
import { bybitError, bybitResult } from "./envelope.ts";
import { bybitSpotTickers } from "./spot.ts";

export function answerBybit(scene: Scene, { path, query }: VenueTarget): VenueAnswer {
  const { timeMs } = scene;
  switch (path) {
    case "/v5/market/time":
      return bybitResult(
        { timeSecond: String(Math.floor(timeMs / 1000)), timeNano: `${Math.floor(timeMs)}000000` },
        timeMs,
      );
    case "/v5/market/tickers":
      return query.get("category") === "spot"
        ? bybitSpotTickers(scene, query.get("symbol"))
        : bybitError(10001, "params error: category is invalid", timeMs);
    default:
      return { status: 404, contentType: HTML_TYPE, body: "404 page not found" };
  }
}
