/** Binance's paths: three services, which have hosts of their own and paths that do not meet. */
import { HTML_TYPE, type VenueAnswer } from "../../answer.ts";
import type { VenueTarget } from "../../venue-request.ts";
import type { PrintedFuture } from "../board.ts";
import type { Scene } from "../scene.ts";
import { binanceFutures, futureBookTicker, premiumIndex } from "./futures.ts";
import { optionIndex, optionMarks, optionTickers } from "./options.ts";
import { binanceBookTicker, binanceDepth, binanceJson, binanceRefusal, binanceUnknown } from "./spot.ts";

export function answerBinance(scene: Scene, { path, query }: VenueTarget): VenueAnswer {
  const symbol = query.get("symbol");
  switch (path) {
    case "/api/v3/ping":
    case "/eapi/v1/ping":
    case "/fapi/v1/ping":
      return binanceJson({});
    case "/api/v3/time":
    case "/eapi/v1/time":
    case "/fapi/v1/time":
      return binanceJson({ serverTime: Math.floor(scene.timeMs) });
    case "/api/v3/ticker/bookTicker":
      return binanceBookTicker(scene, query);
    case "/api/v3/depth":
      return binanceDepth(scene, query);
    case "/eapi/v1/index": {
      const index = optionIndex(scene, query.get("underlying") ?? "");
      if (index === null) return binanceUnknown();
      return binanceJson({ indexPrice: index.toFixed(8), time: Math.floor(scene.timeMs / 1000) * 1000 });
    }
    case "/eapi/v1/mark":
      return optionRows(optionMarks(scene, symbol), symbol);
    case "/eapi/v1/ticker":
      return optionRows(optionTickers(scene, symbol), symbol);
    case "/fapi/v1/premiumIndex":
      return futureRows(scene, symbol, premiumIndex);
    case "/fapi/v1/ticker/bookTicker":
      return futureRows(scene, symbol, futureBookTicker);
    default:
      return { status: 404, contentType: HTML_TYPE, body: "<html><body><h2>404 Not found</h2></body></html>" };
  }
}

function optionRows(rows: readonly unknown[], symbol: string | null): VenueAnswer {
  if (rows.length === 0 && symbol !== null) return binanceRefusal(-1121, "Invalid symbol.");
  return binanceJson(rows, { "x-mbx-used-weight-1m": "5" });
}

/** One symbol is an object, all of them are a list. */
function futureRows(
  scene: Scene,
  symbol: string | null,
  row: (scene: Scene, future: PrintedFuture) => unknown,
): VenueAnswer {
  const rows = binanceFutures(scene, symbol).map((future) => row(scene, future));
  if (symbol === null) return binanceJson(rows);
  return rows.length === 0 ? binanceUnknown() : binanceJson(rows[0]);
}
