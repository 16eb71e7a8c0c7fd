import { oneRequest, type RestAdapter } from "../rest-adapter.ts";
import { coinbase } from "./spot.ts";

export const coinbaseRest: RestAdapter = {
  venue: "coinbase",
  spot: oneRequest(coinbase, { host: "rest", bucket: "public", cost: 1 }),
};
