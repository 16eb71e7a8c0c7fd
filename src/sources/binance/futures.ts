/**
 * Binance's perpetual: GET /fapi/v1/premiumIndex?symbol=BTCUSDT (mark, index, funding) and /fapi/v1/ticker/bookTicker (bid and
 * ask). In USDT, and the board says so. Not the dated futures: all symbols at once are five hundred rows for two of them, at
 * ten times the weight.
 */
import { futureOf } from "./future-row.ts";
import { SETTLEMENT } from "./index-price.ts";
import { binanceError } from "./spot.ts";
import { parseListed } from "../../market/listed-name.ts";
import type { FutureBoard } from "../../market/quote.ts";
import { type BoardRow, readBoard } from "../board.ts";
import { type Gap, type Parsed, gap } from "../gap.ts";
import { isRecord, parseJson } from "../json.ts";
import type { Endpoint } from "../rest-adapter.ts";
import { isPlausibleTimeMs } from "../sanity.ts";
import type { FuturesSubscription } from "../subscription.ts";

const PAYS = { host: "futures", bucket: "futures" } as const;

export const binanceFutures: Endpoint<FuturesSubscription, FutureBoard> = {
  requests: ({ base }) => [
    { ...PAYS, path: `/fapi/v1/premiumIndex?symbol=${base}${SETTLEMENT}`, cost: 1 },
    { ...PAYS, path: `/fapi/v1/ticker/bookTicker?symbol=${base}${SETTLEMENT}`, cost: 2 },
  ],

  parse([premiumBody = "", bookBody = ""], { base }, receivedAtMs): Parsed<FutureBoard> {
    const premium = readRow(premiumBody);
    if (premium.kind === "gap") return premium;
    const book = readRow(bookBody);
    if (book.kind === "gap") return book;
    const timeMs = premium.row.time;
    if (typeof timeMs !== "number" || !Number.isSafeInteger(timeMs) || !isPlausibleTimeMs(timeMs))
      return gap("bad-shape", "premiumIndex has no time in unix ms");
    if (book.row.symbol !== premium.row.symbol) return gap("bad-shape", "bookTicker is of another symbol");
    const { bidPrice: bid, askPrice: ask } = book.row;
    // Absent is not empty: an answer of another endpoint has neither.
    if (bid === undefined || ask === undefined) return gap("bad-shape", "bookTicker has no bid and ask");
    const board = readBoard([premium.row], {
      base,
      settlement: SETTLEMENT,
      nameMember: "symbol",
      parseName: (name) => parseListed("binance", name),
      timeMs,
      read: (row, name, listed) => {
        const { markPrice: mark, indexPrice: index, lastFundingRate: funding, nextFundingTime } = row;
        return futureOf(name, listed, { bid, ask, mark, index, funding, nextFundingMs: nextFundingTime });
      },
    });
    if (board.kind === "gap") return board;
    const times = { timeMs, timeSource: "venue", receivedAtMs } as const;
    const { rows: futures, refused } = board;
    return { kind: "quote", quote: { venue: "binance", ...times, base, quote: SETTLEMENT, futures, refused } };
  },
};

function readRow(body: string): { readonly kind: "row"; readonly row: BoardRow } | Gap {
  const json = parseJson(body);
  if (json.kind === "gap") return json;
  if (!isRecord(json.value)) return gap("bad-shape", "the answer is no object");
  if ("code" in json.value) return binanceError(json.value);
  return { kind: "row", row: json.value };
}
