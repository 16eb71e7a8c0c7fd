/** Deribit's own spot index: GET /public/get_index_price?index_name=btc_usd. A cross-check, never a source of the index. */
import { z } from "zod";
import type { IndexQuote } from "../../market/quote.ts";
import { type AdapterRules, PRODUCTION_ONLY } from "../rest-adapter.ts";
import { parseDeribit } from "./envelope.ts";
import type { Parsed } from "../gap.ts";
import { shapeGap } from "../json.ts";
import { spotPriceInRange } from "../sanity.ts";
import type { IndexSubscription } from "../subscription.ts";

const indexPrice = z.looseObject({ index_price: z.number() });

export const deribitIndex = {
  path: ({ base, quote }: IndexSubscription): string =>
    `/public/get_index_price?index_name=${base.toLowerCase()}_${quote.toLowerCase()}`,

  parse(
    body: string,
    { base, quote }: IndexSubscription,
    receivedAtMs: number,
    rules: AdapterRules = PRODUCTION_ONLY,
  ): Parsed<IndexQuote> {
    const answer = parseDeribit(body, receivedAtMs, rules);
    if (answer.kind === "gap") return answer;
    const shape = indexPrice.safeParse(answer.result);
    if (!shape.success) return shapeGap(shape.error);
    const price = shape.data.index_price;
    const refusal = spotPriceInRange("index_price", price);
    if (refusal !== null) return refusal;
    const times = { timeMs: answer.timeMs, timeSource: "venue", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "deribit", ...times, base, quote, price } };
  },
};
