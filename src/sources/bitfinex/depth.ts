/**
 * Bitfinex: GET /v2/book/tBTCUSD/P1?len=250, rows [price, count, amount], bids first; an amount below zero is an ask.
 *
 * P1 is prices of four figures: steps of 0.01 % to 0.1 %, of which 250 reach 1 % always. P0, with five, ends within 0.3 % at
 * most prices. Bids are rounded down and asks up, so bid and ask here are up to a step apart from the ticker's.
 */
import { z } from "zod";
import { parseBitfinex } from "./answer.ts";
import { bitfinexSymbol } from "./symbol.ts";
import type { BookDepth } from "../../market/quote.ts";
import { type Level, depthOf } from "../depth.ts";
import { type Parsed, gap } from "../gap.ts";
import { shapeGap } from "../json.ts";
import type { DepthSubscription } from "../subscription.ts";

const rows = z.array(z.tuple([z.number(), z.int().positive(), z.number()]));

export const bitfinexDepth = {
  path: (subscription: DepthSubscription): string => `/v2/book/${bitfinexSymbol(subscription)}/P1?len=250`,

  parse(body: string, { base, quote }: DepthSubscription, receivedAtMs: number): Parsed<BookDepth> {
    const answer = parseBitfinex(body);
    if (answer.kind === "gap") return answer;
    if (answer.values.length === 0) return gap("empty-book", "no rows");
    const shape = rows.safeParse(answer.values);
    if (!shape.success) return shapeGap(shape.error);
    const bids: Level[] = [];
    const asks: Level[] = [];
    for (const [price, , amount] of shape.data) {
      if (amount === 0) return gap("bad-shape", `${price} is of neither side`);
      (amount < 0 ? asks : bids).push([price, Math.abs(amount)]);
    }
    const depth = depthOf(bids, asks);
    if (depth.kind === "gap") return depth;
    const { bid, ask, down, up } = depth;
    const times = { timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "bitfinex", ...times, base, quote, bid, ask, down, up } };
  },
};
