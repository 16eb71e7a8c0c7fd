/**
 * Bitstamp's WebSocket: `order_book_btcusd`, the best hundred levels whenever they change. One channel is the spot quote
 * and the depth of its pair. `bts:heartbeat` is answered, so we ask; `bts:request_reconnect` announces the end.
 */
import { Confirmations } from "../confirmations.ts";
import { gap } from "../gap.ts";
import { isRecord, parseJson } from "../json.ts";
import {
  NOTHING,
  type StreamAdapter,
  type StreamSession,
  type StreamStep,
  type StreamUpdate,
} from "../stream-adapter.ts";
import { closes, gapsOf, refuses, sends, tells } from "../stream-step.ts";
import { type DepthSubscription, type PolledSubscription, type SpotSubscription, sourceName } from "../subscription.ts";
import { depthOfBook, parseBitstampBook, sidesOfBook } from "./book.ts";

const HEARTBEAT_EVERY_MS = 10_000;

export const bitstampStreams: readonly StreamAdapter[] = [
  {
    venue: "bitstamp",
    name: "books",
    host: "stream",
    path: () => "",
    carries: ({ kind, venue }) => venue === "bitstamp" && (kind === "spot" || kind === "depth"),
    // The answer to our own, and a moment.
    heartbeatMs: HEARTBEAT_EVERY_MS + 2_000,
    pingFrameMs: null,
    lifeMaxMs: null,
    session: (subscriptions) => new BitstampSession(subscriptions),
  },
];

type Channel = { readonly users: (SpotSubscription | DepthSubscription)[]; timeMs: number };

class BitstampSession implements StreamSession {
  readonly #channels = new Map<string, Channel>();
  readonly #confirmations = new Confirmations();
  #beatAtMs = 0;

  constructor(subscriptions: readonly PolledSubscription[]) {
    for (const subscription of subscriptions) {
      if (subscription.kind !== "spot" && subscription.kind !== "depth") continue;
      const name = `order_book_${subscription.base.toLowerCase()}${subscription.quote.toLowerCase()}`;
      const channel = this.#channels.get(name) ?? { users: [], timeMs: 0 };
      channel.users.push(subscription);
      this.#channels.set(name, channel);
    }
  }

  opened(nowMs: number): StreamStep {
    this.#beatAtMs = nowMs;
    this.#confirmations.sent(this.#channels.keys(), nowMs);
    const frame = (channel: string): string => JSON.stringify({ event: "bts:subscribe", data: { channel } });
    return sends(...[...this.#channels.keys()].map(frame));
  }

  tick(nowMs: number): StreamStep {
    const late = this.#confirmations.overdue(nowMs);
    const updates = this.#gaps(late, "the subscription was not confirmed");
    if (nowMs - this.#beatAtMs < HEARTBEAT_EVERY_MS) return tells(...updates);
    this.#beatAtMs = nowMs;
    return { ...NOTHING, send: [JSON.stringify({ event: "bts:heartbeat" })], updates };
  }

  listed(): StreamStep {
    return NOTHING;
  }

  take(text: string, receivedAtMs: number): StreamStep {
    const json = parseJson(text);
    if (json.kind === "gap") return refuses(json);
    if (!isRecord(json.value)) return refuses(gap("bad-shape", "the message is no object"));
    const { event, channel, data } = json.value;
    const name = textOf(channel);
    switch (event) {
      case "data":
        return this.#takeBook(name, data, receivedAtMs);
      case "bts:subscription_succeeded":
        this.#confirmations.settle(name);
        return NOTHING;
      case "bts:heartbeat":
        return NOTHING;
      case "bts:request_reconnect":
        return closes(gap("disconnected", "the venue asks for a new connection"));
      case "bts:error":
        return this.#takeError(name, isRecord(data) ? textOf(data.message) : "no words");
      default:
        return refuses(gap("bad-shape", `event ${textOf(event)}`));
    }
  }

  /** A bad subscription is answered without the name of its channel: then it is one of those not confirmed yet. */
  #takeError(channel: string, words: string): StreamStep {
    if (/maintenance/i.test(words)) return closes(gap("maintenance", words), this.#sources(this.#channels.keys()));
    if (/rate limit|too many/i.test(words))
      return closes(gap("rate-limited", words), this.#sources(this.#channels.keys()));
    const meant = this.#channels.has(channel) ? [channel] : this.#confirmations.waiting();
    if (meant.length === 0) return refuses(gap("venue-error", words));
    for (const name of meant) this.#confirmations.settle(name);
    return tells(...this.#gaps(meant, words));
  }

  #takeBook(name: string, data: unknown, receivedAtMs: number): StreamStep {
    const channel = this.#channels.get(name);
    if (channel === undefined) return refuses(gap("bad-shape", `data of ${name}, which was not asked for`));
    this.#confirmations.settle(name);
    const book = parseBitstampBook(data, receivedAtMs);
    if (book.kind === "gap") return tells(...gapsOf(this.#sources([name]), book));
    if (book.timeMs < channel.timeMs)
      return refuses(gap("sequence-gap", `a book of ${book.timeMs} after one of ${channel.timeMs}`));
    channel.timeMs = book.timeMs;
    const times = { timeMs: book.timeMs, timeSource: "venue", receivedAtMs } as const;
    const updates = channel.users.map((user): StreamUpdate => {
      const source = sourceName(user);
      const market = { venue: "bitstamp", ...times, base: user.base, quote: user.quote } as const;
      if (user.kind === "spot") {
        const sides = sidesOfBook(book);
        if (sides.kind === "gap") return { kind: "gap", source, gap: sides };
        return { kind: "spot", source, quote: { ...market, bid: sides.bid, ask: sides.ask } };
      }
      const depth = depthOfBook(book);
      if (depth.kind === "gap") return { kind: "gap", source, gap: depth };
      const { bid, ask, down, up } = depth;
      return { kind: "depth", source, quote: { ...market, bid, ask, down, up } };
    });
    return tells(...updates);
  }

  #gaps(channels: readonly string[], words: string): StreamUpdate[] {
    return gapsOf(this.#sources(channels), gap("not-subscribed", words));
  }

  #sources(channels: Iterable<string>): string[] {
    return [...channels].flatMap((name) => this.#channels.get(name)!.users.map(sourceName));
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "no text";
}
