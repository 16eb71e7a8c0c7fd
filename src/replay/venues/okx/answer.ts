/** OKX's paths. */
import type { VenueAnswer } from "../../answer.ts";
import type { VenueTarget } from "../../venue-request.ts";
import type { Scene } from "../scene.ts";
import { okxError } from "./envelope.ts";
import { okxSpotTicker, okxSpotTickers } from "./spot.ts";

export function answerOkx(scene: Scene, { path, query }: VenueTarget): VenueAnswer {
  const instId = query.get("instId") ?? "";
  switch (path) {
    case "/api/v5/market/ticker":
      return okxSpotTicker(scene, instId);
    case "/api/v5/market/tickers":
      return okxSpotTickers(scene);
    default:
      return okxError(404, "404", "Not Found");
  }
}
