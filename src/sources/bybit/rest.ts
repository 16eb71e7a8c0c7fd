import { oneRequest, type RestAdapter } from "../rest-adapter.ts";
import { bybitDepth } from "./depth.ts";
import { bybitFutures, bybitIndex } from "./futures.ts";
import { bybitOptions } from "./options.ts";
import { bybitSpot } from "./spot.ts";

/** One count of requests per address, whatever is asked. */
const PAYS = { host: "rest", bucket: "public", cost: 1 } as const;

export const bybitRest: RestAdapter = {
  venue: "bybit",
  spot: oneRequest(bybitSpot, PAYS),
  depth: oneRequest(bybitDepth, PAYS),
  index: oneRequest(bybitIndex, PAYS),
  futures: oneRequest(bybitFutures, PAYS),
  options: oneRequest(bybitOptions, PAYS),
};
