/** Bitstamp: one event a message; whole books of a hundred levels a side, trades, and its own heartbeat on request. */
import { tickDecimals } from "../../sim/market/venues.ts";
import { hashName, hashUniform } from "../../sim/random.ts";
import { splitSymbol } from "../symbols.ts";
import { levelsAround } from "./levels.ts";
import { type Fields, object, plain, quoted, text } from "./fields.ts";
import type { Channel, Line, ServerSession, VenueStreams } from "./line.ts";
import { isMessage, readMessage } from "./message.ts";
import { RowChannel } from "./row-channel.ts";
import type { ToldMarket } from "./told-market.ts";

const LEVELS = 100;

class BitstampSession implements ServerSession {
  readonly #line: Line;

  constructor(line: Line) {
    this.#line = line;
  }

  opened(): void {
    // It waits to be asked.
  }

  take(frame: string): void {
    const message = readMessage(frame);
    const data = isMessage(message?.data) ? message.data : {};
    const channel = typeof data.channel === "string" ? data.channel : "";
    switch (message?.event) {
      case "bts:heartbeat":
        return this.#say("bts:heartbeat", "", { status: "success" });
      case "bts:subscribe":
        if (this.#line.channels.has(channel)) return;
        if (!this.#line.offers(channel)) return this.#refuse("Bad subscription string.");
        this.#say("bts:subscription_succeeded", channel, {});
        this.#line.join(channel);
        return;
      case "bts:unsubscribe":
        if (!this.#line.leave(channel)) return this.#refuse("Not subscribed.");
        return this.#say("bts:unsubscription_succeeded", channel, {});
      default:
        return this.#refuse("Incorrect JSON format.");
    }
  }

  tick(): void {
    // It says nothing unless asked.
  }

  frame(_channel: string, payload: string): string {
    return payload;
  }

  #say(event: string, channel: string, data: unknown): void {
    this.#line.send(JSON.stringify({ event, channel, data }));
  }

  #refuse(words: string): void {
    this.#say("bts:error", "", { code: null, message: words });
  }
}

function bitstampChannel(name: string, told: ToldMarket): Channel | null {
  const match = /^(order_book|live_trades)_([a-z]+)$/.exec(name);
  const pair = match === null ? null : splitSymbol(match[2]!.toUpperCase());
  if (match === null || pair === null || !told.lists(pair.base, pair.quote)) return null;
  const { base, quote } = pair;
  const say = (event: string, data: Fields): string =>
    `{"data":${object(data)},"channel":"${name}","event":"${event}"}`;
  if (match[1] === "order_book") {
    return new RowChannel(
      { row: (at) => bookRow(at, base, quote), snapshot: (row, at) => say("data", { ...stamps(at), ...row }) },
      told,
    );
  }
  return new RowChannel(
    {
      row: (at) => tradeRow(at, base, quote),
      snapshot: (row, at) => say("trade", { ...row, ...stamps(at) }),
      picture: false,
    },
    told,
  );
}

function stamps({ timeMs, step }: ToldMarket): Fields {
  const micros = Math.floor(timeMs) * 1000 + (hashName(String(step)) % 1000);
  return { timestamp: quoted(String(Math.floor(timeMs / 1000))), microtimestamp: quoted(String(micros)) };
}

function bookRow(told: ToldMarket, base: string, quote: string): Fields | null {
  const book = told.spot(base, quote);
  if (book === null) return null;
  const decimals = tickDecimals(book.spec);
  const { bids, asks } = levelsAround(told, book, LEVELS);
  const side = (levels: readonly (readonly [number, number])[]): string =>
    `[${levels.map(([price, size]) => `[${text(price, decimals)},${text(size, 8)}]`).join(",")}]`;
  return { bids: side(bids), asks: side(asks) };
}

function tradeRow(told: ToldMarket, base: string, quote: string): Fields | null {
  const book = told.spot(base, quote);
  if (book === null) return null;
  const decimals = tickDecimals(book.spec);
  const [size] = book.day.sizes;
  const id = 400_000_000 + told.step;
  const order = Math.floor(1e9 * hashUniform(told.model.seed, told.step, 5));
  return {
    id: String(id),
    amount: plain(size, 8),
    amount_str: text(size, 8),
    price: plain(book.last, decimals),
    price_str: text(book.last, decimals),
    type: book.last === book.ask ? "0" : "1",
    buy_order_id: String(1_800_000_000_000_000 + order),
    sell_order_id: String(1_800_000_000_000_001 + order),
  };
}

export const bitstampStreams: VenueStreams = {
  venue: "bitstamp",
  serves: ({ path }) => path === "/",
  open: (line) => new BitstampSession(line),
  channel: bitstampChannel,
  farewell: () => JSON.stringify({ event: "bts:request_reconnect", channel: "", data: "" }),
  tooMany: () =>
    JSON.stringify({ event: "bts:error", channel: "", data: { code: 4009, message: "Connection limit exceeded." } }),
};
