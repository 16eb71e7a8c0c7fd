import { oneRequest, type RestAdapter } from "../rest-adapter.ts";
import { krakenDepth } from "./depth.ts";
import { kraken } from "./spot.ts";

/** Limited by requests, all public ones together. */
const PAYS = { host: "rest", bucket: "public", cost: 1 } as const;

export const krakenRest: RestAdapter = {
  venue: "kraken",
  spot: oneRequest(kraken, PAYS),
  depth: oneRequest(krakenDepth, PAYS),
};
