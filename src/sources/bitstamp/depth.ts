/** Bitstamp: GET /api/v2/order_book/btcusd/, the whole book by price. */
import type { BookDepth } from "../../market/quote.ts";
import type { Parsed } from "../gap.ts";
import { isRecord, parseJson } from "../json.ts";
import type { DepthSubscription } from "../subscription.ts";
import { depthOfBook, parseBitstampBook } from "./book.ts";
import { bitstampError } from "./spot.ts";

export const bitstampDepth = {
  path: ({ base, quote }: DepthSubscription): string =>
    `/api/v2/order_book/${base.toLowerCase()}${quote.toLowerCase()}/`,

  parse(body: string, { base, quote }: DepthSubscription, receivedAtMs: number): Parsed<BookDepth> {
    const json = parseJson(body);
    if (json.kind === "gap") return json;
    const refusal = isRecord(json.value) ? bitstampError(json.value) : null;
    if (refusal !== null) return refusal;
    const book = parseBitstampBook(json.value, receivedAtMs);
    if (book.kind === "gap") return book;
    const depth = depthOfBook(book);
    if (depth.kind === "gap") return depth;
    const { bid, ask, down, up } = depth;
    const times = { timeMs: book.timeMs, timeSource: "venue", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "bitstamp", ...times, base, quote, bid, ask, down, up } };
  },
};
