/** Gemini's answer: the thing asked for, or {"result":"error","reason":"RateLimit","message":"…"}. */
import { type Gap, gap } from "../gap.ts";
import { isRecord, parseJson } from "../json.ts";

type Answer = { readonly kind: "answer"; readonly value: unknown };

export function parseGemini(body: string): Answer | Gap {
  const json = parseJson(body);
  if (json.kind === "gap") return json;
  if (isRecord(json.value) && json.value.result === "error") return geminiError(json.value);
  return { kind: "answer", value: json.value };
}

export function geminiError({ reason, message }: Readonly<Record<string, unknown>>): Gap {
  const name = typeof reason === "string" ? reason : "no reason";
  const detail = `${name}: ${typeof message === "string" ? message : "no message"}`;
  // An unknown symbol was once a "Bad Request" whose message says so.
  if (name === "InvalidSymbol" || /is not a valid symbol/i.test(detail)) return gap("delisted", detail);
  switch (name) {
    case "RateLimit":
    case "RateLimited":
      return gap("rate-limited", detail);
    case "Maintenance":
      return gap("maintenance", detail);
    case "MarketNotOpen":
      return gap("halted", detail);
    case "System":
      return gap("server-error", detail);
  }
  return gap("venue-error", detail);
}
