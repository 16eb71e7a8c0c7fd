/**
 * Binance's perpetual over a WebSocket: /market/stream?streams=btcusdt@markPrice@1s/btcusdt@bookTicker.
 *
 *   btcusdt@markPrice@1s   {"e":"markPriceUpdate","E":ms,"s":"BTCUSDT","p":mark,"i":index,"r":funding,"T":next funding ms}
 *   btcusdt@bookTicker     {"e":"bookTicker","u":…,"E":ms,"s":"BTCUSDT","b":"…","a":"…"}
 *
 * The mark sets the pace, once a second; the newest bid and ask go with it. Since April 2026 the venue serves books under
 * another prefix than marks, so there the second stream may be silent: the row then has a mark and no sides.
 */
import {
  FIRST_PUSH_MAX_MS,
  LIFE_MAX_MS,
  isUpdateId,
  readCombined,
  streamsPath,
  unknownStream,
} from "./combined-frame.ts";
import { futureOf } from "./future-row.ts";
import { SETTLEMENT } from "./index-price.ts";
import { parseListed } from "../../market/listed-name.ts";
import type { BoardRow } from "../board.ts";
import { liveInstrument } from "../board.ts";
import { gap } from "../gap.ts";
import { isRecord } from "../json.ts";
import { isPlausibleTimeMs } from "../sanity.ts";
import { NOTHING, type StreamAdapter, type StreamSession, type StreamStep } from "../stream-adapter.ts";
import { closes, refuses, tells } from "../stream-step.ts";
import { type FuturesSubscription, type PolledSubscription, sourceName } from "../subscription.ts";
import { Unheard } from "../unheard.ts";

/** The mark is pushed every second; five missed ones are a pause, ten are a dead line. */
const PUSH_MS = 5_000;
/** A bid and ask older than this do not belong beside the mark. */
const BOOK_AGE_MAX_MS = 5_000;

export const binanceFuturesStream: StreamAdapter = {
  venue: "binance",
  name: "futures",
  host: "futures-stream",
  path: (subscriptions) => streamsPath("/market", subscriptions.filter(isFutures).flatMap(streamsOf)),
  carries: isFutures,
  heartbeatMs: PUSH_MS,
  pingFrameMs: null,
  lifeMaxMs: LIFE_MAX_MS,
  session: (subscriptions) => new FuturesSession(subscriptions.filter(isFutures)),
};

function isFutures(subscription: PolledSubscription): subscription is FuturesSubscription {
  return subscription.venue === "binance" && subscription.kind === "futures";
}

function streamsOf({ base }: FuturesSubscription): [mark: string, book: string] {
  const symbol = `${base}${SETTLEMENT}`.toLowerCase();
  return [`${symbol}@markPrice@1s`, `${symbol}@bookTicker`];
}

type Book = { readonly bid: unknown; readonly ask: unknown; readonly timeMs: number; readonly updateId: number };
type Watched = { readonly subscription: FuturesSubscription; book: Book | null };

class FuturesSession implements StreamSession {
  readonly #marks = new Map<string, Watched>();
  readonly #books = new Map<string, Watched>();
  readonly #unheard: Unheard;

  constructor(subscriptions: readonly FuturesSubscription[]) {
    for (const subscription of subscriptions) {
      const watched: Watched = { subscription, book: null };
      const [mark, book] = streamsOf(subscription);
      this.#marks.set(mark, watched);
      this.#books.set(book, watched);
    }
    this.#unheard = new Unheard(FIRST_PUSH_MAX_MS, subscriptions.map(sourceName));
  }

  opened(nowMs: number): StreamStep {
    this.#unheard.opened(nowMs);
    return NOTHING;
  }

  take(text: string, receivedAtMs: number): StreamStep {
    const frame = readCombined(text);
    if (frame.kind === "step") return frame.step;
    const { stream, data } = frame;
    const [marked, booked] = [this.#marks.get(stream), this.#books.get(stream)];
    const watched = marked ?? booked;
    if (watched === undefined) return unknownStream(stream);
    const symbol = `${watched.subscription.base}${SETTLEMENT}`;
    if (!isRecord(data) || data.s !== symbol) return refuse(`${stream} is not of ${symbol}`);
    const timeMs = data.E;
    if (typeof timeMs !== "number" || !Number.isSafeInteger(timeMs) || !isPlausibleTimeMs(timeMs))
      return refuse(`${stream} has no time in unix ms`);
    return marked === undefined ? takeBook(watched, data, timeMs) : this.#takeMark(watched, data, timeMs, receivedAtMs);
  }

  tick(nowMs: number): StreamStep {
    return tells(...this.#unheard.overdue(nowMs));
  }

  listed(): StreamStep {
    return NOTHING;
  }

  #takeMark({ subscription, book }: Watched, data: BoardRow, timeMs: number, receivedAtMs: number): StreamStep {
    const { base } = subscription;
    const name = `${base}${SETTLEMENT}`;
    const parseName = (text: string) => parseListed("binance", text);
    const listed = liveInstrument(name, { base, settlement: SETTLEMENT, parseName, timeMs });
    const isFresh = book !== null && timeMs - book.timeMs <= BOOK_AGE_MAX_MS;
    const { bid, ask } = isFresh ? book : { bid: null, ask: null };
    const sent = { bid, ask, mark: data.p, index: data.i, funding: data.r, nextFundingMs: data.T };
    const row = typeof listed === "string" ? listed : futureOf(name, listed, sent);
    if (typeof row === "string") return refuse(`${name} is ${row}`);
    const source = sourceName(subscription);
    this.#unheard.heard(source);
    const update = { kind: "futures", source, rows: [row], gone: [], timeMs, receivedAtMs, refused: {} } as const;
    return tells(update);
  }
}

function takeBook(watched: Watched, { u, b, a }: BoardRow, timeMs: number): StreamStep {
  if (!isUpdateId(u) || b === undefined || a === undefined) return refuse("a bookTicker without u, b and a");
  const last = watched.book?.updateId ?? -1;
  if (u < last) return closes(gap("sequence-gap", `update ids went from ${last} to ${u}`));
  watched.book = { bid: b, ask: a, timeMs, updateId: u };
  return NOTHING;
}

function refuse(detail: string): StreamStep {
  return refuses(gap("bad-shape", detail));
}
