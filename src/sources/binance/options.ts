/**
 * Binance's whole option chain, of three answers: GET /eapi/v1/index?underlying=BTCUSDT, /eapi/v1/mark (marks and vols) and
 * /eapi/v1/ticker (bids and asks). The last two list the options of every coin, and carry no time: the chain's time is the
 * index's, the oldest of the three.
 */
import { binanceIndex, readIndex, SETTLEMENT } from "./index-price.ts";
import { isOneCoinContract, optionOf } from "./option-row.ts";
import { binanceError } from "./spot.ts";
import { parseListed } from "../../market/listed-name.ts";
import type { OptionChain } from "../../market/quote.ts";
import { type BoardRow, readBoard } from "../board.ts";
import { type Gap, type Parsed, gap } from "../gap.ts";
import { isRecord, parseJson } from "../json.ts";
import type { Endpoint } from "../rest-adapter.ts";
import type { OptionsSubscription } from "../subscription.ts";

const PAYS = { host: "options", bucket: "options" } as const;

export const binanceOptions: Endpoint<OptionsSubscription, OptionChain> = {
  requests: (subscription) => [
    { ...PAYS, path: binanceIndex.path(subscription), cost: 1 },
    { ...PAYS, path: "/eapi/v1/mark", cost: 5 },
    { ...PAYS, path: "/eapi/v1/ticker", cost: 5 },
  ],

  parse([indexBody = "", markBody = "", tickerBody = ""], { base }, receivedAtMs): Parsed<OptionChain> {
    const index = readIndex(indexBody);
    if (index.kind === "gap") return index;
    if (!isOneCoinContract(base)) return gap("out-of-range", `a contract of ${base} is not one coin`);
    const marks = readRows(markBody);
    if (marks.kind === "gap") return marks;
    const tickers = readRows(tickerBody);
    if (tickers.kind === "gap") return tickers;
    const books = booksByName(tickers.rows);
    const { price: forward, timeMs } = index;
    const board = readBoard(marks.rows, {
      base,
      settlement: SETTLEMENT,
      nameMember: "symbol",
      parseName: (name) => parseListed("binance", name),
      timeMs,
      read: (row, name, listed) => {
        const book = books.get(name);
        const sent = { bid: book?.bidPrice ?? null, ask: book?.askPrice ?? null };
        return optionOf(name, listed, { ...sent, mark: row.markPrice, vol: row.markIV }, forward);
      },
    });
    if (board.kind === "gap") return board;
    const times = { timeMs, timeSource: "venue", receivedAtMs } as const;
    const { rows: options, refused } = board;
    return { kind: "quote", quote: { venue: "binance", ...times, base, quote: SETTLEMENT, options, refused } };
  },
};

function readRows(body: string): { readonly kind: "rows"; readonly rows: readonly unknown[] } | Gap {
  const json = parseJson(body);
  if (json.kind === "gap") return json;
  if (isRecord(json.value) && "code" in json.value) return binanceError(json.value);
  if (!Array.isArray(json.value)) return gap("bad-shape", "the answer is no array");
  return { kind: "rows", rows: json.value };
}

/** An option without a ticker has no quote; of two tickers of one name the first counts. */
function booksByName(rows: readonly unknown[]): ReadonlyMap<string, BoardRow> {
  const books = new Map<string, BoardRow>();
  for (const row of rows)
    if (isRecord(row) && typeof row.symbol === "string" && !books.has(row.symbol)) books.set(row.symbol, row);
  return books;
}
