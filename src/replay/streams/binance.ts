/** Binance: streams named in the path or asked for by message, whole or wrapped, a ping frame now and then, no word of what is unknown. */
import type { VenueTarget } from "../venue-request.ts";
import { binanceChannel } from "./binance-channels.ts";
import type { Line, ServerSession, VenueStreams } from "./line.ts";
import { type Message, readMessage, textsOf } from "./message.ts";

const PING_MS = 20_000;
const STREAMS_MAX = 1_024;

/** Spot has no prefix; options and futures are below these since December 2025. */
type Market = "spot" | "derivatives";
const PATH = /^(\/public|\/market)?\/(stream|ws)(?:\/(.*))?$/;

type BinancePath = { readonly market: Market; readonly isWrapped: boolean; readonly streams: readonly string[] };

function readPath({ path, query }: VenueTarget): BinancePath | null {
  const match = PATH.exec(path);
  if (match === null) return null;
  const isWrapped = match[2] === "stream";
  const named = (isWrapped ? query.get("streams") : match[3]) ?? "";
  const streams = named === "" ? [] : named.split("/");
  return { market: match[1] === undefined ? "spot" : "derivatives", isWrapped, streams };
}

class BinanceSession implements ServerSession {
  readonly #line: Line;
  readonly #path: BinancePath;
  #pingMs: number;

  constructor(line: Line, path: BinancePath) {
    this.#line = line;
    this.#path = path;
    this.#pingMs = line.nowMs();
  }

  opened(): void {
    for (const stream of this.#path.streams.slice(0, STREAMS_MAX)) this.#line.join(this.#channel(stream));
  }

  take(frame: string): void {
    const message = readMessage(frame);
    const id = message?.id ?? null;
    const params = textsOf(message?.params) ?? [];
    switch (message?.method) {
      case "SUBSCRIBE": {
        this.#say({ result: null, id });
        for (const stream of params.slice(0, STREAMS_MAX)) {
          const channel = this.#channel(stream);
          if (!this.#line.channels.has(channel)) this.#line.join(channel);
        }
        return;
      }
      case "UNSUBSCRIBE":
        for (const stream of params) this.#line.leave(this.#channel(stream));
        return this.#say({ result: null, id });
      case "LIST_SUBSCRIPTIONS":
        return this.#say({ result: [...this.#line.channels].map(streamOf), id });
      default:
        return this.#say({ error: { code: 2, msg: "Invalid request: unknown variant" }, id });
    }
  }

  tick(): void {
    if (this.#line.nowMs() - this.#pingMs < PING_MS) return;
    this.#pingMs = this.#line.nowMs();
    this.#line.ping();
  }

  frame(channel: string, payload: string): string {
    return this.#path.isWrapped ? `{"stream":"${streamOf(channel)}","data":${payload}}` : payload;
  }

  /** The same name means other things in other markets. */
  #channel(stream: string): string {
    return `${this.#path.market} ${stream}`;
  }

  #say(value: Message): void {
    this.#line.send(JSON.stringify(value));
  }
}

function streamOf(channel: string): string {
  return channel.slice(channel.indexOf(" ") + 1);
}

export const binanceStreams: VenueStreams = {
  venue: "binance",
  serves: (target) => readPath(target) !== null,
  open: (line, target) =>
    new BinanceSession(line, readPath(target) ?? { market: "spot", isWrapped: false, streams: [] }),
  channel: binanceChannel,
  farewell: (nowMs) => JSON.stringify({ e: "serverShutdown", E: Math.floor(nowMs) }),
  tooMany: () => null,
};
