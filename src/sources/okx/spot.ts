/** OKX spot: GET /api/v5/market/ticker?instId=BTC-USDT, and the channel `tickers`. Prices as text, "" where a side is empty. */
import { z } from "zod";
import type { SpotQuote } from "../../market/quote.ts";
import { type Parsed, gap } from "../gap.ts";
import { shapeGap } from "../json.ts";
import { spotSides } from "../sanity.ts";
import type { SpotSubscription } from "../subscription.ts";
import { timeOfText } from "../text-fields.ts";
import { parseOkxRow } from "./answer.ts";

const ticker = z.looseObject({
  instId: z.string(),
  bidPx: z.string().nullable(),
  askPx: z.string().nullable(),
  ts: z.string(),
});

export const okxSpot = {
  path: (subscription: SpotSubscription): string => `/api/v5/market/ticker?instId=${okxPair(subscription)}`,

  parse(body: string, subscription: SpotSubscription, receivedAtMs: number): Parsed<SpotQuote> {
    const answer = parseOkxRow(body);
    return answer.kind === "gap" ? answer : okxSpotQuote(answer.row, subscription, receivedAtMs);
  },
};

export function okxPair({ base, quote }: Pick<SpotSubscription, "base" | "quote">): string {
  return `${base}-${quote}`;
}

/** One ticker row; `ts` is when the venue made it. */
export function okxSpotQuote(row: unknown, { base, quote }: SpotSubscription, receivedAtMs: number): Parsed<SpotQuote> {
  const shape = ticker.safeParse(row);
  if (!shape.success) return shapeGap(shape.error);
  const { instId, bidPx, askPx, ts } = shape.data;
  if (instId !== `${base}-${quote}`) return gap("bad-shape", `asked for ${base}-${quote}, answered ${instId}`);
  const timeMs = timeOfText(ts);
  if (timeMs === null) return gap("out-of-range", `ts ${ts} is not unix milliseconds`);
  const sides = spotSides(bidPx, askPx);
  if (sides.kind === "gap") return sides;
  const { bid, ask } = sides;
  const times = { timeMs, timeSource: "venue", receivedAtMs } as const;
  return { kind: "quote", quote: { venue: "okx", ...times, base, quote, bid, ask } };
}
