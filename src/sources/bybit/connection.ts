/**
 * What Bybit's public connections have in common: {"op":"subscribe","args":[topics]} with its two kinds of answer, pushes that
 * name their topic, and a {"op":"ping"} every 20 s. What the topics say is read by a desk: spot, inverse, options.
 */
import { type Gap, gap } from "../gap.ts";
import { isRecord, parseJson } from "../json.ts";
import { NOTHING, type StreamSession, type StreamStep, type StreamUpdate } from "../stream-adapter.ts";
import { gapsOf, refuses, sends } from "../stream-step.ts";
import { TopicBook, type TopicLimits } from "../topic-book.ts";
import { timeOfNumber } from "./answer.ts";

/** One message of a topic. */
export type Push = {
  readonly topic: string;
  readonly type: "snapshot" | "delta";
  readonly data: Readonly<Record<string, unknown>>;
  /** The venue's stamp; null where it is none: one was seen that lacked a digit. */
  readonly timeMs: number | null;
  /** Grows with every match of the venue; null where the message carries none. */
  readonly crossSequence: number | null;
  readonly receivedAtMs: number;
};

export type Reading =
  | { readonly updates: readonly StreamUpdate[] }
  | { readonly refused: Gap }
  | { readonly close: Gap };

export interface Desk {
  /** Known without a list: topics with the source that depends on each. */
  readonly topics: readonly (readonly [topic: string, source: string])[];
  /** Topics of what REST has listed; null: no list of this desk's. */
  listed(source: string, instruments: readonly string[]): readonly string[] | null;
  /** A topic of a list that is wanted no more. */
  forget(topic: string): void;
  take(push: Push): Reading;
}

const PING_MS = 20_000;
const RETRY_MS = 60_000;
/** Every request may be answered once; those that never are must not be remembered for ever. */
const UNANSWERED_MAX = 1_000;

export class BybitConnection implements StreamSession {
  readonly #desk: Desk;
  readonly #topics: TopicBook;
  /** Topics of a list, by the source whose list it is. */
  readonly #rows = new Map<string, ReadonlySet<string>>();
  readonly #unanswered = new Map<string, readonly string[]>();
  #requests = 0;
  #isOpen = false;
  #pingedMs = 0;

  constructor(limits: TopicLimits, desk: Desk) {
    this.#desk = desk;
    this.#topics = new TopicBook(limits);
    for (const [topic, source] of desk.topics) this.#topics.want(topic, source);
  }

