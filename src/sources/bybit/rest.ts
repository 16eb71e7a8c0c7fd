import type { RestAdapter } from "../rest-adapter.ts";

export const bybitRest: RestAdapter = { venue: "bybit" };
