/** Deribit's futures and perpetual: GET /public/get_book_summary_by_currency?currency=BTC&kind=future. Prices in USD. */
import type { Instrument } from "../market/instrument.ts";
import type { FutureBoard, FutureQuote } from "../market/quote.ts";
import { isFiniteNumber } from "./decimal.ts";
import { type BoardRow, type RowRefusal, readBoard, sideOf } from "./deribit-board.ts";
import { PRODUCTION_ONLY, type DeribitRules, parseDeribit } from "./deribit-envelope.ts";
import type { Parsed } from "./gap.ts";
import { isCrossed, spotPriceInRange } from "./sanity.ts";
import type { FuturesSubscription } from "./subscription.ts";

export const deribitFutures = {
  path: ({ base }: FuturesSubscription): string => `/public/get_book_summary_by_currency?currency=${base}&kind=future`,

  parse(
    body: string,
    { base }: FuturesSubscription,
    receivedAtMs: number,
    rules: DeribitRules = PRODUCTION_ONLY,
  ): Parsed<FutureBoard> {
    const answer = parseDeribit(body, rules);
    if (answer.kind === "gap") return answer;
    const board = readBoard(answer.result, base, answer.timeMs, readFuture);
    if (board.kind === "gap") return board;
    const times = { timeMs: answer.timeMs, timeSource: "venue", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "deribit", ...times, base, futures: board.rows, refused: board.refused } };
  },
};

function readFuture(row: BoardRow, instrument: string, listed: Instrument): FutureQuote | RowRefusal {
  if (listed.kind === "option") return "other-kind";
  const bid = sideOf(row.bid_price);
  const ask = sideOf(row.ask_price);
  const mark = row.mark_price;
  if (bid === undefined || ask === undefined) return "bad-number";
  if (!isFiniteNumber(mark) || spotPriceInRange("mark", mark) !== null) return "bad-number";
  if (isCrossed(bid, ask)) return "crossed";
  return { instrument, expiryMs: listed.kind === "future" ? listed.expiryMs : null, bid, ask, mark };
}
