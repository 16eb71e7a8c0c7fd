/**
 * Coinbase Exchange: GET /products/BTC-USD/ticker
 *
 * `time` is the time of the last trade, which on a thin pair is old while the book is live. So the quote carries our
 * receipt time, and `time` only has to be believable: not ahead of us, not more than a day old (a dead market).
 */
import { z } from "zod";
import type { SpotQuote } from "../../market/quote.ts";
import { type Gap, type Parsed, gap } from "../gap.ts";
import { isRecord, parseJson, shapeGap } from "../json.ts";
import { spotSides } from "../sanity.ts";
import type { SpotSubscription } from "../subscription.ts";
import { timeFault } from "../venue-time.ts";

const ticker = z.looseObject({
  bid: z.string().nullable(),
  ask: z.string().nullable(),
  time: z.iso.datetime(),
});

export const coinbase = {
  path: ({ base, quote }: SpotSubscription): string => `/products/${base}-${quote}/ticker`,

  parse(body: string, { base, quote }: SpotSubscription, receivedAtMs: number): Parsed<SpotQuote> {
    const json = parseJson(body);
    if (json.kind === "gap") return json;
    if (isRecord(json.value) && typeof json.value.message === "string") return coinbaseError(json.value.message);
    const shape = ticker.safeParse(json.value);
    if (!shape.success) return shapeGap(shape.error);
    const tradeMs = Date.parse(shape.data.time);
    const fault = timeFault(tradeMs, receivedAtMs);
    if (fault !== null) return fault;
    const sides = spotSides(shape.data.bid, shape.data.ask);
    if (sides.kind === "gap") return sides;
    const { bid, ask } = sides;
    const times = { timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "coinbase", ...times, base, quote, bid, ask } };
  },
};

export function coinbaseError(message: string): Gap {
  if (/rate limit/i.test(message)) return gap("rate-limited", message);
  if (/maintenance/i.test(message)) return gap("maintenance", message);
  if (/^not ?found$/i.test(message)) return gap("delisted", message);
  return gap("venue-error", message);
}
