/**
 * OKX's inverse futures and perpetual of one coin, in USD. Three kinds of rows make one quote: `tickers` has the book,
 * `mark-price` the mark, `funding-rate` what the perpetual pays; each for SWAP and for FUTURES where it applies.
 */
import type { Instrument } from "../../market/instrument.ts";
import type { FutureBoard, FutureQuote } from "../../market/quote.ts";
import { type BoardRow, type RowRefusal, readBoard } from "../board.ts";
import { parseDecimal } from "../decimal.ts";
import { type Parsed, gap } from "../gap.ts";
import type { Endpoint, RestRequest } from "../rest-adapter.ts";
import { isCrossed } from "../sanity.ts";
import type { FuturesSubscription } from "../subscription.ts";
import { priceOfText, sideOfText, timeOfText } from "../text-fields.ts";
import { parseOkx } from "./answer.ts";
import { byInstrument, newestTimeMs, OKX_NAMES } from "./names.ts";

const EIGHT_HOURS_MS = 8 * 3_600_000;
/** OKX caps the rate of its majors at 0.375 % to 1.5 % per period; over this it is in percent. */
const FUNDING_MAX = 0.05;

export const okxFutures: Endpoint<FuturesSubscription, FutureBoard> = {
  requests({ base }: FuturesSubscription): readonly RestRequest[] {
    const request = (bucket: string, path: string): RestRequest => ({ host: "rest", path, bucket, cost: 1 });
    return [
      request("tickers", `/api/v5/market/tickers?instType=SWAP&instFamily=${base}-USD`),
      request("tickers", `/api/v5/market/tickers?instType=FUTURES&instFamily=${base}-USD`),
      request("mark-price", `/api/v5/public/mark-price?instType=SWAP&instFamily=${base}-USD`),
      request("mark-price", `/api/v5/public/mark-price?instType=FUTURES&instFamily=${base}-USD`),
      request("funding-rate", `/api/v5/public/funding-rate?instId=${base}-USD-SWAP`),
    ];
  },

  /** The time of the board is the newest of its rows: the answer has none, and each row its own. */
  parse(bodies: readonly string[], { base }: FuturesSubscription, receivedAtMs: number): Parsed<FutureBoard> {
    const answers: (readonly unknown[])[] = [];
    for (const body of bodies) {
      const answer = parseOkx(body);
      if (answer.kind === "gap") return answer;
      answers.push(answer.rows);
    }
    const [swaps, dated, swapMarks, datedMarks, fundings] = answers;
    if (!swaps || !dated || !swapMarks || !datedMarks || !fundings) {
      return gap("bad-shape", `${bodies.length} of five answers`);
    }
    const timeMs = newestTimeMs([...swaps, ...dated, ...swapMarks, ...datedMarks]);
    if (timeMs === null) return gap("bad-shape", "no row says when it was made");
    const marks = byInstrument([...swapMarks, ...datedMarks]);
    const rates = byInstrument(fundings);
    const board = readBoard([...swaps, ...dated], {
      ...OKX_NAMES,
      base,
      timeMs,
      read: (ticker, name, listed) =>
        okxFuture(name, listed, { ticker, mark: marks.get(name) ?? null, funding: rates.get(name) ?? null }),
    });
    if (board.kind === "gap") return board;
    const times = { timeMs, timeSource: "venue", receivedAtMs } as const;
    const { rows: futures, refused } = board;
    return { kind: "quote", quote: { venue: "okx", ...times, base, quote: "USD", futures, refused } };
  },
};

/** @param rows of one instrument; null where there is none, and always as funding of a dated future */
export function okxFuture(
  instrument: string,
  listed: Instrument,
  rows: { readonly ticker: BoardRow; readonly mark: BoardRow | null; readonly funding: BoardRow | null },
): FutureQuote | RowRefusal {
  if (listed.kind === "option") return "other-kind";
  const bid = sideOfText(rows.ticker.bidPx);
  const ask = sideOfText(rows.ticker.askPx);
  const mark = priceOfText(rows.mark?.markPx);
  if (bid === undefined || ask === undefined || mark === null) return "bad-number";
  if (isCrossed(bid, ask)) return "crossed";
  const isPerpetual = listed.kind === "perpetual";
  return {
    instrument,
    expiryMs: isPerpetual ? null : listed.expiryMs,
    bid,
    ask,
    mark,
    ...(isPerpetual && rows.funding !== null ? fundingOf(rows.funding) : { funding8h: null, currentFunding: null }),
  };
}

/**
 * `fundingRate` is the rate of the period that ends at `fundingTime`, `settFundingRate` that of the last one. A period
 * is as long as until `nextFundingTime`, which is not always eight hours; where its length is unknown, so is the rate.
 */
function fundingOf(row: BoardRow): Pick<FutureQuote, "funding8h" | "currentFunding"> {
  const [endMs, nextMs] = [timeOfText(row.fundingTime), timeOfText(row.nextFundingTime)];
  const periodMs = endMs === null || nextMs === null ? 0 : nextMs - endMs;
  if (periodMs <= 0 || periodMs > 3 * EIGHT_HOURS_MS) return { funding8h: null, currentFunding: null };
  const current = rateOf(row.fundingRate);
  return {
    funding8h: periodMs === EIGHT_HOURS_MS ? rateOf(row.settFundingRate) : null,
    currentFunding: current === null ? null : (current * EIGHT_HOURS_MS) / periodMs,
  };
}

function rateOf(value: unknown): number | null {
  const rate = typeof value === "string" ? parseDecimal(value) : null;
  return rate !== null && Math.abs(rate) <= FUNDING_MAX ? rate : null;
}
