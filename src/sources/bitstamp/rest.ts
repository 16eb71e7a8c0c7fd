import { oneRequest, type RestAdapter } from "../rest-adapter.ts";
import { bitstamp } from "./spot.ts";

export const bitstampRest: RestAdapter = {
  venue: "bitstamp",
  spot: oneRequest(bitstamp, { host: "rest", bucket: "public", cost: 1 }),
};
