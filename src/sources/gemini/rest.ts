import { oneRequest, type RestAdapter } from "../rest-adapter.ts";
import { geminiDepth } from "./depth.ts";
import { gemini } from "./spot.ts";

const PAYS = { host: "rest", bucket: "public", cost: 1 } as const;

export const geminiRest: RestAdapter = {
  venue: "gemini",
  spot: oneRequest(gemini, PAYS),
  depth: oneRequest(geminiDepth, PAYS),
};
