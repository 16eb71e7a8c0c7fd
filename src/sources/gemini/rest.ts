import type { RestAdapter } from "../rest-adapter.ts";

export const geminiRest: RestAdapter = { venue: "gemini" };
