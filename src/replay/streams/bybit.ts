/** Bybit v5: one path for each category, three ways of saying pong and two of confirming a subscription. */
import { bybitChannel } from "./bybit-channels.ts";
import { type BybitCategory, isBybitCategory } from "./bybit-category.ts";
import type { Line, ServerSession, VenueStreams } from "./line.ts";
import { type Message, readMessage, textsOf } from "./message.ts";

const ARGS_MAX_CHARS = 21_000;
const SPOT_ARGS_MAX = 10;
const OPTION_ARGS_MAX = 2_000;

function categoryOf(path: string): BybitCategory | null {
  const text = /^\/v5\/public\/([a-z]+)$/.exec(path)?.[1] ?? "";
  return isBybitCategory(text) ? text : null;
}

/** Names of channels here: `spot tickers.BTCUSDT`. */
class BybitSession implements ServerSession {
  readonly #line: Line;
  readonly #category: BybitCategory;
  readonly #connection: string;

  constructor(line: Line, category: BybitCategory) {
    this.#line = line;
    this.#category = category;
    this.#connection = `cejreaspqfm9se7usbrg-${line.id.toString(36)}`;
  }

  opened(): void {
    // It waits to be asked.
  }

  take(frame: string): void {
    const message = readMessage(frame);
    if (message === null) return this.#say({ success: false, ret_msg: "Json parse error", ...this.#ends(null) });
    switch (message.op) {
      case "ping":
        return this.#pong(message);
      case "subscribe":
        return this.#subscribe(message);
      case "unsubscribe":
        for (const topic of textsOf(message.args) ?? []) this.#line.leave(this.#channel(topic));
        return this.#say({ success: true, ret_msg: "", ...this.#ends(message) });
      default:
        return this.#say({ success: false, ret_msg: "Invalid op", ...this.#ends(message) });
    }
  }

  tick(): void {
    // It says nothing unless asked.
  }

  frame(_channel: string, payload: string): string {
    return payload;
  }

  #pong(message: Message): void {
    switch (this.#category) {
      case "option":
        return this.#say({ args: [String(Math.floor(this.#line.nowMs()))], op: "pong" });
      case "spot":
        return this.#say({ success: true, ret_msg: "pong", conn_id: this.#connection, op: "ping" });
      case "linear":
      case "inverse":
        return this.#say({
          success: true,
          ret_msg: "pong",
          conn_id: this.#connection,
          req_id: typeof message.req_id === "string" ? message.req_id : "",
          op: "ping",
        });
    }
  }

  #subscribe(message: Message): void {
    const topics = textsOf(message.args) ?? [];
    const size = topics.reduce((chars, topic) => chars + topic.length, 0);
    const tooMany =
      (this.#category === "spot" && topics.length > SPOT_ARGS_MAX) ||
      (this.#category === "option" && this.#line.channels.size + topics.length > OPTION_ARGS_MAX) ||
      size > ARGS_MAX_CHARS;
    if (topics.length === 0 || tooMany)
      return this.#say({ success: false, ret_msg: "args size is out of range", ...this.#ends(message) });
    const offered = topics.filter((topic) => this.#line.offers(this.#channel(topic)));
    if (this.#category === "option") {
      const failTopics = topics.filter((topic) => !offered.includes(topic));
      this.#say({
        success: offered.length > 0,
        conn_id: this.#connection,
        data: { failTopics, successTopics: offered },
        type: "COMMAND_RESP",
      });
    } else {
      // One topic that does not exist fails them all.
      const wrong = topics.find((topic) => !offered.includes(topic));
      if (wrong !== undefined)
        return this.#say({ success: false, ret_msg: `Invalid topic: ${wrong}`, ...this.#ends(message) });
      this.#say({ success: true, ret_msg: "", ...this.#ends(message) });
    }
    for (const topic of offered) {
      const channel = this.#channel(topic);
      if (!this.#line.channels.has(channel)) this.#line.join(channel);
    }
  }

  #channel(topic: string): string {
    return `${this.#category} ${topic}`;
  }

  #ends(message: Message | null): Message {
    const req_id = message?.req_id;
    const op = typeof message?.op === "string" ? message.op : "";
    return { conn_id: this.#connection, ...(typeof req_id === "string" ? { req_id } : {}), op };
  }

  #say(value: Message): void {
    this.#line.send(JSON.stringify(value));
  }
}

export const bybitStreams: VenueStreams = {
  venue: "bybit",
  serves: ({ path }) => categoryOf(path) !== null,
  open: (line, { path }) => new BybitSession(line, categoryOf(path) ?? "spot"),
  channel: bybitChannel,
  farewell: () => null,
  tooMany: () => JSON.stringify({ success: false, ret_msg: "Too many visits!", op: "" }),
};
