/**
 * Spot over the WebSocket: `orderbook.1.BTCUSDT`, because the spot ticker there has no bid and ask. A snapshot begins the book,
 * deltas change levels (size 0 removes one) and count up by one; where the count jumps, messages were lost. While nothing
 * changes the venue repeats its snapshot every few seconds.
 */
import type { SpotQuote } from "../../market/quote.ts";
import { type Gap, gap, type Parsed } from "../gap.ts";
import { numericSides } from "../sanity.ts";
import { type SpotSubscription, sourceName } from "../subscription.ts";
import { levelsOfText } from "../text-fields.ts";
import type { Desk, Push, Reading } from "./connection.ts";

/** A book of one level a side holds a handful for a moment at most. */
const LEVELS_MAX = 50;

type Side = Map<number, number>;
type Book = { readonly bids: Side; readonly asks: Side; updateId: number };

export class SpotDesk implements Desk {
  readonly topics: readonly (readonly [topic: string, source: string])[];
  readonly #subscriptions = new Map<string, SpotSubscription>();
  readonly #books = new Map<string, Book>();

  constructor(subscriptions: readonly SpotSubscription[]) {
    for (const subscription of subscriptions) {
      this.#subscriptions.set(`orderbook.1.${subscription.base}${subscription.quote}`, subscription);
    }
    this.topics = [...this.#subscriptions].map(([topic, subscription]) => [topic, sourceName(subscription)]);
  }

  listed(): null {
    return null;
  }

  forget(): void {}

  take(push: Push): Reading {
    const { topic, type, data } = push;
    const subscription = this.#subscriptions.get(topic);
    if (subscription === undefined) return { refused: gap("bad-shape", "a topic that was not asked for") };
    const [bids, asks, updateId] = [levelsOfText(data.b), levelsOfText(data.a), data.u];
    if (data.s !== `${subscription.base}${subscription.quote}` || bids === null || asks === null)
      return { refused: gap("bad-shape", "a book that is none, or of another pair") };
    if (typeof updateId !== "number" || !Number.isSafeInteger(updateId))
      return { refused: gap("bad-shape", "u is no integer") };
    if (type === "snapshot") this.#books.set(topic, { bids: new Map(), asks: new Map(), updateId });
    const book = this.#books.get(topic);
    if (book === undefined) return { refused: gap("sequence-gap", "a delta before its snapshot") };
    if (type === "delta") {
      const told = `delta ${updateId} after ${book.updateId}`;
      if (updateId <= book.updateId) return { refused: gap("sequence-gap", told) };
      if (updateId !== book.updateId + 1) return { close: gap("sequence-gap", told) };
      book.updateId = updateId;
    }
    for (const [side, levels] of [
      [book.bids, bids],
      [book.asks, asks],
    ] as const) {
      for (const [price, size] of levels) {
        if (size === 0) side.delete(price);
        else side.set(price, size);
      }
      if (side.size > LEVELS_MAX) return { close: gap("too-large", "a book of one level has too many") };
    }
    const source = sourceName(subscription);
    const quote = quoteOf(book, subscription, push);
    return {
      updates: [
        quote.kind === "gap" ? { kind: "gap", source, gap: quote } : { kind: "spot", source, quote: quote.quote },
      ],
    };
  }
}

function quoteOf(
  book: Book,
  { base, quote }: SpotSubscription,
  { timeMs, receivedAtMs }: Push,
): Parsed<SpotQuote> | Gap {
  const { bids, asks } = book;
  if (bids.size === 0 || asks.size === 0) return gap("empty-book", `${bids.size} bids, ${asks.size} asks`);
  const sides = numericSides(Math.max(...bids.keys()), Math.min(...asks.keys()));
  if (sides.kind === "gap") return sides;
  const { bid, ask } = sides;
  const times =
    timeMs === null
      ? ({ timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs } as const)
      : ({ timeMs, timeSource: "venue", receivedAtMs } as const);
  return { kind: "quote", quote: { venue: "bybit", ...times, base, quote, bid, ask } };
}
