/**
 * OKX's options of one family: `opt-summary` has vols and forwards, `tickers` the books. Premiums are in coin, vols are
 * decimals. The venue does not promise that a summary holds every listed option: a book without one has no forward.
 */
import type { Instrument } from "../../market/instrument.ts";
import type { OptionChain, OptionQuote } from "../../market/quote.ts";
import { type BoardRow, type RowRefusal, readBoard } from "../board.ts";
import { type Parsed, gap } from "../gap.ts";
import type { Endpoint } from "../rest-adapter.ts";
import { isCrossed, isPremiumWithinBounds } from "../sanity.ts";
import type { OptionsSubscription } from "../subscription.ts";
import { isCappedAskVol, priceOfText, sideOfText, volOfText } from "../text-fields.ts";
import { parseOkx } from "./answer.ts";
import { byInstrument, newestTimeMs, OKX_NAMES } from "./names.ts";

export const okxOptions: Endpoint<OptionsSubscription, OptionChain> = {
  requests: ({ base }) => [
    {
      host: "rest",
      path: `/api/v5/public/opt-summary?instFamily=${base}-USD`,
      bucket: "opt-summary",
      cost: 1,
    },
    {
      host: "rest",
      path: `/api/v5/market/tickers?instType=OPTION&instFamily=${base}-USD`,
      bucket: "tickers",
      cost: 1,
    },
  ],

  /** The time of the chain is the newest of its summary. Books without a summary are counted as `no-summary`. */
  parse(bodies, { base }, receivedAtMs): Parsed<OptionChain> {
    const answers: (readonly unknown[])[] = [];
    for (const body of bodies) {
      const answer = parseOkx(body);
      if (answer.kind === "gap") return answer;
      answers.push(answer.rows);
    }
    const [summaries, books] = answers;
    if (summaries === undefined || books === undefined) return gap("bad-shape", `${bodies.length} of two answers`);
    if (summaries.length === 0) return gap("no-quote", "the summary is empty");
    const timeMs = newestTimeMs(summaries);
    if (timeMs === null) return gap("bad-shape", "no row says when it was made");
    const tickers = byInstrument(books);
    const board = readBoard(summaries, {
      ...OKX_NAMES,
      base,
      timeMs,
      read: (summary, name, listed) => okxOption(name, listed, { summary, ticker: tickers.get(name) ?? null }),
    });
    if (board.kind === "gap") return board;
    const summarised = byInstrument(summaries);
    const alone = [...tickers.keys()].filter((name) => !summarised.has(name)).length;
    const times = { timeMs, timeSource: "venue", receivedAtMs } as const;
    const refused = alone === 0 ? board.refused : { ...board.refused, "no-summary": alone };
    return { kind: "quote", quote: { venue: "okx", ...times, base, quote: "USD", options: board.rows, refused } };
  },
};

/** @param rows `ticker` is null where no book was given: then neither side is quoted */
export function okxOption(
  instrument: string,
  listed: Instrument,
  rows: { readonly summary: BoardRow; readonly ticker: BoardRow | null },
): OptionQuote | RowRefusal {
  if (listed.kind !== "option") return "other-kind";
  const { expiryMs, strike, right } = listed;
  const { summary, ticker } = rows;
  const forward = priceOfText(summary.fwdPx);
  const bidCoin = ticker === null ? null : sideOfText(ticker.bidPx);
  const offered = ticker === null ? null : sideOfText(ticker.askPx);
  if (forward === null || bidCoin === undefined || offered === undefined) return "bad-number";
  if (isCrossed(bidCoin, offered)) return "crossed";
  // Nobody bids more than an option can be worth: such a number is in dollars.
  if (bidCoin !== null && !isPremiumWithinBounds(bidCoin, right, strike, forward)) return "out-of-bounds";
  const askCoin = isCappedAskVol(summary.askVol) ? null : offered;
  const markVol = volOfText(summary.markVol);
  return { instrument, expiryMs, strike, right, bidCoin, askCoin, markCoin: null, markVol, forward };
}
