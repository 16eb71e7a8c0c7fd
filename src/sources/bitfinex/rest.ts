import type { RestAdapter } from "../rest-adapter.ts";

export const bitfinexRest: RestAdapter = { venue: "bitfinex" };
