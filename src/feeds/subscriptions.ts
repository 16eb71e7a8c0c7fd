/** What market data a set of feeds needs, each once. */
import { unreachable } from "../base/errors.ts";
import type { LinkedFeed } from "./context.ts";
import type { OptionVenue } from "../market/venue.ts";
import { baseOf } from "./definition.ts";
import type { RealisedVolDefinition } from "./kinds/history-kinds.ts";
import type { SpotIndexDefinition } from "./kinds/spot-index.ts";

type SpotVenue = SpotIndexDefinition["method"]["markets"][number]["venue"];

/** Bars of `intervalMs` over the last `days` days. */
export type CandlesNeed = {
  readonly kind: "candles";
  readonly venue: RealisedVolDefinition["method"]["candles"][number]["venue"];
  readonly base: string;
  readonly quote: string;
  readonly intervalMs: number;
  readonly days: number;
};

export type Subscription =
  | { readonly kind: "spot" | "depth"; readonly venue: SpotVenue; readonly base: string; readonly quote: string }
  | {
      readonly kind: "index" | "futures" | "options";
      readonly venue: OptionVenue;
      readonly base: string;
      readonly quote: "USD";
    }
  | CandlesNeed;

function* spotBooks({ method }: SpotIndexDefinition): Generator<Subscription> {
  const { markets, conversions } = method;
  for (const { venue, base, quote } of markets) yield { kind: "spot", venue, base, quote };
  for (const { quote, venues } of conversions) {
    for (const venue of venues) yield { kind: "spot", venue, base: quote, quote: "USD" };
  }
}

function* needsOf({ definition, spot }: LinkedFeed): Generator<Subscription> {
  if (spot !== null) yield* spotBooks(spot);
  switch (definition.kind) {
    case "spot-index": {
      yield* spotBooks(definition);
      // Words about the index itself: what only refers to it does not read them.
      for (const { venue, base, quote } of definition.method.markets) yield { kind: "depth", venue, base, quote };
      const { crossCheck } = definition.method;
      if (crossCheck !== null) yield { kind: "index", venue: crossCheck.venue, base: baseOf(definition), quote: "USD" };
      return;
    }
    case "forward":
    case "rate":
    case "iv-atm":
    case "skew-25d":
    case "vol-index":
    case "vol-surface":
      yield { kind: "options", venue: definition.method.options.venue, base: baseOf(definition), quote: "USD" };
      return;
    case "funding-8h":
      yield { kind: "futures", venue: definition.method.venue, base: baseOf(definition), quote: "USD" };
      return;
    case "realised-vol": {
      const { candles, intervalMs, windowDays } = definition.method;
      for (const candle of candles) yield { kind: "candles", ...candle, intervalMs, days: windowDays };
      return;
    }
    case "settlement":
      return;
    default:
      unreachable(definition);
  }
}

function keyOf(need: Subscription): string {
  const key = `${need.kind}:${need.venue}:${need.base}-${need.quote}`;
  return need.kind === "candles" ? `${key}:${need.intervalMs}` : key;
}

/** In the order in which the feeds first ask for them; of candles, as many days as the longest window asks for. */
export function subscriptionsOf(feeds: readonly LinkedFeed[]): readonly Subscription[] {
  const known = new Map<string, Subscription>();
  for (const feed of feeds) {
    for (const need of needsOf(feed)) {
      const key = keyOf(need);
      const other = known.get(key);
      const isLonger = need.kind === "candles" && other?.kind === "candles" && need.days > other.days;
      if (other === undefined || isLonger) known.set(key, need);
    }
  }
  return [...known.values()];
}
