/** Bitstamp: GET /api/v2/ticker/btcusd/. All strings; `timestamp` is the server's time in whole seconds. */
import { z } from "zod";
import type { SpotQuote } from "../../market/quote.ts";
import { type Gap, type Parsed, gap } from "../gap.ts";
import { isRecord, parseJson, shapeGap } from "../json.ts";
import { isPlausibleTimeMs, spotSides } from "../sanity.ts";
import type { SpotSubscription } from "../subscription.ts";
import { staleFault } from "../venue-time.ts";

const ticker = z.looseObject({
  bid: z.string().nullable(),
  ask: z.string().nullable(),
  timestamp: z.string().regex(/^\d{1,16}$/),
});

const RATE_LIMIT_CODES = ["400.002", "400.067", "400.068"];

export const bitstamp = {
  path: ({ base, quote }: SpotSubscription): string => `/api/v2/ticker/${base.toLowerCase()}${quote.toLowerCase()}/`,

  parse(body: string, { base, quote }: SpotSubscription, receivedAtMs: number): Parsed<SpotQuote> {
    const json = parseJson(body);
    if (json.kind === "gap") return json;
    if (isRecord(json.value)) {
      const refusal = bitstampError(json.value);
      if (refusal !== null) return refusal;
    }
    const shape = ticker.safeParse(json.value);
    if (!shape.success) return shapeGap(shape.error);
    const timeMs = Number(shape.data.timestamp) * 1000;
    if (!isPlausibleTimeMs(timeMs)) return gap("out-of-range", `timestamp ${shape.data.timestamp} is not unix seconds`);
    const stale = staleFault(timeMs, receivedAtMs);
    if (stale !== null) return stale;
    const sides = spotSides(shape.data.bid, shape.data.ask);
    if (sides.kind === "gap") return sides;
    const { bid, ask } = sides;
    const times = { timeMs, timeSource: "venue", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "bitstamp", ...times, base, quote, bid, ask } };
  },
};

export function bitstampError(answer: Readonly<Record<string, unknown>>): Gap | null {
  if (typeof answer.error === "string") {
    return gap(/maintenance/i.test(answer.error) ? "maintenance" : "venue-error", answer.error);
  }
  if ("error" in answer) return gap("venue-error", "error of an unknown form");
  const code = answer.response_code ?? answer.code;
  if (typeof code === "string")
    return gap(RATE_LIMIT_CODES.includes(code) ? "rate-limited" : "venue-error", `code ${code}`);
  return null;
}
