/**
 * Inverse contracts over the WebSocket: `tickers.BTCUSD` is a snapshot, then deltas that hold the changed members only. The
 * perpetual's row carries the index, so both come from one topic. The cross sequence `cs` grows and is not without
 * holes: it shows what is out of order, and cannot show what is missing.
 */
import { parseListed } from "../../market/listed-name.ts";
import { type BoardRow, liveInstrument, type RowRefusal } from "../board.ts";
import { gap } from "../gap.ts";
import type { StreamUpdate } from "../stream-adapter.ts";
import { type FuturesSubscription, type IndexSubscription, sourceName } from "../subscription.ts";
import { priceOfText } from "../text-fields.ts";
import type { Desk, Push, Reading } from "./connection.ts";
import { BYBIT_INVERSE_NAMES, bybitFuture } from "./futures.ts";

/** The members that are read: of others a delta may bring any number. */
const MEMBERS = [
  "bid1Price",
  "ask1Price",
  "markPrice",
  "indexPrice",
  "fundingRate",
  "fundingIntervalHour",
  "deliveryTime",
] as const;

type Ticker = { readonly row: BoardRow; readonly crossSequence: number | null; isTold: boolean };

const TOPIC = "tickers.";

export class InverseDesk implements Desk {
  readonly topics: readonly (readonly [topic: string, source: string])[];
  readonly #indices = new Map<string, IndexSubscription>();
  readonly #boards = new Map<string, FuturesSubscription>();
  readonly #tickers = new Map<string, Ticker>();

  constructor(subscriptions: readonly (IndexSubscription | FuturesSubscription)[]) {
    for (const subscription of subscriptions) {
      if (subscription.kind === "index") this.#indices.set(`${TOPIC}${subscription.base}USD`, subscription);
      else this.#boards.set(subscription.base, subscription);
    }
    this.topics = subscriptions.map((subscription) => [`${TOPIC}${subscription.base}USD`, sourceName(subscription)]);
  }

  listed(source: string, instruments: readonly string[]): readonly string[] | null {
    const board = [...this.#boards.values()].find((subscription) => sourceName(subscription) === source);
    if (board === undefined) return null;
    return instruments
      .filter((name) => {
        const listed = parseListed("bybit", name);
        if (listed === null || listed.kind === "combo" || listed.kind === "option") return false;
        return listed.base === board.base && listed.settlement === null;
      })
      .map((name) => TOPIC + name);
  }

  forget(topic: string): void {
    if (!this.topics.some(([kept]) => kept === topic)) this.#tickers.delete(topic);
  }

  take(push: Push): Reading {
    const { topic, type, data, crossSequence } = push;
    const symbol = topic.slice(TOPIC.length);
    if (data.symbol !== symbol) return { refused: gap("bad-shape", "a ticker of another symbol than its topic") };
    const before = this.#tickers.get(topic);
    if (type === "delta" && before === undefined)
      return { refused: gap("sequence-gap", "a delta before its snapshot") };
    const last = type === "delta" ? (before?.crossSequence ?? null) : null;
    if (last !== null && crossSequence !== null && crossSequence < last)
      return { refused: gap("sequence-gap", `cs ${crossSequence} after ${last}`) };
    const row: Record<string, unknown> = type === "delta" ? { ...before?.row } : {};
    for (const member of MEMBERS) if (Object.hasOwn(data, member)) row[member] = data[member];
    const ticker: Ticker = { row, crossSequence: crossSequence ?? last, isTold: before?.isTold ?? false };
    this.#tickers.set(topic, ticker);
    return { updates: [...this.#indexUpdates(ticker, push), ...this.#boardUpdates(ticker, symbol, push)] };
  }

  #indexUpdates({ row }: Ticker, { topic, timeMs, receivedAtMs }: Push): readonly StreamUpdate[] {
    const subscription = this.#indices.get(topic);
    if (subscription === undefined) return [];
    const source = sourceName(subscription);
    const price = priceOfText(row.indexPrice);
    if (price === null) return [{ kind: "gap", source, gap: gap("out-of-range", "indexPrice is no price") }];
    const { base, quote } = subscription;
    const timed = { timeMs: timeMs ?? receivedAtMs, timeSource: timeMs === null ? "receipt" : "venue" } as const;
    return [{ kind: "index", source, quote: { venue: "bybit", ...timed, receivedAtMs, base, quote, price } }];
  }

  #boardUpdates(ticker: Ticker, symbol: string, { timeMs, receivedAtMs }: Push): readonly StreamUpdate[] {
    const listed = parseListed("bybit", symbol);
    const board = listed === null ? undefined : this.#boards.get(listed.base);
    if (board === undefined) return [];
    const about = { kind: "futures", source: sourceName(board), timeMs, receivedAtMs } as const;
    const live = liveInstrument(symbol, { ...BYBIT_INVERSE_NAMES, base: board.base, timeMs: timeMs ?? receivedAtMs });
    const row = typeof live === "string" ? live : bybitFuture(ticker.row, symbol, live);
    if (typeof row !== "string") {
      ticker.isTold = true;
      return [{ ...about, rows: [row], gone: [], refused: {} }];
    }
    // What was told of it before holds no more.
    const gone = ticker.isTold ? [symbol] : [];
    ticker.isTold = false;
    const refused: Partial<Record<RowRefusal, number>> = { [row]: 1 };
    return [{ ...about, rows: [], gone, refused }];
  }
}
