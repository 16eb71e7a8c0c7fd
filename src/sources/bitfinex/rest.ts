import { oneRequest, type RestAdapter } from "../rest-adapter.ts";
import { bitfinexDepth } from "./depth.ts";
import { bitfinex } from "./spot.ts";

/** The venue limits each endpoint by itself. */
export const bitfinexRest: RestAdapter = {
  venue: "bitfinex",
  spot: oneRequest(bitfinex, { host: "rest", bucket: "ticker", cost: 1 }),
  depth: oneRequest(bitfinexDepth, { host: "rest", bucket: "book", cost: 1 }),
};
