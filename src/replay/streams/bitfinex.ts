/** Bitfinex's WebSocket v2: a number for each channel, arrays without a time, a beat of each channel that is quiet, and a count of messages for who wants it. */
import { tickDecimals } from "../../sim/market/venues.ts";
import { bitfinexPair } from "../symbols.ts";
import { type Fields, short } from "./fields.ts";
import type { Channel, Line, ServerSession, VenueStreams } from "./line.ts";
import { type Message, readMessage } from "./message.ts";
import { RowChannel } from "./row-channel.ts";
import type { ToldMarket } from "./told-market.ts";

const BEAT_MS = 15_000;
const COUNTED_FLAG = 65_536;
const CHANNELS_MAX = 25;

/** Channels here are symbols. */
class BitfinexSession implements ServerSession {
  readonly #line: Line;
  readonly #numbers = new Map<string, number>();
  readonly #spokeMs = new Map<number, number>();
  #isCounted = false;
  #count = 0;

  constructor(line: Line) {
    this.#line = line;
  }

  opened(): void {
    this.#say({ event: "info", version: 2, serverId: "2c5d3a4e-market", platform: { status: 1 } });
  }

  take(frame: string): void {
    const message = readMessage(frame);
    switch (message?.event) {
      case "ping":
        return this.#say({ event: "pong", ts: Math.floor(this.#line.nowMs()), ...cidOf(message) });
      case "conf": {
        const flags = typeof message.flags === "number" ? message.flags : 0;
        this.#isCounted = (flags & COUNTED_FLAG) !== 0;
        this.#count = 0;
        return this.#say({ event: "conf", status: "OK", flags });
      }
      case "subscribe":
        return this.#subscribe(message);
      case "unsubscribe": {
        const [symbol] = [...this.#numbers].find(([, number]) => number === message.chanId) ?? [];
        if (symbol === undefined) return this.#refuse(10_400, "unsubscribe: invalid", { chanId: message.chanId });
        this.#line.leave(symbol);
        this.#numbers.delete(symbol);
        return this.#say({ event: "unsubscribed", status: "OK", chanId: message.chanId });
      }
      default:
        return this.#refuse(10_000, "event: invalid", {});
    }
  }

  tick(): void {
    const nowMs = this.#line.nowMs();
    for (const [number, spokeMs] of this.#spokeMs) {
      if (nowMs - spokeMs < BEAT_MS) continue;
      this.#line.send(this.#array(number, '"hb"'));
    }
  }

  frame(channel: string, payload: string): string {
    return this.#array(this.#numbers.get(channel) ?? 0, payload);
  }

  #array(number: number, payload: string): string {
    this.#spokeMs.set(number, this.#line.nowMs());
    return this.#isCounted ? `[${number},${payload},${++this.#count}]` : `[${number},${payload}]`;
  }

  #subscribe({ channel, symbol }: Message): void {
    const about = { channel, symbol };
    if (channel !== "ticker") return this.#refuse(10_300, "channel: unknown", about);
    if (typeof symbol !== "string" || !this.#line.offers(symbol)) return this.#refuse(10_300, "symbol: invalid", about);
    if (this.#numbers.has(symbol)) return this.#refuse(10_301, "subscribe: dup", about);
    if (this.#numbers.size >= CHANNELS_MAX) return this.#refuse(10_305, "channel: limit reached", about);
    const chanId = 1_000 * this.#line.id + this.#numbers.size + 1;
    this.#numbers.set(symbol, chanId);
    this.#say({ event: "subscribed", channel, chanId, symbol, pair: symbol.slice(1) });
    this.#line.join(symbol);
  }

  #refuse(code: number, msg: string, about: Message): void {
    this.#say({ event: "error", msg, code, ...about });
  }

  #say(event: Message): void {
    this.#line.send(JSON.stringify(event));
  }
}

function cidOf({ cid }: Message): Message {
  return cid === undefined ? {} : { cid };
}

function bitfinexChannel(symbol: string, told: ToldMarket): Channel | null {
  const pair = bitfinexPair(symbol);
  if (pair === null || !told.lists(pair.base, pair.quote)) return null;
  return new RowChannel(
    { row: (at) => tickerRow(at, pair.base, pair.quote), snapshot: (row) => `[${Object.values(row).join(",")}]` },
    told,
  );
}

/** In the order of the array. */
function tickerRow(told: ToldMarket, base: string, quote: string): Fields | null {
  const book = told.spot(base, quote);
  if (book === null) return null;
  const { bid, ask, last, day, spec } = book;
  const decimals = tickDecimals(spec);
  const side = (price: number | null): string => (price === null ? "null" : short(price, decimals));
  const change = last - day.open;
  return {
    bid: side(bid),
    bidSize: bid === null ? "null" : String(day.sizes[1]),
    ask: side(ask),
    askSize: ask === null ? "null" : String(day.sizes[2]),
    change: short(change, decimals),
    changeRelative: short(change / day.open, 8),
    last: short(last, decimals),
    volume: short(day.volume, 8),
    high: short(day.high, decimals),
    low: short(day.low, decimals),
  };
}

export const bitfinexStreams: VenueStreams = {
  venue: "bitfinex",
  serves: ({ path }) => path === "/ws/2",
  open: (line) => new BitfinexSession(line),
  channel: bitfinexChannel,
  farewell: () =>
    JSON.stringify({
      event: "info",
      code: 20060,
      msg: "Entering in Maintenance mode. Please pause any activity and resume after receiving the info message 20061",
    }),
  tooMany: () => JSON.stringify({ event: "error", msg: "ERR_RATE_LIMIT", code: 11_010 }),
};
