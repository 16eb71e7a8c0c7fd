/**
 * Coinbase Exchange: GET /products/BTC-USD/book?level=2, the whole book by price, rows [price, size, number of orders].
 * `time` is the book's, where it is given; in an auction no orders meet, so its book is no market.
 */
import { z } from "zod";
import type { BookDepth } from "../../market/quote.ts";
import { readDepth } from "../depth.ts";
import { type Parsed, gap } from "../gap.ts";
import { isRecord, parseJson, shapeGap } from "../json.ts";
import type { DepthSubscription } from "../subscription.ts";
import { decimalOf } from "../text-decimal.ts";
import { timeFault } from "../venue-time.ts";
import { coinbaseError } from "./spot.ts";

const book = z.looseObject({
  bids: z.unknown(),
  asks: z.unknown(),
  auction_mode: z.boolean().optional(),
  time: z.iso.datetime().optional(),
});

export const coinbaseDepth = {
  path: ({ base, quote }: DepthSubscription): string => `/products/${base}-${quote}/book?level=2`,

  parse(body: string, { base, quote }: DepthSubscription, receivedAtMs: number): Parsed<BookDepth> {
    const json = parseJson(body);
    if (json.kind === "gap") return json;
    if (isRecord(json.value) && typeof json.value.message === "string") return coinbaseError(json.value.message);
    const shape = book.safeParse(json.value);
    if (!shape.success) return shapeGap(shape.error);
    if (shape.data.auction_mode === true) return gap("halted", "the book is in an auction");
    const { time } = shape.data;
    const timeMs = time === undefined ? receivedAtMs : Date.parse(time);
    const fault = timeFault(timeMs, receivedAtMs);
    if (fault !== null) return fault;
    const depth = readDepth(shape.data.bids, shape.data.asks, decimalOf);
    if (depth.kind === "gap") return depth;
    const { bid, ask, down, up } = depth;
    const times = { timeMs, timeSource: time === undefined ? "receipt" : "venue", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "coinbase", ...times, base, quote, bid, ask, down, up } };
  },
};
