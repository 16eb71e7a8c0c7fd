/** OKX's own index: GET /api/v5/market/index-tickers?instId=BTC-USD, and the channel of that name. A cross-check. */
import { z } from "zod";
import type { IndexQuote } from "../../market/quote.ts";
import { type Parsed, gap } from "../gap.ts";
import { shapeGap } from "../json.ts";
import type { IndexSubscription } from "../subscription.ts";
import { priceOfText, timeOfText } from "../text-fields.ts";
import { parseOkxRow } from "./answer.ts";

const ticker = z.looseObject({ instId: z.string(), idxPx: z.string(), ts: z.string() });

export const okxIndex = {
  path: ({ base, quote }: IndexSubscription): string => `/api/v5/market/index-tickers?instId=${base}-${quote}`,

  parse(body: string, subscription: IndexSubscription, receivedAtMs: number): Parsed<IndexQuote> {
    const answer = parseOkxRow(body);
    return answer.kind === "gap" ? answer : okxIndexQuote(answer.row, subscription, receivedAtMs);
  },
};

/** BTC-USD is an index of its own; BTC-USDT is another one, and refused here. */
export function okxIndexQuote(
  row: unknown,
  { base, quote }: IndexSubscription,
  receivedAtMs: number,
): Parsed<IndexQuote> {
  const shape = ticker.safeParse(row);
  if (!shape.success) return shapeGap(shape.error);
  const { instId, idxPx, ts } = shape.data;
  if (instId !== `${base}-${quote}`) return gap("bad-shape", `asked for ${base}-${quote}, answered ${instId}`);
  const timeMs = timeOfText(ts);
  if (timeMs === null) return gap("out-of-range", `ts ${ts} is not unix milliseconds`);
  const price = priceOfText(idxPx);
  if (price === null) return gap("out-of-range", `idxPx ${idxPx} is no price`);
  const times = { timeMs, timeSource: "venue", receivedAtMs } as const;
  return { kind: "quote", quote: { venue: "okx", ...times, base, quote, price } };
}
