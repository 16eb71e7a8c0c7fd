import { oneRequest, type RestAdapter } from "../rest-adapter.ts";
import { binanceDepth } from "./depth.ts";
import { binanceFutures } from "./futures.ts";
import { binanceIndex } from "./index-price.ts";
import { binanceOptions } from "./options.ts";
import { binance } from "./spot.ts";

/** Costs are the venue's own weights, of which each of its services counts its own. */
export const binanceRest: RestAdapter = {
  venue: "binance",
  spot: oneRequest(binance, { host: "rest", bucket: "spot", cost: 2 }),
  depth: oneRequest(binanceDepth, { host: "rest", bucket: "spot", cost: 50 }),
  index: oneRequest(binanceIndex, { host: "options", bucket: "options", cost: 1 }),
  futures: binanceFutures,
  options: binanceOptions,
};
