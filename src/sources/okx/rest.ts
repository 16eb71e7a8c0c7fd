import type { RestAdapter } from "../rest-adapter.ts";

export const okxRest: RestAdapter = { venue: "okx" };
