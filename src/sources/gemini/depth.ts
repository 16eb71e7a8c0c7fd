/**
 * Gemini: GET /v1/book/btcusd?limit_bids=1000&limit_asks=1000, levels {"price":…,"amount":…,"timestamp":…} as text, best first.
 * The levels' timestamps are fillers by the venue's own word: receipt time. A thousand levels reach 1 % of the large pairs.
 */
import { z } from "zod";
import { parseGemini } from "./answer.ts";
import type { BookDepth } from "../../market/quote.ts";
import { parseDecimal } from "../decimal.ts";
import { type Level, depthOf } from "../depth.ts";
import type { Parsed } from "../gap.ts";
import { shapeGap } from "../json.ts";
import type { DepthSubscription } from "../subscription.ts";

const levels = z.array(z.looseObject({ price: z.string(), amount: z.string() }));
const book = z.looseObject({ bids: levels, asks: levels });

export const geminiDepth = {
  path: ({ base, quote }: DepthSubscription): string =>
    `/v1/book/${(base + quote).toLowerCase()}?limit_bids=1000&limit_asks=1000`,

  parse(body: string, { base, quote }: DepthSubscription, receivedAtMs: number): Parsed<BookDepth> {
    const answer = parseGemini(body);
    if (answer.kind === "gap") return answer;
    const shape = book.safeParse(answer.value);
    if (!shape.success) return shapeGap(shape.error);
    const depth = depthOf(shape.data.bids.map(levelOf), shape.data.asks.map(levelOf));
    if (depth.kind === "gap") return depth;
    const { bid, ask, down, up } = depth;
    const times = { timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "gemini", ...times, base, quote, bid, ask, down, up } };
  },
};

/** What is no number becomes NaN, which no book has. */
function levelOf({ price, amount }: { readonly price: string; readonly amount: string }): Level {
  return [parseDecimal(price) ?? Number.NaN, parseDecimal(amount) ?? Number.NaN];
}
