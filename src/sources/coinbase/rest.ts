import { oneRequest, type RestAdapter } from "../rest-adapter.ts";
import { coinbaseDepth } from "./depth.ts";
import { coinbase } from "./spot.ts";

/** Limited by requests a second, all public ones together. */
const PAYS = { host: "rest", bucket: "public", cost: 1 } as const;

export const coinbaseRest: RestAdapter = {
  venue: "coinbase",
  spot: oneRequest(coinbase, PAYS),
  depth: oneRequest(coinbaseDepth, PAYS),
};
