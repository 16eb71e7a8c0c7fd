/**
 * Bybit's inverse perpetual and quarters, in USD: GET /v5/market/tickers?category=inverse, which holds every coin. Each row
 * carries the venue's index beside its mark; over the WebSocket the members have the same names.
 */
import { parseListed } from "../../market/listed-name.ts";
import type { Instrument } from "../../market/instrument.ts";
import type { FutureBoard, FutureQuote, IndexQuote } from "../../market/quote.ts";
import { type BoardRow, type RowRefusal, readBoard } from "../board.ts";
import { parseDecimal } from "../decimal.ts";
import { type Parsed, gap } from "../gap.ts";
import { isRecord } from "../json.ts";
import { isCrossed } from "../sanity.ts";
import type { FuturesSubscription, IndexSubscription } from "../subscription.ts";
import { priceOfText, sideOfText, timeOfText } from "../text-fields.ts";
import { parseBybitRows } from "./answer.ts";

/** The venue's own caps are 0.5 % or less per period; over this the rate is in percent. */
const FUNDING_MAX = 0.05;

export const BYBIT_INVERSE_NAMES = {
  nameMember: "symbol",
  parseName: (name: string) => parseListed("bybit", name),
  settlement: null,
} as const;

export const bybitFutures = {
  path: (_subscription: FuturesSubscription): string => "/v5/market/tickers?category=inverse",

  parse(body: string, { base }: FuturesSubscription, receivedAtMs: number): Parsed<FutureBoard> {
    const answer = parseBybitRows(body, "inverse");
    if (answer.kind === "gap") return answer;
    const { timeMs } = answer;
    const board = readBoard(answer.rows, { ...BYBIT_INVERSE_NAMES, base, timeMs, read: bybitFuture });
    if (board.kind === "gap") return board;
    const times = { timeMs, timeSource: "venue", receivedAtMs } as const;
    const { rows: futures, refused } = board;
    return { kind: "quote", quote: { venue: "bybit", ...times, base, quote: "USD", futures, refused } };
  },
};

/** The index of a coin stands in the row of its inverse perpetual. A cross-check. */
export const bybitIndex = {
  path: ({ base, quote }: IndexSubscription): string => `/v5/market/tickers?category=inverse&symbol=${base}${quote}`,

  parse(body: string, { base, quote }: IndexSubscription, receivedAtMs: number): Parsed<IndexQuote> {
    const answer = parseBybitRows(body, "inverse");
    if (answer.kind === "gap") return answer;
    const row = answer.rows[0];
    if (row === undefined) return gap("no-quote", "list is empty");
    if (answer.rows.length !== 1) return gap("bad-shape", `${answer.rows.length} rows, asked for one`);
    if (!isRecord(row) || row.symbol !== `${base}${quote}`)
      return gap("bad-shape", `the row is not of ${base}${quote}`);
    const price = priceOfText(row.indexPrice);
    if (price === null) return gap("out-of-range", "indexPrice is no price");
    const times = { timeMs: answer.timeMs, timeSource: "venue", receivedAtMs } as const;
    return { kind: "quote", quote: { venue: "bybit", ...times, base, quote, price } };
  },
};

export function bybitFuture(row: BoardRow, instrument: string, listed: Instrument): FutureQuote | RowRefusal {
  if (listed.kind === "option") return "other-kind";
  const bid = sideOfText(row.bid1Price);
  const ask = sideOfText(row.ask1Price);
  const mark = priceOfText(row.markPrice);
  if (bid === undefined || ask === undefined || mark === null) return "bad-number";
  // A name says a quarter, and which day that ends is this code's arithmetic: the venue's own word must agree.
  const deliveryMs = timeOfText(row.deliveryTime);
  if (listed.kind === "future" && deliveryMs !== null && deliveryMs !== listed.expiryMs) return "out-of-bounds";
  if (isCrossed(bid, ask)) return "crossed";
  const isPerpetual = listed.kind === "perpetual";
  const index = priceOfText(row.indexPrice);
  return {
    instrument,
    expiryMs: isPerpetual ? null : listed.expiryMs,
    bid,
    ask,
    mark,
    // The venue states the rate of the running period; what was paid lately it does not.
    funding8h: null,
    currentFunding: isPerpetual ? fundingOf(row) : null,
    ...(index === null ? {} : { index }),
  };
}

/** `fundingRate` is per period of `fundingIntervalHour`: where that is not said, the rate is not known. */
function fundingOf(row: BoardRow): number | null {
  const rate = typeof row.fundingRate === "string" ? parseDecimal(row.fundingRate) : null;
  const hours = typeof row.fundingIntervalHour === "string" ? parseDecimal(row.fundingIntervalHour) : null;
  if (rate === null || Math.abs(rate) > FUNDING_MAX || hours === null || !(hours >= 1 && hours <= 24)) return null;
  return (rate * 8) / hours;
}
