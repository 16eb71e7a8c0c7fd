/**
 * One connection to /ws/v5/public. Subscriptions are confirmed one by one ({"event":"subscribe","arg":…}), refused in
 * words ({"event":"error"}), and pushes name their channel ({"arg":…,"data":[…]}). The line is kept up by text frames: ours
 * says `ping` when nothing came for a while, the venue's `pong`.
 */
import { parseListed } from "../../market/listed-name.ts";
import { gap } from "../gap.ts";
import { isRecord, parseJson } from "../json.ts";
import { NOTHING, type StreamSession, type StreamStep, type StreamUpdate } from "../stream-adapter.ts";
import { closes, gapsOf, refuses, sends, tells } from "../stream-step.ts";
import {
  type FuturesSubscription,
  type IndexSubscription,
  type OptionsSubscription,
  type SpotSubscription,
  sourceName,
} from "../subscription.ts";
import { TopicBook } from "../topic-book.ts";
import { okxError } from "./answer.ts";
import { BoardParts, readFutureParts, readOptionParts } from "./board-parts.ts";
import { type Channel, okxTopic, topicOfArg, topicsNamedIn } from "./channels.ts";
import { okxIndexQuote } from "./index-price.ts";
import { okxPair, okxSpotQuote } from "./spot.ts";

export type OkxStreamed = SpotSubscription | IndexSubscription | FuturesSubscription | OptionsSubscription;

/** The venue ends a connection that was idle for 30 s. */
const PING_AFTER_MS = 20_000;
const TOO_FREQUENT = "60014";
const TOO_FREQUENT_WAIT_MS = 10_000;
const CLOSING_NOTICE = "64008";
const DATED_CHANNELS = ["tickers", "mark-price"] as const;
const PERPETUAL_CHANNELS = [...DATED_CHANNELS, "funding-rate"] as const;

/** Reads the rows of one push. */
type Taker = (entries: readonly unknown[], receivedAtMs: number) => readonly StreamUpdate[];
type Board = {
  readonly subscription: FuturesSubscription | OptionsSubscription;
  /** Makes the taker of one channel; of a family the id is null, for its rows name themselves. */
  readonly taker: (channel: Channel, id: string | null) => Taker;
  readonly forget: (name: string) => void;
  /** Instruments that are subscribed to, with the topics of each. */
  readonly instruments: Map<string, readonly string[]>;
};

export class OkxSession implements StreamSession {
  /** A message may be 64 kB long; 480 of them go in an hour, and connections live for days. */
  readonly #topics = new TopicBook({ topicsMax: 100, charsMax: 16_000, hourlyMax: 400, totalMax: 6_000 });
  readonly #takers = new Map<string, Taker>();
  readonly #boards = new Map<string, Board>();
  #isOpen = false;
  #heardMs = 0;
  #pingedMs = 0;

  constructor(subscriptions: readonly OkxStreamed[]) {
    for (const subscription of subscriptions) this.#watch(subscription);
  }

