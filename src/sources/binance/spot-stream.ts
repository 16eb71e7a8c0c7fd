/**
 * Binance spot over a WebSocket: /stream?streams=btcusdt@bookTicker/…, a push for every change of the best bid or ask. No
 * time in it: receipt time. `u` is the book's update id, which only grows.
 */
import { z } from "zod";
import {
  FIRST_PUSH_MAX_MS,
  LIFE_MAX_MS,
  isUpdateId,
  readCombined,
  streamsPath,
  unknownStream,
} from "./combined-frame.ts";
import type { SpotQuote } from "../../market/quote.ts";
import { type Parsed, gap } from "../gap.ts";
import { shapeGap } from "../json.ts";
import { spotSides } from "../sanity.ts";
import { NOTHING, type StreamAdapter, type StreamSession, type StreamStep } from "../stream-adapter.ts";
import { closes, refuses, tells } from "../stream-step.ts";
import { type PolledSubscription, type SpotSubscription, sourceName } from "../subscription.ts";
import { Unheard } from "../unheard.ts";

/** The server pings every 20 s; a busy pair speaks far more often. */
const PING_MS = 20_000;

const push = z.looseObject({ u: z.number(), s: z.string(), b: z.string().nullable(), a: z.string().nullable() });

export const binanceSpotStream: StreamAdapter = {
  venue: "binance",
  name: "spot",
  host: "stream",
  path: (subscriptions) => streamsPath("", subscriptions.filter(isSpot).map(streamOf)),
  carries: isSpot,
  heartbeatMs: PING_MS,
  pingFrameMs: null,
  lifeMaxMs: LIFE_MAX_MS,
  session: (subscriptions) => new SpotSession(subscriptions.filter(isSpot)),
};

function isSpot(subscription: PolledSubscription): subscription is SpotSubscription {
  return subscription.venue === "binance" && subscription.kind === "spot";
}

function streamOf({ base, quote }: SpotSubscription): string {
  return `${base}${quote}`.toLowerCase() + "@bookTicker";
}

type Watched = { readonly subscription: SpotSubscription; lastUpdateId: number };

class SpotSession implements StreamSession {
  readonly #watched: ReadonlyMap<string, Watched>;
  readonly #unheard: Unheard;

  constructor(subscriptions: readonly SpotSubscription[]) {
    this.#watched = new Map(subscriptions.map((one) => [streamOf(one), { subscription: one, lastUpdateId: -1 }]));
    this.#unheard = new Unheard(FIRST_PUSH_MAX_MS, subscriptions.map(sourceName));
  }

  opened(nowMs: number): StreamStep {
    this.#unheard.opened(nowMs);
    return NOTHING;
  }

  take(text: string, receivedAtMs: number): StreamStep {
    const frame = readCombined(text);
    if (frame.kind === "step") return frame.step;
    const watched = this.#watched.get(frame.stream);
    if (watched === undefined) return unknownStream(frame.stream);
    const shape = push.safeParse(frame.data);
    if (!shape.success) return refuses(shapeGap(shape.error));
    const { u, s, b, a } = shape.data;
    const { subscription, lastUpdateId } = watched;
    const symbol = `${subscription.base}${subscription.quote}`;
    if (s !== symbol) return refuses(gap("bad-shape", `${frame.stream} says ${s}`));
    if (!isUpdateId(u)) return refuses(gap("bad-shape", "u is no update id"));
    if (u < lastUpdateId) return closes(gap("sequence-gap", `${symbol} went from ${lastUpdateId} to ${u}`));
    if (u === lastUpdateId) return NOTHING;
    watched.lastUpdateId = u;
    const source = sourceName(subscription);
    this.#unheard.heard(source);
    const parsed = quoteOf(subscription, b, a, receivedAtMs);
    const update =
      parsed.kind === "gap"
        ? ({ kind: "gap", source, gap: parsed } as const)
        : ({ kind: "spot", source, quote: parsed.quote } as const);
    return tells(update);
  }

  tick(nowMs: number): StreamStep {
    return tells(...this.#unheard.overdue(nowMs));
  }

  listed(): StreamStep {
    return NOTHING;
  }
}

function quoteOf(
  { base, quote }: SpotSubscription,
  bidText: string | null,
  askText: string | null,
  receivedAtMs: number,
): Parsed<SpotQuote> {
  const sides = spotSides(bidText, askText);
  if (sides.kind === "gap") return sides;
  const times = { timeMs: receivedAtMs, timeSource: "receipt", receivedAtMs } as const;
  return { kind: "quote", quote: { venue: "binance", ...times, base, quote, bid: sides.bid, ask: sides.ask } };
}
