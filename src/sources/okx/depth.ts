/** OKX's spot book: GET /api/v5/market/books?instId=BTC-USDT&sz=400. The answer does not say of which instrument it is. */
import { z } from "zod";
import type { BookDepth } from "../../market/quote.ts";
import { depthOf } from "../depth.ts";
import { type Parsed, gap } from "../gap.ts";
import { shapeGap } from "../json.ts";
import type { DepthSubscription } from "../subscription.ts";
import { levelsOfText, timeOfText } from "../text-fields.ts";
import { parseOkxRow } from "./answer.ts";

/** The most that this endpoint gives. */
const LEVELS = 400;

/** Rows are [price, size, a retired member, orders]. */
const book = z.looseObject({ asks: z.array(z.unknown()), bids: z.array(z.unknown()), ts: z.string() });

export const okxDepth = {
  path: ({ base, quote }: DepthSubscription): string => `/api/v5/market/books?instId=${base}-${quote}&sz=${LEVELS}`,

  parse(body: string, { base, quote }: DepthSubscription, receivedAtMs: number): Parsed<BookDepth> {
    const answer = parseOkxRow(body);
    if (answer.kind === "gap") return answer;
    const shape = book.safeParse(answer.row);
    if (!shape.success) return shapeGap(shape.error);
    const timeMs = timeOfText(shape.data.ts);
    if (timeMs === null) return gap("out-of-range", `ts ${shape.data.ts} is not unix milliseconds`);
    const [bids, asks] = [levelsOfText(shape.data.bids), levelsOfText(shape.data.asks)];
    if (bids === null || asks === null) return gap("bad-shape", "a level that is no price and size");
    const depth = depthOf(bids, asks);
    if (depth.kind === "gap") return depth;
    const { bid, ask, down, up } = depth;
    const times = { timeMs, timeSource: "venue", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "okx", ...times, base, quote, bid, ask, down, up } };
  },
};
