/**
 * Deribit's futures and perpetual: GET /public/get_book_summary_by_currency?currency=BTC&kind=future. Prices in USD.
 * A perpetual's row adds `funding_8h` (realised over the last eight hours) and `current_funding`, decimals per eight hours.
 */
import type { Instrument } from "../../market/instrument.ts";
import type { FutureBoard, FutureQuote } from "../../market/quote.ts";
import { isFiniteNumber } from "../decimal.ts";
import { type BoardRow, type RowRefusal, readBoard } from "../board.ts";
import { sideOf } from "./side.ts";
import { DERIBIT_NAMES } from "./names.ts";
import { type AdapterRules, PRODUCTION_ONLY } from "../rest-adapter.ts";
import { parseDeribit } from "./envelope.ts";
import type { Parsed } from "../gap.ts";
import { isCrossed, spotPriceInRange } from "../sanity.ts";
import type { FuturesSubscription } from "../subscription.ts";

/**
 * Deribit caps the rate at ±0.5 % per eight hours, as a decimal. Ten times that leaves room for another cap and none for
 * a rate in percent of a busy hour.
 */
const FUNDING_MAX = 0.05;

export const deribitFutures = {
  path: ({ base }: FuturesSubscription): string => `/public/get_book_summary_by_currency?currency=${base}&kind=future`,

  parse(
    body: string,
    { base }: FuturesSubscription,
    receivedAtMs: number,
    rules: AdapterRules = PRODUCTION_ONLY,
  ): Parsed<FutureBoard> {
    const answer = parseDeribit(body, receivedAtMs, rules);
    if (answer.kind === "gap") return answer;
    const board = readBoard(answer.result, { ...DERIBIT_NAMES, base, timeMs: answer.timeMs, read: readFuture });
    if (board.kind === "gap") return board;
    const times = { timeMs: answer.timeMs, timeSource: "venue", receivedAtMs } as const;
    return {
      kind: "quote",
      quote: { venue: "deribit", ...times, base, quote: "USD", futures: board.rows, refused: board.refused },
    };
  },
};

export function readFuture(row: BoardRow, instrument: string, listed: Instrument): FutureQuote | RowRefusal {
  if (listed.kind === "option") return "other-kind";
  const bid = sideOf(row.bid_price);
  const ask = sideOf(row.ask_price);
  const mark = row.mark_price;
  if (bid === undefined || ask === undefined) return "bad-number";
  if (!isFiniteNumber(mark) || spotPriceInRange("mark", mark) !== null) return "bad-number";
  if (isCrossed(bid, ask)) return "crossed";
  const perpetual = listed.kind === "perpetual";
  const index = row.estimated_delivery_price;
  return {
    instrument,
    expiryMs: perpetual ? null : listed.expiryMs,
    bid,
    ask,
    mark,
    funding8h: perpetual ? fundingOf(row.funding_8h) : null,
    currentFunding: perpetual ? fundingOf(row.current_funding) : null,
    ...(isFiniteNumber(index) && spotPriceInRange("index", index) === null ? { index } : {}),
  };
}

function fundingOf(value: unknown): number | null {
  return isFiniteNumber(value) && Math.abs(value) <= FUNDING_MAX ? value : null;
}
