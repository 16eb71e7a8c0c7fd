/**
 * Bybit's options: GET /v5/market/tickers?category=option&baseCoin=BTC. Of the two contracts that it lists side by side
 * only the ones that settle in USDC are read (no `-USDT` behind the name). Premiums are in dollars, and divided by the row's own
 * forward here; vols are decimals. Over the WebSocket the same members have other names.
 */
import { parseListed } from "../../market/listed-name.ts";
import type { Instrument } from "../../market/instrument.ts";
import type { OptionChain, OptionQuote } from "../../market/quote.ts";
import { type BoardRow, type RowRefusal, readBoard } from "../board.ts";
import { parseDecimal } from "../decimal.ts";
import type { Parsed } from "../gap.ts";
import { isCrossed, isPremiumWithinBounds } from "../sanity.ts";
import type { OptionsSubscription } from "../subscription.ts";
import { isCappedAskVol, priceOfText, sideOfText, volOfText } from "../text-fields.ts";
import { parseBybitRows } from "./answer.ts";

export const BYBIT_OPTION_NAMES = {
  nameMember: "symbol",
  parseName: (name: string) => parseListed("bybit", name),
  settlement: "USDC",
} as const;

/** The members of a row, by what they mean. */
type OptionMembers = Readonly<Record<"bid" | "ask" | "askVol" | "markVol", string>>;
export const REST_MEMBERS: OptionMembers = {
  bid: "bid1Price",
  ask: "ask1Price",
  askVol: "ask1Iv",
  markVol: "markIv",
};
export const STREAM_MEMBERS: OptionMembers = {
  bid: "bidPrice",
  ask: "askPrice",
  askVol: "askIv",
  markVol: "markPriceIv",
};

export const bybitOptions = {
  path: ({ base }: OptionsSubscription): string => `/v5/market/tickers?category=option&baseCoin=${base}`,

  parse(body: string, { base }: OptionsSubscription, receivedAtMs: number): Parsed<OptionChain> {
    const answer = parseBybitRows(body, "option");
    if (answer.kind === "gap") return answer;
    const { timeMs } = answer;
    const board = readBoard(answer.rows, {
      ...BYBIT_OPTION_NAMES,
      base,
      timeMs,
      read: (row, name, listed) => bybitOption(row, name, listed, REST_MEMBERS),
    });
    if (board.kind === "gap") return board;
    const times = { timeMs, timeSource: "venue", receivedAtMs } as const;
    const { rows: options, refused } = board;
    return { kind: "quote", quote: { venue: "bybit", ...times, base, quote: "USDC", options, refused } };
  },
};

export function bybitOption(
  row: BoardRow,
  instrument: string,
  listed: Instrument,
  members: OptionMembers,
): OptionQuote | RowRefusal {
  if (listed.kind !== "option") return "other-kind";
  const { expiryMs, strike, right } = listed;
  const forward = priceOfText(row.underlyingPrice);
  const bid = sideOfText(row[members.bid]);
  const ask = sideOfText(row[members.ask]);
  const mark = typeof row.markPrice === "string" ? parseDecimal(row.markPrice) : null;
  if (forward === null || bid === undefined || ask === undefined || mark === null) return "bad-number";
  if (isCrossed(bid, ask)) return "crossed";
  const markCoin = mark / forward;
  const bidCoin = bid === null ? null : bid / forward;
  // Nobody bids more than an option can be worth; an ask of a thin book may be anything.
  for (const premium of [bidCoin, markCoin])
    if (premium !== null && !isPremiumWithinBounds(premium, right, strike, forward)) return "out-of-bounds";
  const isAskPriced = ask !== null && !isCappedAskVol(row[members.askVol]);
  return {
    instrument,
    expiryMs,
    strike,
    right,
    bidCoin,
    askCoin: isAskPriced ? ask / forward : null,
    markCoin,
    markVol: volOfText(row[members.markVol]),
    forward,
  };
}
