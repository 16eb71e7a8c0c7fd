/** Coinbase Exchange: who has not subscribed after five seconds is cut off; tickers of every match, heartbeats each second. */
import { tickDecimals } from "../../sim/market/venues.ts";
import { hashName, hashUniform } from "../../sim/random.ts";
import { dashedPair } from "../symbols.ts";
import { type Fields, object, quoted, text } from "./fields.ts";
import type { Channel, Line, ServerSession, VenueStreams } from "./line.ts";
import { isMessage, listOf, type Message, readMessage, textsOf } from "./message.ts";
import { RowChannel } from "./row-channel.ts";
import { isoMicros } from "./times.ts";
import type { ToldMarket } from "./told-market.ts";

const PATIENCE_MS = 5_000;
const HEARTBEAT_MS = 1_000;
const CHANNELS = ["ticker", "heartbeat"];

/** Names of channels here: `ticker BTC-USD`. */
class CoinbaseSession implements ServerSession {
  readonly #line: Line;
  readonly #openedMs: number;
  #hasSubscribed = false;

  constructor(line: Line) {
    this.#line = line;
    this.#openedMs = line.nowMs();
  }

  opened(): void {
    // It waits to be asked.
  }

  take(frame: string): void {
    const message = readMessage(frame);
    if (message === null) return this.#refuse("Malformed JSON");
    if (message.type !== "subscribe" && message.type !== "unsubscribe")
      return this.#refuse(`Unknown message type ${JSON.stringify(message.type)}`);
    const wanted = wantedOf(message);
    if (wanted.length === 0) return this.#refuse("No channels provided");
    if (message.type === "unsubscribe") {
      for (const channel of wanted) this.#line.leave(channel);
      return this.#tell();
    }
    for (const channel of wanted) {
      const [name = "", product = ""] = channel.split(" ");
      if (!CHANNELS.includes(name)) return this.#refuse(`${name} is not a valid channel`);
      if (!this.#line.offers(channel)) return this.#refuse(`${product} is not a valid product`);
    }
    this.#hasSubscribed = true;
    const fresh = wanted.filter((channel) => !this.#line.channels.has(channel));
    this.#tell(fresh);
    for (const channel of fresh) this.#line.join(channel);
  }

  tick(): void {
    if (!this.#hasSubscribed && this.#line.nowMs() - this.#openedMs > PATIENCE_MS)
      this.#line.close(1008, "subscribe within 5 seconds");
  }

  frame(_channel: string, payload: string): string {
    return payload;
  }

  #tell(joining: readonly string[] = []): void {
    const all = [...this.#line.channels, ...joining];
    const channels = CHANNELS.flatMap((name) => {
      const products = all.filter((channel) => channel.startsWith(`${name} `)).map((channel) => channel.split(" ")[1]);
      return products.length === 0 ? [] : [{ name, product_ids: products, account_ids: null }];
    });
    this.#line.send(JSON.stringify({ type: "subscriptions", channels }));
  }

  #refuse(reason: string): void {
    this.#line.send(JSON.stringify({ type: "error", message: "Failed to subscribe", reason }));
  }
}

/** A channel is a name with the message's products, or an object with its own. */
function wantedOf(message: Message): readonly string[] {
  const products = textsOf(message.product_ids) ?? [];
  return listOf(message.channels).flatMap((channel) => {
    if (typeof channel === "string") return products.map((product) => `${channel} ${product}`);
    if (!isMessage(channel) || typeof channel.name !== "string") return [];
    const own = textsOf(channel.product_ids) ?? products;
    const { name } = channel;
    return own.map((product) => `${name} ${product}`);
  });
}

function sequenceOf(product: string, { step }: ToldMarket): number {
  return 30_000_000_000 + (hashName(product) % 1_000_000_000) + step * 23;
}

function timeOf(product: string, told: ToldMarket): string {
  return isoMicros(told.timeMs, Math.floor(1000 * hashUniform(told.model.seed, hashName(product), told.step)));
}

function coinbaseChannel(name: string, told: ToldMarket): Channel | null {
  const [kind, product = ""] = name.split(" ");
  const pair = dashedPair(product);
  if (pair === null || !told.lists(pair.base, pair.quote)) return null;
  const row = (at: ToldMarket): Fields | null => tickerRow(at, pair.base, pair.quote);
  if (kind === "heartbeat") {
    return new RowChannel({ row: heartbeatRow, snapshot: beat, everyMs: HEARTBEAT_MS }, told);
  }
  return kind === "ticker" ? new RowChannel({ row, snapshot }, told) : null;

  function snapshot(fields: Fields, at: ToldMarket): string {
    const { price, last_size, trade_id, ...others } = fields;
    return object({
      type: quoted("ticker"),
      sequence: String(sequenceOf(product, at)),
      product_id: quoted(product),
      price: price!,
      ...others,
      time: quoted(timeOf(product, at)),
      trade_id: trade_id!,
      last_size: last_size!,
    });
  }

  /** Beats in time, whatever the book does. */
  function heartbeatRow(at: ToldMarket): Fields | null {
    return at.lists(pair!.base, pair!.quote) ? {} : null;
  }

  function beat(_row: Fields, at: ToldMarket): string {
    return object({
      type: quoted("heartbeat"),
      last_trade_id: String(843_000_000 + at.step),
      product_id: quoted(product),
      sequence: String(sequenceOf(product, at)),
      time: quoted(timeOf(product, at)),
    });
  }
}

function tickerRow(told: ToldMarket, base: string, quote: string): Fields | null {
  const book = told.spot(base, quote);
  if (book === null) return null;
  const { bid, ask, last, day, spec } = book;
  const decimals = tickDecimals(spec);
  const side = (price: number | null): string => (price === null ? quoted("0") : text(price, decimals));
  const size = (price: number | null, which: 1 | 2): string => text(price === null ? 0 : day.sizes[which], 8);
  return {
    price: text(last, decimals),
    open_24h: text(day.open, decimals),
    volume_24h: text(day.volume, 8),
    low_24h: text(day.low, decimals),
    high_24h: text(day.high, decimals),
    volume_30d: text(day.volume * 29, 8),
    best_bid: side(bid),
    best_bid_size: size(bid, 1),
    best_ask: side(ask),
    best_ask_size: size(ask, 2),
    side: quoted(last === ask ? "buy" : "sell"),
    trade_id: String(843_000_000 + day.trades),
    last_size: text(day.sizes[0], 8),
  };
}

export const coinbaseStreams: VenueStreams = {
  venue: "coinbase",
  serves: ({ path }) => path === "/",
  open: (line) => new CoinbaseSession(line),
  channel: coinbaseChannel,
  farewell: () => null,
  tooMany: () => JSON.stringify({ type: "error", message: "Too many messages", reason: "rate limit exceeded" }),
};
