import { oneRequest, type RestAdapter } from "../rest-adapter.ts";
import { okxDepth } from "./depth.ts";
import { okxFutures } from "./futures.ts";
import { okxIndex } from "./index-price.ts";
import { okxOptions } from "./options.ts";
import { okxSpot } from "./spot.ts";

/** OKX counts requests of each endpoint on its own. */
const PAYS = { host: "rest", cost: 1 } as const;

export const okxRest: RestAdapter = {
  venue: "okx",
  spot: oneRequest(okxSpot, { ...PAYS, bucket: "ticker" }),
  depth: oneRequest(okxDepth, { ...PAYS, bucket: "books" }),
  index: oneRequest(okxIndex, { ...PAYS, bucket: "index-tickers" }),
  futures: okxFutures,
  options: okxOptions,
};
