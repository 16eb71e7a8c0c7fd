/** One future or perpetual of Binance, of either interface. Numbers are decimal text. */
import type { Instrument } from "../../market/instrument.ts";
import type { FutureQuote } from "../../market/quote.ts";
import type { RowRefusal } from "../board.ts";
import { parseDecimal } from "../decimal.ts";
import { isCrossed, spotPriceInRange } from "../sanity.ts";
import { positiveOf, priceOf } from "./text-number.ts";

/** Binance caps the rate of the large perpetuals at ±0.3 % to ±2 % per eight hours, as a decimal; above this it is a percent. */
const FUNDING_MAX = 0.05;
const FUNDING_INTERVAL_MS = 8 * 3_600_000;

type Sent = {
  readonly bid: unknown;
  readonly ask: unknown;
  readonly mark: unknown;
  readonly index: unknown;
  readonly funding: unknown;
  readonly nextFundingMs: unknown;
};

export function futureOf(instrument: string, listed: Instrument, sent: Sent): FutureQuote | RowRefusal {
  if (listed.kind === "option") return "other-kind";
  const [bid, ask, mark, index] = [priceOf(sent.bid), priceOf(sent.ask), positiveOf(sent.mark), positiveOf(sent.index)];
  if (bid === undefined || ask === undefined) return "bad-number";
  if (mark === null || spotPriceInRange("mark", mark) !== null) return "bad-number";
  if (isCrossed(bid, ask)) return "crossed";
  return {
    instrument,
    expiryMs: listed.kind === "perpetual" ? null : listed.expiryMs,
    bid,
    ask,
    mark,
    // What was paid over the last eight hours is the business of another endpoint.
    funding8h: null,
    currentFunding: listed.kind === "perpetual" ? fundingOf(sent) : null,
    ...(index !== null && spotPriceInRange("index", index) === null ? { index } : {}),
  };
}

/**
 * The rate of the next payment, which for most perpetuals is of eight hours. Some are paid every four hours or every hour, and
 * the answer does not say which: a payment that is due off the eight-hour marks gives one of those away.
 */
function fundingOf({ funding, nextFundingMs }: Sent): number | null {
  if (typeof nextFundingMs !== "number" || !(nextFundingMs > 0) || nextFundingMs % FUNDING_INTERVAL_MS !== 0)
    return null;
  const rate = typeof funding === "string" ? parseDecimal(funding) : null;
  return rate !== null && Math.abs(rate) <= FUNDING_MAX ? rate : null;
}
