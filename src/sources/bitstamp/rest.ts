import { oneRequest, type RestAdapter } from "../rest-adapter.ts";
import { bitstampDepth } from "./depth.ts";
import { bitstamp } from "./spot.ts";

/** Limited by requests, all public ones together. */
const PAYS = { host: "rest", bucket: "public", cost: 1 } as const;

export const bitstampRest: RestAdapter = {
  venue: "bitstamp",
  spot: oneRequest(bitstamp, PAYS),
  depth: oneRequest(bitstampDepth, PAYS),
};
