/**
 * Coinbase Exchange's WebSocket: `ticker`, one message for each match with the best bid and ask after it, and `heartbeat`,
 * one a second. A connection that has not subscribed within five seconds is closed. Level 2 wants a key, so depth is polled.
 */
import { z } from "zod";
import type { SpotQuote } from "../../market/quote.ts";
import { Confirmations } from "../confirmations.ts";
import { type Parsed, gap } from "../gap.ts";
import { isRecord, parseJson, shapeGap } from "../json.ts";
import { spotSides } from "../sanity.ts";
import { NOTHING, type StreamAdapter, type StreamSession, type StreamStep } from "../stream-adapter.ts";
import { closes, gapsOf, refuses, sends, tells } from "../stream-step.ts";
import { type PolledSubscription, type SpotSubscription, sourceName } from "../subscription.ts";
import { timeFault } from "../venue-time.ts";

/** Of the eight messages a second that an address may send, half at once, and the rest with the ticks. */
const SUBSCRIBES_A_TICK = 4;
/** The venue may deliver out of order, so one step back is left out; so many in a row are a feed that starts anew. */
const STEPS_BACK_MAX = 20;

const ticker = z.looseObject({
  sequence: z.int().nonnegative(),
  best_bid: z.string().nullable(),
  best_ask: z.string().nullable(),
  time: z.iso.datetime(),
});

export const coinbaseStreams: readonly StreamAdapter[] = [
  {
    venue: "coinbase",
    name: "spot",
    host: "stream",
    path: () => "",
    carries: ({ kind, venue }) => venue === "coinbase" && kind === "spot",
    // One a second is promised; five allow for a stutter.
    heartbeatMs: 5_000,
    pingFrameMs: null,
    lifeMaxMs: null,
    session: (subscriptions) => new CoinbaseSession(subscriptions),
  },
];

type Product = {
  readonly subscription: SpotSubscription;
  readonly source: string;
  sequence: number;
  stepsBack: number;
};

class CoinbaseSession implements StreamSession {
  readonly #products = new Map<string, Product>();
  readonly #unsent: string[] = [];
  readonly #confirmations = new Confirmations();

  constructor(subscriptions: readonly PolledSubscription[]) {
    for (const subscription of subscriptions) {
      if (subscription.kind !== "spot") continue;
      const product = `${subscription.base}-${subscription.quote}`;
      this.#products.set(product, { subscription, source: sourceName(subscription), sequence: -1, stepsBack: 0 });
      this.#unsent.push(product);
    }
  }

  opened(nowMs: number): StreamStep {
    return this.#sendSome(nowMs);
  }

  tick(nowMs: number): StreamStep {
    const late = this.#confirmations.overdue(nowMs).map((product) => this.#products.get(product)!.source);
    const updates = gapsOf(late, gap("not-subscribed", "the subscription was not confirmed"));
    return { ...this.#sendSome(nowMs), updates };
  }

  listed(): StreamStep {
    return NOTHING;
  }

  take(text: string, receivedAtMs: number): StreamStep {
    const json = parseJson(text);
    if (json.kind === "gap") return refuses(json);
    if (!isRecord(json.value)) return refuses(gap("bad-shape", "the message is no object"));
    const message = json.value;
    switch (message.type) {
      case "ticker":
        return this.#takeTicker(message, receivedAtMs);
      case "subscriptions":
        return this.#takeSubscriptions(message.channels);
      case "heartbeat":
        return NOTHING;
      case "error":
        return this.#takeError(`${textOf(message.message)}: ${textOf(message.reason)}`);
      default:
        return refuses(gap("bad-shape", `message of type ${textOf(message.type)}`));
    }
  }

  /** A message for each product: one that the venue does not know fails no other. */
  #sendSome(nowMs: number): StreamStep {
    const products = this.#unsent.splice(0, SUBSCRIBES_A_TICK);
    this.#confirmations.sent(products, nowMs);
    const frame = (product: string): string =>
      JSON.stringify({ type: "subscribe", product_ids: [product], channels: ["ticker", "heartbeat"] });
    return sends(...products.map(frame));
  }

  #takeTicker(message: Readonly<Record<string, unknown>>, receivedAtMs: number): StreamStep {
    const id = message.product_id;
    const product = typeof id === "string" ? this.#products.get(id) : undefined;
    if (product === undefined) return refuses(gap("bad-shape", `a ticker of ${textOf(id)}, which was not asked for`));
    this.#confirmations.settle(textOf(id));
    const shape = ticker.safeParse(message);
    if (!shape.success) return tells(...gapsOf([product.source], shapeGap(shape.error)));
    const { sequence } = shape.data;
    if (sequence < product.sequence) {
      product.stepsBack += 1;
      const seen = gap("sequence-gap", `sequence ${sequence} of ${textOf(id)} after ${product.sequence}`);
      return product.stepsBack > STEPS_BACK_MAX ? closes(seen, [product.source]) : refuses(seen);
    }
    product.sequence = sequence;
    product.stepsBack = 0;
    const parsed = quoteOf(shape.data, product.subscription, receivedAtMs);
    return parsed.kind === "gap"
      ? tells(...gapsOf([product.source], parsed))
      : tells({ kind: "spot", source: product.source, quote: parsed.quote });
  }

  #takeSubscriptions(channels: unknown): StreamStep {
    if (!Array.isArray(channels)) return refuses(gap("bad-shape", "channels is no array"));
    for (const channel of channels) {
      if (!isRecord(channel) || channel.name !== "ticker" || !Array.isArray(channel.product_ids)) continue;
      for (const product of channel.product_ids) if (typeof product === "string") this.#confirmations.settle(product);
    }
    return NOTHING;
  }

  #takeError(words: string): StreamStep {
    const sources = [...this.#products.values()].map(({ source }) => source);
    if (/rate limit|too many/i.test(words)) return closes(gap("rate-limited", words), sources);
    if (/maintenance/i.test(words)) return closes(gap("maintenance", words), sources);
    const named = [...this.#products.keys()].filter((product) => words.includes(product));
    const meant = named.length > 0 ? named : this.#confirmations.waiting();
    const refusal = gap("not-subscribed", words);
    if (meant.length === 0) return refuses(refusal);
    for (const product of meant) this.#confirmations.settle(product);
    return tells(
      ...gapsOf(
        meant.map((product) => this.#products.get(product)!.source),
        refusal,
      ),
    );
  }
}

/** `time` is that of the match, and so of the bid and ask after it. */
function quoteOf(
  { best_bid, best_ask, time }: z.infer<typeof ticker>,
  { base, quote }: SpotSubscription,
  receivedAtMs: number,
): Parsed<SpotQuote> {
  const timeMs = Date.parse(time);
  const fault = timeFault(timeMs, receivedAtMs);
  if (fault !== null) return fault;
  const sides = spotSides(best_bid, best_ask);
  if (sides.kind === "gap") return sides;
  const { bid, ask } = sides;
  const times = { timeMs, timeSource: "venue", receivedAtMs } as const;
  return { kind: "quote", quote: { venue: "coinbase", ...times, base, quote, bid, ask } };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "no text";
}
