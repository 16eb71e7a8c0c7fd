/**
 * Good bodies and frames of every venue out of the market server's own renderers and sessions, in this process: no socket,
 * no clock, and the same on every day.
 */
import { CANDLE_VENUES, perVenue, type Venue } from "../../src/market/venue.ts";
import { type MarketSource, openSource } from "../../src/replay/options.ts";
import { VENUE_STREAMS } from "../../src/replay/streams/all-venues.ts";
import type { Channel, Line } from "../../src/replay/streams/line.ts";
import { ToldMarket } from "../../src/replay/streams/told-market.ts";
import type { VenueTarget } from "../../src/replay/venue-request.ts";
import { CANDLE_ADAPTERS, isOffered, parseBodies, requestsOf } from "../../src/sources/adapters.ts";
import { PRODUCTION_ONLY } from "../../src/sources/rest-adapter.ts";
import type { StreamAdapter } from "../../src/sources/stream-adapter.ts";
import { type PolledSubscription, type Subscription, sourceName } from "../../src/sources/subscription.ts";
import { trimmed } from "./trimmed.ts";

export const START_MS = Date.UTC(2026, 10, 23, 11);
/** An hour in: the volatility index has bars by then. */
export const AT_MS = START_MS + 3_600_000;
const STEP_MS = 250;

/** Dollars where the venue has them, else the coin that most of its trade is in. */
const QUOTES = perVenue((venue) => (["binance", "okx", "bybit"].includes(venue) ? "USDT" : "USD"));

/** Everything of that coin that the venue offers, but for candles. */
export function polledOf(venue: Venue, base = "BTC"): readonly PolledSubscription[] {
  const pair = { venue, base, quote: QUOTES[venue] };
  const board = { venue, base, quote: "USD" };
  const all: readonly unknown[] = [
    { kind: "spot", ...pair },
    { kind: "depth", ...pair },
    ...["index", "vol-index", "futures", "options"].map((kind) => ({ kind, ...board })),
  ];
  return (all as readonly PolledSubscription[]).filter(isOffered);
}

export type BodySample = {
  readonly subscription: Subscription;
  readonly name: string;
  readonly bodies: readonly string[];
};

export function openMarketSource(): Promise<MarketSource> {
  return openSource({ seed: 5, startMs: START_MS }, START_MS);
}

/** @returns the bodies of all that the venue offers, whole */
export function bodiesOf(source: MarketSource, venue: Venue, base = "BTC"): readonly BodySample[] {
  const ask = (path: string): string => source.answer(venue, targetOf(venue, path), AT_MS, 0).body;
  const polled = polledOf(venue, base).map((subscription) => ({
    subscription,
    name: sourceName(subscription),
    bodies: requestsOf(subscription).map(({ path }) => ask(path)),
  }));
  const known = CANDLE_VENUES.find((candles) => candles === venue);
  if (known === undefined) return polled;
  const candles = {
    kind: "candles",
    venue: known,
    base,
    quote: QUOTES[venue],
    intervalMs: 300_000,
    days: 1,
  } as const;
  const page = { fromMs: START_MS - 6 * candles.intervalMs, toMs: START_MS + candles.intervalMs };
  const bodies = [ask(CANDLE_ADAPTERS[known].path(candles, page))];
  return [...polled, { subscription: candles, name: sourceName(candles), bodies }];
}

function targetOf(venue: Venue, path: string): VenueTarget {
  const { pathname, searchParams } = new URL(path, "http://market");
  return { path: venue === "deribit" ? `/api/v2${pathname}` : pathname, query: searchParams };
}

export type FrameSample = {
  readonly adapter: StreamAdapter;
  readonly carried: readonly PolledSubscription[];
  readonly listed: ReadonlyMap<string, readonly string[]>;
  /** In the order in which they came, receipt of the first is `AT_MS`; boards cut down to the listed rows. */
  readonly frames: readonly string[];
};

/** The instruments of a board that REST lists, a few of them. */
function listOf(source: MarketSource, subscription: PolledSubscription, most: number): readonly string[] {
  const bodies = requestsOf(subscription).map(
    ({ path }) => source.answer(subscription.venue, targetOf(subscription.venue, path), AT_MS, 0).body,
  );
  const parsed = parseBodies(bodies, subscription, AT_MS, PRODUCTION_ONLY);
  if (parsed.kind === "gap") throw new Error(`${sourceName(subscription)}: ${parsed.reason}: ${parsed.detail}`);
  const { quote } = parsed;
  if (quote.kind !== "options" && quote.kind !== "futures") return [];
  const rows = quote.kind === "options" ? quote.value.options : quote.value.futures;
  const every = Math.max(1, Math.ceil(rows.length / most));
  return rows.filter((_row, i) => i % every === 0).map(({ instrument }) => instrument);
}

/** What a session of the server says to one of ours in so many steps of the market. */
export function framesOf(source: MarketSource, adapter: StreamAdapter, steps: number): FrameSample {
  const { model } = source;
  if (model === null) throw new Error("a market of recordings has no model");
  const carried = polledOf(adapter.venue).filter((subscription) => adapter.carries(subscription));
  const listed = new Map(
    carried
      .filter(({ kind }) => kind === "options" || kind === "futures")
      .map((board) => [sourceName(board), listOf(source, board, 5)]),
  );
  const names = new Set([...listed.values()].flat());
  const streams = VENUE_STREAMS[adapter.venue];
  const pace = { chainMs: STEP_MS, turnMs: 2 * STEP_MS };
  const draw = (nowMs: number, before: ToldMarket | null) =>
    new ToldMarket({ model, venue: adapter.venue, pace }, nowMs, null, before);
  let nowMs = AT_MS;
  let told = draw(nowMs, null);
  const frames: string[] = [];
  const joined = new Map<string, Channel>();
  const say = (text: string): void => void frames.push(trimmed(text, names));
  const line: Line = {
    id: 1,
    channels: new Set<string>(),
    nowMs: () => nowMs,
    send: say,
    ping: () => undefined,
    offers: (channel) => streams.channel(channel, told) !== null,
    join: (name) => {
      const channel = streams.channel(name, told);
      if (channel === null) return false;
      joined.set(name, channel);
      for (const payload of channel.picture()) say(server.frame(name, payload));
      return true;
    },
    leave: (name) => joined.delete(name),
    close: () => undefined,
  };
  const server = streams.open(line, targetOf("binance", adapter.path(carried)));
  const session = adapter.session(carried, PRODUCTION_ONLY);
  for (const [board, instruments] of listed) session.listed(board, instruments, nowMs);
  server.opened();
  for (const text of session.opened(nowMs).send) server.take(text);
  for (let i = 0; i < steps; i++) {
    nowMs += STEP_MS;
    told = draw(nowMs, told);
    for (const [name, channel] of joined) for (const payload of channel.advance(told)) say(server.frame(name, payload));
    server.tick();
    for (const text of session.tick(nowMs).send) server.take(text);
  }
  return { adapter, carried, listed, frames };
}
