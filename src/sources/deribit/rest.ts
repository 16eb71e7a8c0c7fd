import { oneRequest, type RestAdapter } from "../rest-adapter.ts";
import { deribitFutures } from "./futures.ts";
import { deribitIndex } from "./index-price.ts";
import { deribitOptions } from "./options.ts";

const PAYS = { host: "rest", bucket: "public", cost: 1 } as const;

export const deribitRest: RestAdapter = {
  venue: "deribit",
  index: oneRequest(deribitIndex, PAYS),
  futures: oneRequest(deribitFutures, PAYS),
  options: oneRequest(deribitOptions, PAYS),
};