  opened(nowMs: number): StreamStep {
    this.#isOpen = true;
    this.#pingedMs = nowMs;
    return sends(...this.#due(nowMs));
  }

  tick(nowMs: number): StreamStep {
    const updates = gapsOf(this.#topics.overdue(nowMs), gap("not-subscribed", "no answer to the subscription"));
    const send = [...this.#due(nowMs)];
    if (nowMs - this.#pingedMs >= PING_MS) {
      this.#pingedMs = nowMs;
      send.push('{"op":"ping"}');
    }
    return { ...NOTHING, send, updates };
  }

  listed(source: string, instruments: readonly string[], nowMs: number): StreamStep {
    const topics = this.#desk.listed(source, instruments);
    if (topics === null) return NOTHING;
    const wanted = new Set(topics);
    for (const topic of this.#rows.get(source) ?? []) {
      if (wanted.has(topic)) continue;
      this.#topics.drop(topic);
      this.#desk.forget(topic);
    }
    for (const topic of wanted) this.#topics.want(topic, null);
    this.#rows.set(source, wanted);
    return sends(...(this.#isOpen ? this.#due(nowMs) : []));
  }

  take(text: string, receivedAtMs: number): StreamStep {
    const json = parseJson(text);
    if (json.kind === "gap") return refuses(json);
    const message = json.value;
    if (!isRecord(message)) return refuses(gap("bad-shape", "a message that is no object"));
    const { op, type } = message;
    // Of options {"args":["ms"],"op":"pong"}; else "op":"ping" with "ret_msg":"pong", with or without a req_id.
    if (op === "pong" || op === "ping") return NOTHING;
    if (op === "unsubscribe") return NOTHING;
    if (op === "subscribe") return this.#takeAnswer(message, receivedAtMs);
    if (type === "COMMAND_RESP") return this.#takeNamedAnswer(message);
    return this.#takePush(message, receivedAtMs);
  }

  #due(nowMs: number): readonly string[] {
    const batch = this.#topics.next(nowMs);
    if (batch === null) return [];
    const id = String(++this.#requests);
    if (batch.op === "subscribe" && this.#unanswered.size < UNANSWERED_MAX) this.#unanswered.set(id, batch.topics);
    return [JSON.stringify({ req_id: id, op: batch.op, args: batch.topics })];
  }

  #takePush(message: Readonly<Record<string, unknown>>, receivedAtMs: number): StreamStep {
    const { topic, type, data, ts, cs } = message;
    if (typeof topic !== "string" || !this.#topics.has(topic))
      return refuses(gap("bad-shape", "a push of no topic that was asked for"));
    if (!isRecord(data)) return refuses(gap("bad-shape", "data is no object"));
    if (type !== "snapshot" && type !== "delta") return refuses(gap("bad-shape", "neither a snapshot nor a delta"));
    if (typeof ts !== "number") return refuses(gap("bad-shape", "ts is no number"));
    if (cs !== undefined && !Number.isSafeInteger(cs)) return refuses(gap("bad-shape", "cs is no integer"));
    this.#topics.confirm(topic);
    const crossSequence = typeof cs === "number" ? cs : null;
    return {
      ...NOTHING,
      ...this.#desk.take({ topic, type, data, timeMs: timeOfNumber(ts), crossSequence, receivedAtMs }),
    };
  }

  /** {"success":true,"ret_msg":"","req_id":"1","op":"subscribe"}: one for a whole request, which fails as a whole. */
  #takeAnswer(message: Readonly<Record<string, unknown>>, receivedAtMs: number): StreamStep {
    const { success, ret_msg: words, req_id: id } = message;
    if (typeof success !== "boolean") return refuses(gap("bad-shape", "an answer that is neither yes nor no"));
    const said = typeof words === "string" ? words : "";
    const requested = typeof id === "string" ? this.#unanswered.get(id) : undefined;
    if (typeof id === "string") this.#unanswered.delete(id);
    const named = topicsNamedIn(said, requested ?? this.#topics.asked());
    if (success || /already subscribed/i.test(said)) {
      for (const topic of success ? (requested ?? []) : named) this.#topics.confirm(topic);
      return NOTHING;
    }
    const told = gap("venue-error", said === "" ? "a subscription was refused" : said);
    const step = this.#refuse(named, told);
    const others = (requested ?? []).filter((topic) => !named.includes(topic));
    // Where it says which topic is wrong, the others go again at once; else nobody knows, and all wait.
    for (const topic of others) this.#topics.askAgain(topic, named.length > 0 ? receivedAtMs : receivedAtMs + RETRY_MS);
    if (named.length > 0) return step;
    const sources = new Set(others.flatMap((topic) => this.#topics.sourcesOf(topic)));
    return { ...step, updates: gapsOf(sources, gap("not-subscribed", told.detail)) };
  }

  /** {"success":true,"data":{"failTopics":[],"successTopics":[…]},"type":"COMMAND_RESP"}: the form of options. */
  #takeNamedAnswer(message: Readonly<Record<string, unknown>>): StreamStep {
    const { success, data } = message;
    if (typeof success !== "boolean" || !isRecord(data)) return refuses(gap("bad-shape", "an answer without topics"));
    // What was left is answered in the same form, and may be wanted again by now.
    const asked = new Set(this.#topics.asked());
    for (const topic of textsOf(data.successTopics)) if (asked.has(topic)) this.#topics.confirm(topic);
    const failed = textsOf(data.failTopics).filter((topic) => this.#topics.has(topic));
    if (failed.length > 0) return this.#refuse(failed, gap("venue-error", `refused: ${failed.join(" ")}`));
    return success ? NOTHING : refuses(gap("venue-error", "a subscription was refused"));
  }

  #refuse(topics: readonly string[], told: Gap): StreamStep {
    const sources = new Set(topics.flatMap((topic) => this.#topics.refuse(topic)));
    return { ...NOTHING, refused: told, updates: gapsOf(sources, gap("not-subscribed", told.detail)) };
  }
}

function topicsNamedIn(words: string, topics: readonly string[]): readonly string[] {
  const said = new Set(words.match(/[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*/g) ?? []);
  return topics.filter((topic) => said.has(topic) || said.has(topic.replace(/^(?:tickers|orderbook\.1)\./, "")));
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}
