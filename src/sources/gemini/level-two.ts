/**
 * Gemini's level two over a WebSocket, /v2/marketdata. The first l2_updates of a symbol is the whole book, with the latest
 * trades beside it; those that follow are changes: ["buy" | "sell", price, what lies there now]. No sequence numbers and no
 * times, so a lost message shows only as a book that stays crossed. A heartbeat comes every five seconds.
 */
import { z } from "zod";
import { geminiError } from "./answer.ts";
import { type Change, WatchedBook } from "./watched-book.ts";
import { parseDecimal } from "../decimal.ts";
import { gap, saidOf } from "../gap.ts";
import { isRecord, parseJson, shapeGap } from "../json.ts";
import { NOTHING, type StreamAdapter, type StreamSession, type StreamStep } from "../stream-adapter.ts";
import { closes, refuses, sends, tells } from "../stream-step.ts";
import { type DepthSubscription, type PolledSubscription, type SpotSubscription, sourceName } from "../subscription.ts";
import { Unheard } from "../unheard.ts";

const HEARTBEAT_MS = 5_000;
const CONFIRM_MAX_MS = 15_000;

const updates = z.looseObject({
  symbol: z.string(),
  changes: z.array(z.tuple([z.enum(["buy", "sell"]), z.string(), z.string()])),
  trades: z.array(z.unknown()).optional(),
});

type Carried = SpotSubscription | DepthSubscription;

export const geminiLevelTwo: StreamAdapter = {
  venue: "gemini",
  name: "books",
  host: "stream",
  path: () => "/v2/marketdata",
  carries: isCarried,
  heartbeatMs: HEARTBEAT_MS,
  pingFrameMs: null,
  lifeMaxMs: null,
  session: (subscriptions) => new LevelTwoSession(subscriptions.filter(isCarried)),
};

function isCarried(subscription: PolledSubscription): subscription is Carried {
  return subscription.venue === "gemini" && (subscription.kind === "spot" || subscription.kind === "depth");
}

class LevelTwoSession implements StreamSession {
  readonly #books = new Map<string, WatchedBook>();
  readonly #unheard: Unheard;

  constructor(subscriptions: readonly Carried[]) {
    for (const subscription of subscriptions) {
      const symbol = `${subscription.base}${subscription.quote}`;
      const book = this.#books.get(symbol) ?? new WatchedBook();
      book.watch(subscription);
      this.#books.set(symbol, book);
    }
    this.#unheard = new Unheard(CONFIRM_MAX_MS, subscriptions.map(sourceName));
  }

  opened(nowMs: number): StreamStep {
    this.#unheard.opened(nowMs);
    const subscriptions = [{ name: "l2", symbols: [...this.#books.keys()] }];
    return sends(JSON.stringify({ type: "subscribe", subscriptions }));
  }

  take(text: string, receivedAtMs: number): StreamStep {
    const json = parseJson(text);
    if (json.kind === "gap") return refuses(json);
    const message = json.value;
    if (!isRecord(message)) return refuses(gap("bad-shape", "a message that is no object"));
    if (message.result === "error") return refuses(geminiError(message));
    switch (message.type) {
      case "l2_updates":
        return this.#takeBook(message, receivedAtMs);
      case "heartbeat":
        return this.#confirm(receivedAtMs);
      // Trades, auctions and candles come unasked, and say nothing of the book.
      case "trade":
      case "auction_open":
      case "auction_indicative":
      case "auction_result":
        return NOTHING;
    }
    return refuses(gap("bad-shape", `a message of type ${saidOf(message.type).slice(0, 24)}`));
  }

  tick(nowMs: number): StreamStep {
    return tells(...this.#unheard.overdue(nowMs));
  }

  listed(): StreamStep {
    return NOTHING;
  }

  #takeBook(message: unknown, receivedAtMs: number): StreamStep {
    const shape = updates.safeParse(message);
    if (!shape.success) return refuses(shapeGap(shape.error));
    const { symbol, changes, trades } = shape.data;
    const book = this.#books.get(symbol);
    if (book === undefined) return refuses(gap("bad-shape", `${symbol} was not asked for`));
    const levels: Change[] = [];
    for (const [side, priceText, sizeText] of changes) {
      const [price, size] = [parseDecimal(priceText), parseDecimal(sizeText)];
      // A change that cannot be read leaves a book that is wrong from here on: begin anew.
      if (price === null || size === null || !(price > 0) || !(size >= 0))
        return closes(gap("sequence-gap", `${symbol} has a change that is no level`));
      levels.push({ side: side === "buy" ? "bid" : "ask", price, size });
    }
    for (const source of book.sources) this.#unheard.heard(source);
    return book.take(levels, trades !== undefined, receivedAtMs);
  }

  /** The line lives, so every book stands as it is. */
  #confirm(receivedAtMs: number): StreamStep {
    return tells(...[...this.#books.values()].flatMap((book) => book.confirm(receivedAtMs)));
  }
}
