/** Bybit's list of what is listed, in pages: a cursor is where the next one begins. */
import type { Coin } from "../../../sim/market/model.ts";
import { SPOT_BOOKS, tickDecimals } from "../../../sim/market/venues.ts";
import type { VenueAnswer } from "../../answer.ts";
import type { PrintedFuture, PrintedOption } from "../board.ts";
import { trimmed } from "../decimals.ts";
import { countOf, type Scene } from "../scene.ts";
import { bybitFutures, type FutureCategory } from "./contracts.ts";
import { bybitResult } from "./envelope.ts";
import { optionsAsked } from "./options.ts";

const PAGE = 500;
const PAGE_MAX = 1_000;
const DAY_MS = 86_400_000;

export function spotInstruments(scene: Scene): VenueAnswer {
  const list = SPOT_BOOKS.filter(({ venue }) => venue === "bybit").map((spec, i) => ({
    symbolId: i + 1,
    symbol: `${spec.base}${spec.quote}`,
    baseCoin: spec.base,
    quoteCoin: spec.quote,
    innovation: "0",
    status: "Trading",
    marginTrading: "utaOnly",
    stTag: "0",
    lotSizeFilter: {
      basePrecision: "0.000001",
      quotePrecision: "0.0000001",
      minOrderQty: "0.000011",
      maxOrderQty: "83",
      minOrderAmt: "5",
      maxOrderAmt: "8000000",
      maxLimitOrderQty: "83",
      maxMarketOrderQty: "41.5",
      postOnlyMaxLimitOrderSize: "60000",
    },
    priceFilter: { tickSize: trimmed(spec.tick, tickDecimals(spec)) },
    riskParameters: { priceLimitRatioX: "0.005", priceLimitRatioY: "0.01" },
    symbolType: "",
  }));
  return bybitResult({ category: "spot", list }, scene.timeMs);
}

export function optionInstruments(scene: Scene, coin: Coin, query: URLSearchParams): VenueAnswer {
  const options = optionsAsked(scene, coin, query.get("symbol"));
  return page(scene, "option", options.map(optionInstrument), query);
}

export function futureInstruments(scene: Scene, category: FutureCategory, query: URLSearchParams): VenueAnswer {
  const futures = bybitFutures(scene, category, { symbol: query.get("symbol"), coin: null });
  const list = futures.map((future) => futureInstrument(category, future));
  return page(scene, category, list, query);
}

function page(scene: Scene, category: string, rows: readonly unknown[], query: URLSearchParams): VenueAnswer {
  const from = /^from:(\d{1,5})$/.exec(query.get("cursor") ?? "");
  const begin = from === null ? 0 : Number(from[1]);
  const end = begin + countOf(query, "limit", PAGE, PAGE_MAX);
  const nextPageCursor = end < rows.length ? `from:${end}` : "";
  return bybitResult({ category, nextPageCursor, list: rows.slice(begin, end) }, scene.timeMs);
}

function optionInstrument({ name, coin, row }: PrintedOption): unknown {
  return {
    symbol: name,
    status: "Trading",
    baseCoin: coin,
    quoteCoin: "USDC",
    settleCoin: "USDC",
    optionsType: row.right === "call" ? "Call" : "Put",
    launchTime: String(row.expiryMs - 30 * DAY_MS),
    deliveryTime: String(row.expiryMs),
    deliveryFeeRate: "0.00015",
    priceFilter:
      coin === "BTC"
        ? { minPrice: "5", maxPrice: "1110000", tickSize: "5" }
        : { minPrice: "0.1", maxPrice: "110000", tickSize: "0.1" },
    lotSizeFilter: { maxOrderQty: "500", minOrderQty: "0.01", qtyStep: "0.01" },
    displayName: `${coin}USDC-${name.split("-").slice(1).join("-")}`,
  };
}

function futureInstrument(category: FutureCategory, { name, coin, expiryMs, settlement }: PrintedFuture): unknown {
  const shape = expiryMs === null ? "Perpetual" : "Futures";
  return {
    symbol: name,
    contractType: `${category === "inverse" ? "Inverse" : "Linear"}${shape}`,
    status: "Trading",
    baseCoin: coin,
    quoteCoin: settlement ?? "USD",
    launchTime: "1569888000000",
    deliveryTime: String(expiryMs ?? 0),
    deliveryFeeRate: "",
    priceScale: "2",
    priceFilter: { minPrice: "0.10", maxPrice: "1999999.80", tickSize: coin === "BTC" ? "0.10" : "0.01" },
    fundingInterval: expiryMs === null ? 480 : 0,
    settleCoin: settlement ?? coin,
  };
}
