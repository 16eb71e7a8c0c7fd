/** Bybit's spot book: GET /v5/market/orderbook?category=spot&symbol=BTCUSDT&limit=200. `ts` is when the book was taken. */
import { z } from "zod";
import type { BookDepth } from "../../market/quote.ts";
import { depthOf } from "../depth.ts";
import { type Parsed, gap } from "../gap.ts";
import { shapeGap } from "../json.ts";
import type { DepthSubscription } from "../subscription.ts";
import { levelsOfText } from "../text-fields.ts";
import { parseBybit, timeOfNumber } from "./answer.ts";

/** The most that spot gives here. On a deep pair that is less than 1 %, and the depth says so. */
const LEVELS = 200;

const book = z.looseObject({ s: z.string(), b: z.array(z.unknown()), a: z.array(z.unknown()), ts: z.number() });

export const bybitDepth = {
  path: ({ base, quote }: DepthSubscription): string =>
    `/v5/market/orderbook?category=spot&symbol=${base}${quote}&limit=${LEVELS}`,

  parse(body: string, { base, quote }: DepthSubscription, receivedAtMs: number): Parsed<BookDepth> {
    const answer = parseBybit(body);
    if (answer.kind === "gap") return answer;
    const shape = book.safeParse(answer.result);
    if (!shape.success) return shapeGap(shape.error);
    const { s, a, b, ts } = shape.data;
    if (s !== `${base}${quote}`) return gap("bad-shape", `asked for ${base}${quote}, answered ${s}`);
    const timeMs = timeOfNumber(ts);
    if (timeMs === null) return gap("out-of-range", `ts ${ts} is not unix milliseconds`);
    const [bids, asks] = [levelsOfText(b), levelsOfText(a)];
    if (bids === null || asks === null) return gap("bad-shape", "a level that is no price and size");
    const depth = depthOf(bids, asks);
    if (depth.kind === "gap") return depth;
    const { bid, ask, down, up } = depth;
    const times = { timeMs, timeSource: "venue", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "bybit", ...times, base, quote, bid, ask, down, up } };
  },
};
