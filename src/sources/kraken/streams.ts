/**
 * Kraken's WebSocket, version 2: `ticker` with the trigger `bbo`, for without it nothing comes between two trades. Prices
 * are JSON numbers, pairs are BTC/USD. A status is pushed at first and when it changes, a heartbeat about every second.
 */
import { z } from "zod";
import type { SpotQuote } from "../../market/quote.ts";
import { Confirmations } from "../confirmations.ts";
import { type Gap, type Parsed, gap } from "../gap.ts";
import { isRecord, parseJson, shapeGap } from "../json.ts";
import { numericSides } from "../sanity.ts";
import {
  NOTHING,
  type StreamAdapter,
  type StreamSession,
  type StreamStep,
  type StreamUpdate,
} from "../stream-adapter.ts";
import { closes, gapsOf, refuses, sends, tells } from "../stream-step.ts";
import { type PolledSubscription, type SpotSubscription, sourceName } from "../subscription.ts";
import { timeFault } from "../venue-time.ts";

export const krakenStreams: readonly StreamAdapter[] = [
  {
    venue: "kraken",
    name: "spot",
    host: "stream",
    path: () => "/v2",
    carries: ({ kind, venue }) => venue === "kraken" && kind === "spot",
    // One a second is promised; five allow for a stutter.
    heartbeatMs: 5_000,
    pingFrameMs: null,
    lifeMaxMs: null,
    session: (subscriptions) => new KrakenSession(subscriptions),
  },
];

/** Older messages have no timestamp. */
const row = z.looseObject({
  bid: z.unknown(),
  ask: z.unknown(),
  timestamp: z.iso.datetime().optional(),
});

type Pair = { readonly subscription: SpotSubscription; readonly source: string };

class KrakenSession implements StreamSession {
  readonly #pairs = new Map<string, Pair>();
  readonly #confirmations = new Confirmations();
  /** Why the venue as a whole has no market now. */
  #closed: Gap | null = null;

  constructor(subscriptions: readonly PolledSubscription[]) {
    for (const subscription of subscriptions) {
      if (subscription.kind !== "spot") continue;
      const { base, quote } = subscription;
      this.#pairs.set(`${base}/${quote}`, { subscription, source: sourceName(subscription) });
    }
  }

  /** One request for all pairs; each is answered by itself. */
  opened(nowMs: number): StreamStep {
    const symbol = [...this.#pairs.keys()];
    if (symbol.length === 0) return NOTHING;
    this.#confirmations.sent(symbol, nowMs);
    const params = { channel: "ticker", symbol, event_trigger: "bbo", snapshot: true };
    return sends(JSON.stringify({ method: "subscribe", params, req_id: 1 }));
  }

  tick(nowMs: number): StreamStep {
    const late = this.#confirmations.overdue(nowMs).map((symbol) => this.#pairs.get(symbol)!.source);
    return tells(...gapsOf(late, gap("not-subscribed", "the subscription was not confirmed")));
  }

  listed(): StreamStep {
    return NOTHING;
  }

  take(text: string, receivedAtMs: number): StreamStep {
    const json = parseJson(text);
    if (json.kind === "gap") return refuses(json);
    if (!isRecord(json.value)) return refuses(gap("bad-shape", "the message is no object"));
    const message = json.value;
    if (typeof message.error === "string") return this.#takeError(message.error, message.symbol);
    if (typeof message.method === "string") return this.#takeAnswer(message);
    switch (message.channel) {
      case "ticker":
        return this.#takeTicker(message.data, receivedAtMs);
      case "status":
        return this.#takeStatus(message.data);
      case "heartbeat":
        return NOTHING;
      default:
        return refuses(gap("bad-shape", `message of channel ${textOf(message.channel)}`));
    }
  }

  #takeAnswer(message: Readonly<Record<string, unknown>>): StreamStep {
    if (message.method === "pong") return NOTHING;
    const result = message.result;
    if (message.method !== "subscribe" || message.success !== true || !isRecord(result))
      return refuses(gap("bad-shape", `answer to ${textOf(message.method)}`));
    this.#confirmations.settle(textOf(result.symbol));
    return NOTHING;
  }

  /** An error without a pair is one of the request, so of every pair that was not answered yet. */
  #takeError(words: string, symbol: unknown): StreamStep {
    if (/rate limit|too many|exceeded/i.test(words)) return closes(gap("rate-limited", words), this.#sources());
    const refusal = gap("not-subscribed", words);
    const named = typeof symbol === "string" ? [symbol] : this.#confirmations.waiting();
    const meant = named.filter((name) => this.#pairs.has(name));
    if (meant.length === 0) return refuses(refusal);
    for (const name of meant) this.#confirmations.settle(name);
    return tells(
      ...gapsOf(
        meant.map((name) => this.#pairs.get(name)!.source),
        refusal,
      ),
    );
  }

  #takeStatus(data: unknown): StreamStep {
    const first: unknown = Array.isArray(data) ? data[0] : undefined;
    const system = isRecord(first) ? first.system : undefined;
    switch (system) {
      case "online":
      case "limit_only":
        this.#closed = null;
        return NOTHING;
      case "maintenance":
        this.#closed = gap("maintenance", "the status of the system is maintenance");
        break;
      // No orders meet: the book stands, and is no market.
      case "cancel_only":
      case "post_only":
        this.#closed = gap("halted", `the status of the system is ${system}`);
        break;
      default:
        return refuses(gap("bad-shape", `status ${textOf(system)}`));
    }
    return tells(...gapsOf(this.#sources(), this.#closed));
  }

  #takeTicker(data: unknown, receivedAtMs: number): StreamStep {
    if (!Array.isArray(data)) return refuses(gap("bad-shape", "data is no array"));
    const entries: readonly unknown[] = data;
    const updates: StreamUpdate[] = [];
    let refused: Gap | null = null;
    for (const entry of entries) {
      const symbol = isRecord(entry) ? textOf(entry.symbol) : "no object";
      const pair = this.#pairs.get(symbol);
      if (pair === undefined) {
        refused = gap("bad-shape", `a ticker of ${symbol}, which was not asked for`);
        continue;
      }
      this.#confirmations.settle(symbol);
      if (this.#closed !== null) continue;
      const parsed = quoteOf(entry, pair.subscription, receivedAtMs);
      updates.push(
        parsed.kind === "gap"
          ? { kind: "gap", source: pair.source, gap: parsed }
          : { kind: "spot", source: pair.source, quote: parsed.quote },
      );
    }
    return { ...NOTHING, updates, refused };
  }

  #sources(): string[] {
    return [...this.#pairs.values()].map(({ source }) => source);
  }
}

function quoteOf(entry: unknown, { base, quote }: SpotSubscription, receivedAtMs: number): Parsed<SpotQuote> {
  const shape = row.safeParse(entry);
  if (!shape.success) return shapeGap(shape.error);
  const { bid: bidValue, ask: askValue, timestamp } = shape.data;
  // Pairs without a book say bid 0, ask 0 and 1970: the sides are the better reason.
  const sides = numericSides(bidValue, askValue);
  if (sides.kind === "gap") return sides;
  const timeMs = timestamp === undefined ? receivedAtMs : Date.parse(timestamp);
  const fault = timeFault(timeMs, receivedAtMs);
  if (fault !== null) return fault;
  const { bid, ask } = sides;
  const times = { timeMs, timeSource: timestamp === undefined ? "receipt" : "venue", receivedAtMs } as const;
  return { kind: "quote", quote: { venue: "kraken", ...times, base, quote, bid, ask } };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "no text";
}
