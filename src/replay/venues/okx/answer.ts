/** OKX's paths. */
import { parseListed } from "../../../market/listed-name.ts";
import type { Coin } from "../../../sim/market/model.ts";
import type { VenueAnswer } from "../../answer.ts";
import type { VenueTarget } from "../../venue-request.ts";
import { coinsOf, contractCoin, printedOptions } from "../board.ts";
import type { Scene } from "../scene.ts";
import { fundingRate, futureTicker, indexTicker, instruments, markPrices, okxFutures } from "./contracts.ts";
import { okxData, okxError, okxUnknown } from "./envelope.ts";
import { optionSummaries, optionTicker } from "./options.ts";
import { okxBook, okxSpotTicker, okxSpotTickers } from "./spot.ts";

export function answerOkx(scene: Scene, { path, query }: VenueTarget): VenueAnswer {
  const instId = query.get("instId") ?? "";
  switch (path) {
    case "/api/v5/market/ticker":
      return ticker(scene, instId);
    case "/api/v5/market/tickers":
      return tickers(scene, query);
    case "/api/v5/market/books":
      return okxBook(scene, instId, query);
    case "/api/v5/market/index-tickers":
      return indexTicker(scene, instId);
    case "/api/v5/public/opt-summary": {
      const coin = contractCoin(scene, familyOf(query)?.replace(/-USD$/, "") ?? null);
      return coin === null ? okxUnknown() : okxData(optionSummaries(scene, coin, query.get("expTime")));
    }
    case "/api/v5/public/mark-price":
      return marks(scene, query);
    case "/api/v5/public/funding-rate":
      return fundingRate(scene, instId);
    case "/api/v5/public/instruments":
      return instrumentList(scene, query);
    case "/api/v5/public/time":
      return okxData([{ ts: String(Math.floor(scene.timeMs)) }]);
    // Nothing is planned.
    case "/api/v5/system/status":
      return okxData([]);
    default:
      return okxError(404, "404", "Not Found");
  }
}

function wrongParameter(name: string): VenueAnswer {
  return okxError(200, "51000", `Parameter ${name} error`);
}

/** `uly` is its older name. */
function familyOf(query: URLSearchParams): string | null {
  return query.get("instFamily") ?? query.get("uly");
}

/** The coins whose contracts a query is about: of one family, or all. */
function coinsAsked(scene: Scene, query: URLSearchParams): readonly Coin[] {
  const family = familyOf(query);
  return coinsOf(scene).filter((coin) => family === null || family === `${coin}-USD`);
}

function ticker(scene: Scene, instId: string): VenueAnswer {
  const listed = parseListed("okx", instId);
  if (listed === null) return okxSpotTicker(scene, instId);
  const coin = contractCoin(scene, listed.base);
  if (coin === null || listed.kind === "combo") return okxUnknown();
  if (listed.kind === "option") {
    const option = printedOptions(scene, "okx", coin).find(({ name }) => name === instId);
    return option === undefined ? okxUnknown() : okxData([optionTicker(scene, option)]);
  }
  const instType = listed.kind === "perpetual" ? "SWAP" : "FUTURES";
  const future = okxFutures(scene, coin, instType).find(({ name }) => name === instId);
  return future === undefined ? okxUnknown() : okxData([futureTicker(scene, instType, future)]);
}

function tickers(scene: Scene, query: URLSearchParams): VenueAnswer {
  const instType = query.get("instType");
  const coins = coinsAsked(scene, query);
  switch (instType) {
    case "SPOT":
      return okxSpotTickers(scene);
    case "SWAP":
    case "FUTURES":
      return okxData(
        coins.flatMap((coin) =>
          okxFutures(scene, coin, instType).map((future) => futureTicker(scene, instType, future)),
        ),
      );
    case "OPTION":
      return okxData(
        coins.flatMap((coin) => printedOptions(scene, "okx", coin).map((option) => optionTicker(scene, option))),
      );
    default:
      return wrongParameter("instType");
  }
}

function marks(scene: Scene, query: URLSearchParams): VenueAnswer {
  const instType = query.get("instType");
  const instId = query.get("instId");
  if (instType !== "SWAP" && instType !== "FUTURES" && instType !== "OPTION") return wrongParameter("instType");
  const rows = coinsAsked(scene, query).flatMap((coin) => markPrices(scene, coin, instType));
  if (instId === null) return okxData(rows);
  const own = rows.filter((row) => row.instId === instId);
  return own.length === 0 ? okxUnknown() : okxData(own);
}

function instrumentList(scene: Scene, query: URLSearchParams): VenueAnswer {
  const instType = query.get("instType") ?? "";
  if (!["SPOT", "SWAP", "FUTURES", "OPTION"].includes(instType)) return wrongParameter("instType");
  if (instType === "OPTION" && familyOf(query) === null) return wrongParameter("instFamily");
  return okxData(instruments(scene, instType, familyOf(query)));
}
