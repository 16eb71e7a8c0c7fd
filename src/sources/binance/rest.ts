import { oneRequest, type RestAdapter } from "../rest-adapter.ts";
import { binance } from "./spot.ts";

export const binanceRest: RestAdapter = {
  venue: "binance",
  spot: oneRequest(binance, { host: "rest", bucket: "spot", cost: 2 }),
};