  opened(nowMs: number): StreamStep {
    this.#isOpen = true;
    this.#heardMs = nowMs;
    return sends(...this.#due(nowMs));
  }

  take(text: string, receivedAtMs: number): StreamStep {
    this.#heardMs = receivedAtMs;
    if (text === "pong") return NOTHING;
    const json = parseJson(text);
    if (json.kind === "gap") return refuses(json);
    const message = json.value;
    if (!isRecord(message)) return refuses(gap("bad-shape", "a message that is no object"));
    if ("event" in message) return this.#takeEvent(message, receivedAtMs);
    return this.#takePush(message, receivedAtMs);
  }

  tick(nowMs: number): StreamStep {
    const updates = gapsOf(this.#topics.overdue(nowMs), gap("not-subscribed", "no answer to the subscription"));
    const send = [...this.#due(nowMs)];
    if (nowMs - Math.max(this.#heardMs, this.#pingedMs) >= PING_AFTER_MS) {
      this.#pingedMs = nowMs;
      send.push("ping");
    }
    return { ...NOTHING, send, updates };
  }

  listed(source: string, instruments: readonly string[], nowMs: number): StreamStep {
    const board = this.#boards.get(source);
    if (board === undefined) return NOTHING;
    const { base, kind } = board.subscription;
    const wanted = new Set<string>();
    for (const name of instruments) {
      const listed = parseListed("okx", name);
      if (listed === null || listed.kind === "combo" || listed.base !== base || listed.settlement !== null) continue;
      if ((listed.kind === "option") !== (kind === "options")) continue;
      wanted.add(name);
      this.#addInstrument(board, name, listed.kind === "perpetual" ? "perpetual" : listed.kind, null);
    }
    for (const [name, topics] of board.instruments) {
      if (wanted.has(name)) continue;
      for (const topic of topics) {
        this.#topics.drop(topic);
        if (!this.#topics.has(topic)) this.#takers.delete(topic);
      }
      if (topics.some((topic) => this.#topics.has(topic))) continue;
      board.instruments.delete(name);
      board.forget(name);
    }
    return sends(...(this.#isOpen ? this.#due(nowMs) : []));
  }

  #watch(subscription: OkxStreamed): void {
    const source = sourceName(subscription);
    switch (subscription.kind) {
      case "spot":
        this.#add(okxTopic("tickers", okxPair(subscription)), source, (entries, receivedAtMs) =>
          entries.map((entry) => {
            const parsed = okxSpotQuote(entry, subscription, receivedAtMs);
            return parsed.kind === "gap"
              ? { kind: "gap", source, gap: parsed }
              : { kind: "spot", source, quote: parsed.quote };
          }),
        );
        return;
      case "index":
        this.#add(okxTopic("index-tickers", okxPair(subscription)), source, (entries, receivedAtMs) =>
          entries.map((entry) => {
            const parsed = okxIndexQuote(entry, subscription, receivedAtMs);
            return parsed.kind === "gap"
              ? { kind: "gap", source, gap: parsed }
              : { kind: "index", source, quote: parsed.quote };
          }),
        );
        return;
      case "futures": {
        const parts = new BoardParts({ source, base: subscription.base, read: readFutureParts });
        const board = boardOf(
          subscription,
          (name) => parts.forget(name),
          (channel, id) => (entries, receivedAtMs) => {
            const update = parts.take(channel, entries, id, receivedAtMs);
            return update === null ? [] : [{ kind: "futures", ...update }];
          },
        );
        this.#boards.set(source, board);
        this.#addInstrument(board, `${subscription.base}-USD-SWAP`, "perpetual", source);
        return;
      }
      case "options": {
        const parts = new BoardParts({ source, base: subscription.base, read: readOptionParts });
        const board = boardOf(
          subscription,
          (name) => parts.forget(name),
          (channel, id) => (entries, receivedAtMs) => {
            const update = parts.take(channel, entries, id, receivedAtMs);
            return update === null ? [] : [{ kind: "options", ...update }];
          },
        );
        this.#boards.set(source, board);
        this.#add(okxTopic("opt-summary", `${subscription.base}-USD`), source, board.taker("opt-summary", null));
        return;
      }
    }
  }

  #addInstrument(board: Board, name: string, kind: "perpetual" | "future" | "option", source: string | null): void {
    if (board.instruments.has(name)) return;
    const channels: readonly Channel[] =
      kind === "option" ? ["tickers"] : kind === "perpetual" ? PERPETUAL_CHANNELS : DATED_CHANNELS;
    const topics = channels.map((channel) => {
      const topic = okxTopic(channel, name);
      this.#add(topic, source, board.taker(channel, name));
      return topic;
    });
    board.instruments.set(name, topics);
  }

  #add(topic: string, source: string | null, taker: Taker): void {
    this.#topics.want(topic, source);
    this.#takers.set(topic, taker);
  }

  #due(nowMs: number): readonly string[] {
    const batch = this.#topics.next(nowMs);
    return batch === null ? [] : [`{"op":"${batch.op}","args":[${batch.topics.join(",")}]}`];
  }

  #takePush(message: Readonly<Record<string, unknown>>, receivedAtMs: number): StreamStep {
    const { arg, data } = message;
    const topic = isRecord(arg) ? topicOfArg(arg) : null;
    const taker = topic === null ? undefined : this.#takers.get(topic);
    if (topic === null || taker === undefined)
      return refuses(gap("bad-shape", "a push of no channel that was asked for"));
    if (!Array.isArray(data)) return refuses(gap("bad-shape", "data is no array"));
    this.#topics.confirm(topic);
    return tells(...taker(data, receivedAtMs));
  }

  #takeEvent(message: Readonly<Record<string, unknown>>, receivedAtMs: number): StreamStep {
    const { event, arg, code, msg } = message;
    switch (event) {
      case "subscribe": {
        const topic = isRecord(arg) ? topicOfArg(arg) : null;
        if (topic === null || !this.#topics.has(topic))
          return refuses(gap("bad-shape", "confirms a channel that was not asked for"));
        this.#topics.confirm(topic);
        return NOTHING;
      }
      case "unsubscribe":
      case "channel-conn-count":
        return NOTHING;
      case "notice":
        return code === CLOSING_NOTICE
          ? closes(gap("disconnected", `notice ${CLOSING_NOTICE}: the venue ends this connection`))
          : refuses(okxError(code, msg));
      case "error":
        return this.#takeError(code, msg, receivedAtMs);
      default:
        return refuses(gap("bad-shape", "an event of an unknown kind"));
    }
  }

  #takeError(code: unknown, msg: unknown, nowMs: number): StreamStep {
    const told = okxError(code, msg);
    const asked = this.#topics.asked();
    if (code === TOO_FREQUENT) {
      for (const topic of asked) this.#topics.askAgain(topic, nowMs + TOO_FREQUENT_WAIT_MS);
      return refuses(told);
    }
    const named = typeof msg === "string" ? topicsNamedIn(msg, asked) : [];
    const sources = new Set(named.flatMap((topic) => this.#topics.refuse(topic)));
    return { ...NOTHING, refused: told, updates: gapsOf(sources, gap("not-subscribed", told.detail)) };
  }
}

function boardOf(
  subscription: FuturesSubscription | OptionsSubscription,
  forget: Board["forget"],
  taker: Board["taker"],
): Board {
  return { subscription, forget, taker, instruments: new Map() };
}
