/** Gemini's market data v2: books by level two, whole at first and then what changed; no answer to a subscription but its book. */
import { splitSymbol } from "../symbols.ts";
import { BookChannel, type SideChanges } from "./book-channel.ts";
import { quoted } from "./fields.ts";
import type { Channel, Line, ServerSession, VenueStreams } from "./line.ts";
import { isMessage, listOf, readMessage, textsOf } from "./message.ts";
import type { ToldMarket } from "./told-market.ts";

const HEARTBEAT_MS = 5_000;
/** The market has no more than that. */
const LEVELS = 2_000;

/** Channels here are symbols. */
class GeminiSession implements ServerSession {
  readonly #line: Line;
  #beatMs: number;

  constructor(line: Line) {
    this.#line = line;
    this.#beatMs = line.nowMs();
  }

  opened(): void {
    // It waits to be asked.
  }

  take(frame: string): void {
    const message = readMessage(frame);
    if (message === null) return this.#refuse("MalformedJson", "The message is no JSON");
    if (message.type !== "subscribe" && message.type !== "unsubscribe")
      return this.#refuse("InvalidMessageType", "Expected subscribe or unsubscribe");
    for (const subscription of listOf(message.subscriptions)) {
      const { name, symbols } = isMessage(subscription) ? subscription : {};
      if (name !== "l2") {
        this.#refuse("InvalidSubscriptionName", `Supplied value '${String(name)}' is not a valid subscription`);
        continue;
      }
      for (const symbol of textsOf(symbols) ?? []) this.#follow(message.type === "subscribe", symbol.toUpperCase());
    }
  }

  tick(): void {
    const nowMs = this.#line.nowMs();
    if (nowMs - this.#beatMs < HEARTBEAT_MS) return;
    this.#beatMs = nowMs;
    this.#line.send(JSON.stringify({ type: "heartbeat", timestamp: Math.floor(nowMs) }));
  }

  frame(_channel: string, payload: string): string {
    return payload;
  }

  #follow(isWanted: boolean, symbol: string): void {
    if (!isWanted) this.#line.leave(symbol);
    else if (!this.#line.channels.has(symbol) && !this.#line.join(symbol))
      this.#refuse("InvalidSymbol", `Supplied value '${symbol}' is not a valid symbol`);
  }

  #refuse(reason: string, message: string): void {
    this.#line.send(JSON.stringify({ result: "error", reason, message }));
  }
}

function geminiChannel(symbol: string, told: ToldMarket): Channel | null {
  const pair = splitSymbol(symbol);
  if (pair === null || !told.lists(pair.base, pair.quote)) return null;
  const changes = (bids: SideChanges, asks: SideChanges): string =>
    [...bids.map((level) => ["buy", level] as const), ...asks.map((level) => ["sell", level] as const)]
      .map(([side, [price, size]]) => `[${quoted(side)},${price},${size}]`)
      .join(",");
  return new BookChannel(
    {
      ...pair,
      levels: LEVELS,
      sizeDecimals: 8,
      snapshot: (bids, asks) =>
        `{"type":"l2_updates","symbol":"${symbol}","changes":[${changes(bids, asks)}],"trades":[],"auction_events":[]}`,
      changes: (bids, asks) => `{"type":"l2_updates","symbol":"${symbol}","changes":[${changes(bids, asks)}]}`,
    },
    told,
  );
}

export const geminiStreams: VenueStreams = {
  venue: "gemini",
  serves: ({ path }) => path === "/v2/marketdata",
  open: (line) => new GeminiSession(line),
  channel: geminiChannel,
  farewell: () =>
    JSON.stringify({
      result: "error",
      reason: "Maintenance",
      message: "The Gemini Exchange is currently undergoing maintenance.",
    }),
  tooMany: () =>
    JSON.stringify({ result: "error", reason: "RateLimit", message: "Requests were made too frequently." }),
};
