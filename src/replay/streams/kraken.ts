/** Kraken's WebSocket v2: a status on connect, an answer for each symbol, tickers of trades or of the book, and a heartbeat when idle. */
import { tickDecimals } from "../../sim/market/venues.ts";
import { hashName } from "../../sim/random.ts";
import { type Fields, object, plain, quoted, short } from "./fields.ts";
import type { Channel, Line, ServerSession, VenueStreams } from "./line.ts";
import { isMessage, type Message, readMessage, textsOf } from "./message.ts";
import { RowChannel } from "./row-channel.ts";
import { isoMicros } from "./times.ts";
import type { ToldMarket } from "./told-market.ts";

const IDLE_MS = 1_000;

/** Names of channels here: `bbo BTC/USD`, `trades BTC/USD`. */
class KrakenSession implements ServerSession {
  readonly #line: Line;
  #spokeMs: number;

  constructor(line: Line) {
    this.#line = line;
    this.#spokeMs = line.nowMs();
  }

  opened(): void {
    this.#send(status(this.#line.id, "online"));
  }

  take(frame: string): void {
    const message = readMessage(frame);
    if (message === null) return this.#send(JSON.stringify({ error: "Malformed message", success: false }));
    switch (message.method) {
      case "ping":
        return this.#send(JSON.stringify({ method: "pong", ...requestId(message), ...this.#times() }));
      case "subscribe":
      case "unsubscribe":
        return this.#subscribe(message.method, message);
      default:
        return this.#refuse("Event(s) not found", String(message.method), {}, message);
    }
  }

  /** Only who has subscribed is told that the line lives. */
  tick(): void {
    if (this.#line.channels.size === 0 || this.#line.nowMs() - this.#spokeMs < IDLE_MS) return;
    this.#send('{"channel":"heartbeat"}');
  }

  frame(_channel: string, payload: string): string {
    this.#spokeMs = this.#line.nowMs();
    return payload;
  }

  #subscribe(method: "subscribe" | "unsubscribe", message: Message): void {
    const params = isMessage(message.params) ? message.params : {};
    const symbols = textsOf(params.symbol) ?? [];
    if (params.channel !== "ticker") return this.#refuse("Channel not found", method, {}, message);
    const trigger = params.event_trigger ?? "trades";
    if (trigger !== "bbo" && trigger !== "trades") return this.#refuse("Event trigger not found", method, {}, message);
    const snapshot = params.snapshot !== false;
    const joining: string[] = [];
    for (const symbol of symbols) {
      const channel = `${trigger} ${symbol}`;
      if (method === "unsubscribe" ? !this.#line.leave(channel) : !this.#line.offers(channel)) {
        const words = method === "unsubscribe" ? "Subscription not found" : `Currency pair not supported ${symbol}`;
        this.#refuse(words, method, { symbol }, message);
        continue;
      }
      const result =
        method === "unsubscribe"
          ? { channel: "ticker", event_trigger: trigger, symbol }
          : { channel: "ticker", event_trigger: trigger, snapshot, symbol };
      this.#send(JSON.stringify({ method, result, success: true, ...this.#times(), ...requestId(message) }));
      if (method === "subscribe" && !this.#line.channels.has(channel)) joining.push(channel);
    }
    for (const channel of joining) this.#line.join(channel);
  }

  #refuse(error: string, method: string, about: Message, message: Message): void {
    this.#send(JSON.stringify({ error, method, success: false, ...about, ...this.#times(), ...requestId(message) }));
  }

  #times(): Message {
    const nowMs = this.#line.nowMs();
    return { time_in: isoMicros(nowMs, 0), time_out: isoMicros(nowMs, 41) };
  }

  #send(frame: string): void {
    this.#spokeMs = this.#line.nowMs();
    this.#line.send(frame);
  }
}

function requestId({ req_id }: Message): Message {
  return typeof req_id === "number" ? { req_id } : {};
}

/** The number of a connection is beyond what a double can count, as the venue's are. */
function status(id: number, system: "online" | "maintenance"): string {
  const connection = 13_834_774_380_200_032_777n + BigInt(id);
  return `{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"${system}","api_version":"v2","connection_id":${connection}}]}`;
}

function krakenChannel(name: string, told: ToldMarket): Channel | null {
  const [trigger, symbol = ""] = name.split(" ");
  const [base = "", quote = ""] = symbol.split("/");
  if (!told.lists(base, quote)) return null;
  const data = (type: string, at: ToldMarket): string => {
    const row = tickerRow(at, symbol, base, quote);
    return `{"channel":"ticker","type":"${type}","data":[${row === null ? "" : object(row)}]}`;
  };
  return new RowChannel(
    {
      row: (at) => {
        const row = tickerRow(at, symbol, base, quote);
        if (row === null) return null;
        return trigger === "bbo" ? { bid: row.bid!, ask: row.ask!, bid_qty: row.bid_qty! } : { last: row.last! };
      },
      snapshot: (_row, at) => data("snapshot", at),
      delta: (_changed, _row, at) => data("update", at),
    },
    told,
  );
}

function tickerRow(told: ToldMarket, symbol: string, base: string, quote: string): Fields | null {
  const book = told.spot(base, quote);
  if (book === null) return null;
  const { bid, ask, last, day, spec } = book;
  const decimals = tickDecimals(spec);
  // Without a book everything is zero, its time included.
  const time = bid === null && ask === null ? 0 : told.timeMs;
  return {
    symbol: quoted(symbol),
    bid: plain(bid ?? 0, decimals),
    bid_qty: plain(bid === null ? 0 : day.sizes[1], 8),
    ask: plain(ask ?? 0, decimals),
    ask_qty: plain(ask === null ? 0 : day.sizes[2], 8),
    last: plain(last, decimals),
    volume: plain(day.volume, 8),
    vwap: plain(day.vwap, decimals),
    low: plain(day.low, decimals),
    high: plain(day.high, decimals),
    change: plain(last - day.open, decimals),
    change_pct: short(day.changePercent, 2),
    timestamp: quoted(isoMicros(time, time === 0 ? 0 : hashName(`${symbol}${told.step}`) % 1000)),
  };
}

export const krakenStreams: VenueStreams = {
  venue: "kraken",
  serves: ({ path }) => path === "/v2",
  open: (line) => new KrakenSession(line),
  channel: krakenChannel,
  farewell: () => status(0, "maintenance"),
  tooMany: () => JSON.stringify({ error: "Exceeded msg rate", success: false }),
};
