/**
 * Deribit's whole option chain: GET /public/get_book_summary_by_currency?currency=BTC&kind=option, about 400 kB.
 * Premiums are in coin, `mark_iv` in percent. Every row keeps its own forward: rows of one expiry differ.
 */
import type { Instrument } from "../../market/instrument.ts";
import type { OptionChain, OptionQuote } from "../../market/quote.ts";
import { isFiniteNumber } from "../decimal.ts";
import { type BoardRow, type RowRefusal, readBoard } from "../board.ts";
import { volOf } from "./percent-vol.ts";
import { sideOf } from "./side.ts";
import { DERIBIT_NAMES } from "./names.ts";
import { type AdapterRules, PRODUCTION_ONLY } from "../rest-adapter.ts";
import { parseDeribit } from "./envelope.ts";
import type { Parsed } from "../gap.ts";
import { isCrossed, isPremiumWithinBounds, spotPriceInRange } from "../sanity.ts";
import type { OptionsSubscription } from "../subscription.ts";

export const deribitOptions = {
  path: ({ base }: OptionsSubscription): string => `/public/get_book_summary_by_currency?currency=${base}&kind=option`,

  parse(
    body: string,
    { base }: OptionsSubscription,
    receivedAtMs: number,
    rules: AdapterRules = PRODUCTION_ONLY,
  ): Parsed<OptionChain> {
    const answer = parseDeribit(body, receivedAtMs, rules);
    if (answer.kind === "gap") return answer;
    const board = readBoard(answer.result, { ...DERIBIT_NAMES, base, timeMs: answer.timeMs, read: readOption });
    if (board.kind === "gap") return board;
    const times = { timeMs: answer.timeMs, timeSource: "venue", receivedAtMs } as const;
    return {
      kind: "quote",
      quote: { venue: "deribit", ...times, base, quote: "USD", options: board.rows, refused: board.refused },
    };
  },
};

export function readOption(row: BoardRow, instrument: string, listed: Instrument): OptionQuote | RowRefusal {
  if (listed.kind !== "option") return "other-kind";
  const { expiryMs, strike, right } = listed;
  const bidCoin = sideOf(row.bid_price);
  const askCoin = sideOf(row.ask_price);
  const markCoin = row.mark_price;
  const forward = row.underlying_price;
  if (bidCoin === undefined || askCoin === undefined) return "bad-number";
  if (!isFiniteNumber(markCoin) || !isFiniteNumber(forward) || spotPriceInRange("forward", forward) !== null)
    return "bad-number";
  if (isCrossed(bidCoin, askCoin)) return "crossed";
  // Nobody bids more than an option can be worth; an ask of a thin book may be anything.
  for (const premium of [bidCoin, markCoin])
    if (premium !== null && !isPremiumWithinBounds(premium, right, strike, forward)) return "out-of-bounds";
  return { instrument, expiryMs, strike, right, bidCoin, askCoin, markCoin, markVol: volOf(row.mark_iv), forward };
}
