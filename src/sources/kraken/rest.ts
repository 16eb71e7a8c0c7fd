import { oneRequest, type RestAdapter } from "../rest-adapter.ts";
import { kraken } from "./spot.ts";

export const krakenRest: RestAdapter = {
  venue: "kraken",
  spot: oneRequest(kraken, { host: "rest", bucket: "public", cost: 1 }),
};
