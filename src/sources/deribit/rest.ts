import { oneRequest, type RestAdapter } from "../rest-adapter.ts";
import { deribitFutures } from "./futures.ts";
import { deribitIndex } from "./index-price.ts";
import { deribitOptions } from "./options.ts";
import { deribitVolIndex } from "./vol-index.ts";

/** Credits of a pool of 50 000, as documented for all that is no order; every call here costs the same. */
const PAYS = { host: "rest", bucket: "public", cost: 500 } as const;

export const deribitRest: RestAdapter = {
  venue: "deribit",
  index: oneRequest(deribitIndex, PAYS),
  "vol-index": oneRequest(deribitVolIndex, PAYS),
  futures: oneRequest(deribitFutures, PAYS),
  options: oneRequest(deribitOptions, PAYS),
};
