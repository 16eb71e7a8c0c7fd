/**
 * Bitfinex over a WebSocket, /ws/2, the channel `ticker` of each pair. A subscription is answered with a channel number, by
 * which its messages go: [chanId, the array of `spot.ts`] when something changed, [chanId, "hb"] after 15 s without a change.
 */
import { bitfinexError } from "./answer.ts";
import { CONF, Sequence } from "./sequence.ts";
import { readTicker } from "./spot.ts";
import { bitfinexSymbol } from "./symbol.ts";
import { gap } from "../gap.ts";
import { isRecord, parseJson } from "../json.ts";
import {
  NOTHING,
  type StreamAdapter,
  type StreamSession,
  type StreamStep,
  type StreamUpdate,
} from "../stream-adapter.ts";
import { closes, refuses, sends, tells } from "../stream-step.ts";
import { type PolledSubscription, type SpotSubscription, sourceName } from "../subscription.ts";
import { Unheard } from "../unheard.ts";

const HEARTBEAT_MS = 15_000;
const CONFIRM_MAX_MS = 20_000;
/** While the venue is in maintenance there is no use in knocking every second. */
const MAINTENANCE_WAIT_MS = 60_000;

export const bitfinexTickerStream: StreamAdapter = {
  venue: "bitfinex",
  name: "tickers",
  host: "stream",
  path: () => "/ws/2",
  carries: isSpot,
  heartbeatMs: HEARTBEAT_MS,
  pingFrameMs: null,
  lifeMaxMs: null,
  session: (subscriptions) => new TickerSession(subscriptions.filter(isSpot)),
};

function isSpot(subscription: PolledSubscription): subscription is SpotSubscription {
  return subscription.venue === "bitfinex" && subscription.kind === "spot";
}

type Watched = { readonly subscription: SpotSubscription; readonly source: string; values: readonly unknown[] | null };

class TickerSession implements StreamSession {
  readonly #bySymbol: ReadonlyMap<string, Watched>;
  readonly #byChannel = new Map<number, Watched>();
  readonly #sequence = new Sequence();
  readonly #unheard: Unheard;

  constructor(subscriptions: readonly SpotSubscription[]) {
    this.#bySymbol = new Map(
      subscriptions.map((one) => [bitfinexSymbol(one), { subscription: one, source: sourceName(one), values: null }]),
    );
    this.#unheard = new Unheard(CONFIRM_MAX_MS, subscriptions.map(sourceName));
  }

  opened(nowMs: number): StreamStep {
    this.#unheard.opened(nowMs);
    const asked = [...this.#bySymbol.keys()].map((symbol) =>
      JSON.stringify({ event: "subscribe", channel: "ticker", symbol }),
    );
    return sends(CONF, ...asked);
  }

  take(text: string, receivedAtMs: number): StreamStep {
    const json = parseJson(text);
    if (json.kind === "gap") return refuses(json);
    if (isRecord(json.value)) return this.#takeEvent(json.value);
    if (!Array.isArray(json.value)) return refuses(gap("bad-shape", "a message that is neither array nor object"));
    const message: readonly unknown[] = json.value;
    const [channel, payload, ...tail] = message;
    const counted = this.#sequence.take(tail);
    if (counted.kind === "gap") return closes(counted);
    const watched = typeof channel === "number" ? this.#byChannel.get(channel) : undefined;
    if (watched === undefined) return refuses(gap("bad-shape", "a message of a channel that was not asked for"));
    if (payload !== "hb") {
      if (!Array.isArray(payload)) return refuses(gap("bad-shape", "a ticker that is no array"));
      watched.values = payload;
    }
    // The heartbeat of a channel says that its last ticker stands.
    return watched.values === null ? NOTHING : say(watched, watched.values, counted.timeMs, receivedAtMs);
  }

  tick(nowMs: number): StreamStep {
    return tells(...this.#unheard.overdue(nowMs));
  }

  listed(): StreamStep {
    return NOTHING;
  }

  #takeEvent(event: Readonly<Record<string, unknown>>): StreamStep {
    switch (event.event) {
      case "conf":
        if (event.status === "OK") this.#sequence.begin();
        return NOTHING;
      case "pong":
        return NOTHING;
      case "info":
        return takeInfo(event);
      case "subscribed":
        return this.#takeSubscribed(event);
      case "unsubscribed":
        return this.#takeUnsubscribed(event);
      case "error":
        return this.#takeError(event);
    }
    return refuses(gap("bad-shape", "an event of an unknown name"));
  }

  #takeSubscribed({ channel, chanId, symbol }: Readonly<Record<string, unknown>>): StreamStep {
    const watched = typeof symbol === "string" ? this.#bySymbol.get(symbol) : undefined;
    if (channel !== "ticker" || typeof chanId !== "number" || watched === undefined)
      return refuses(gap("bad-shape", "a subscription that was not asked for"));
    for (const [number, other] of this.#byChannel) if (other === watched) this.#byChannel.delete(number);
    this.#byChannel.set(chanId, watched);
    this.#unheard.heard(watched.source);
    return NOTHING;
  }

  #takeUnsubscribed({ chanId }: Readonly<Record<string, unknown>>): StreamStep {
    const watched = typeof chanId === "number" ? this.#byChannel.get(chanId) : undefined;
    if (watched === undefined || typeof chanId !== "number") return NOTHING;
    this.#byChannel.delete(chanId);
    const ended = gap("not-subscribed", "the venue ended the subscription");
    return tells({ kind: "gap", source: watched.source, gap: ended });
  }

  #takeError({ code, msg, symbol }: Readonly<Record<string, unknown>>): StreamStep {
    // 10301: there is that subscription already.
    if (code === 10301) return NOTHING;
    const told = bitfinexError(code, msg);
    const watched = typeof symbol === "string" ? this.#bySymbol.get(symbol) : undefined;
    if (watched === undefined) return refuses(told);
    this.#unheard.heard(watched.source);
    const refusal = gap("not-subscribed", told.detail);
    return tells({ kind: "gap", source: watched.source, gap: refusal });
  }
}

/** The greeting says whether the platform is up; the codes are orders to stop, and the end of the maintenance. */
function takeInfo({ code, platform }: Readonly<Record<string, unknown>>): StreamStep {
  const isDown = isRecord(platform) && platform.status === 0;
  if (code === 20060 || isDown) {
    return closes(gap("maintenance", "the platform is in maintenance", MAINTENANCE_WAIT_MS));
  }
  if (code === 20051) return closes(gap("disconnected", "the server restarts"));
  // 20061 ends a maintenance, through which this connection did not live: nothing to resume.
  return NOTHING;
}

function say(
  { subscription, source }: Watched,
  values: readonly unknown[],
  venueMs: number | null,
  receivedAtMs: number,
): StreamStep {
  const sides = readTicker(values);
  const { base, quote } = subscription;
  const { timeMs, timeSource } =
    venueMs === null
      ? ({ timeMs: receivedAtMs, timeSource: "receipt" } as const)
      : ({ timeMs: venueMs, timeSource: "venue" } as const);
  const update: StreamUpdate =
    sides.kind === "gap"
      ? { kind: "gap", source, gap: sides }
      : {
          kind: "spot",
          source,
          quote: { venue: "bitfinex", timeMs, timeSource, receivedAtMs, base, quote, bid: sides.bid, ask: sides.ask },
        };
  return tells(update);
}
