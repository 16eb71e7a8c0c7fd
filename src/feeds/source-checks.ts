/** Whose inputs a definition counts, how many must be there, and that nobody holds too much of the value. */
import { unreachable } from "../base/errors.ts";
import type { Venue } from "../market/venue.ts";
import type { FeedDefinition } from "./definition.ts";
import type { FieldProblem } from "./field-problem.ts";
import type { SpotIndexDefinition } from "./kinds/spot-index.ts";
import { ownersOf, venueFacts } from "./venues.ts";

/** Two sources cannot tell which of them lies. */
const SOURCES_MIN = 3;

type Source = { readonly path: string; readonly venue: Venue; readonly market: string; readonly weight: number };
type Market = { readonly venue: Venue; readonly base: string; readonly quote: string; readonly weight?: number };

function sourcesIn(list: string, markets: readonly Market[]): readonly Source[] {
  return markets.map(({ venue, base, quote, weight = 1 }, i) => ({
    path: `method.${list}[${i}]`,
    venue,
    market: `${venue}:${base}-${quote}`,
    weight,
  }));
}

/** The inputs that are alternatives to each other; null for a kind that reads a single thing. */
function sourcesOf(definition: FeedDefinition): readonly Source[] | null {
  switch (definition.kind) {
    case "spot-index":
      return sourcesIn("markets", definition.method.markets);
    case "realised-vol":
      return sourcesIn("candles", definition.method.candles);
    case "forward":
    case "rate":
    case "iv-atm":
    case "skew-25d":
    case "vol-index":
    case "vol-surface":
    case "funding-8h":
    case "settlement":
      return null;
    default:
      return unreachable(definition);
  }
}

/** How many sources a feed can have at most: markets, or one venue, or one other feed. */
export function sourceCountOf(definition: FeedDefinition): number {
  return sourcesOf(definition)?.length ?? 1;
}

function* checkSeveral(definition: FeedDefinition, sources: readonly Source[]): Generator<FieldProblem> {
  const { kind, minSources, minOwners } = definition;
  for (const [path, seen] of Object.entries({ minSources, minOwners })) {
    if (seen < SOURCES_MIN) yield { path, seen, allowed: `at least ${SOURCES_MIN} for a feed of kind ${kind}` };
  }
  for (const [i, { path, market }] of sources.entries()) {
    if (sources.findIndex((other) => other.market === market) !== i) {
      yield { path, seen: market, allowed: "each market once" };
    }
  }
  const total = sources.reduce((sum, { weight }) => sum + weight, 0);
  for (const owner of ownersOf(sources.map(({ venue }) => venue))) {
    const owned = sources.filter(({ venue }) => venueFacts(venue).owner === owner);
    const share = owned.reduce((sum, { weight }) => sum + weight, 0);
    // Half would do to move a weighted median at will.
    if (share * 2 < total) continue;
    const seen = `${share} of ${total} parts with ${owner}`;
    yield { path: owned[0]!.path, seen, allowed: "less than half of the weight with one owner" };
  }
}

/** A converted book moves with its conversion, and one rate would move all of them. */
function* checkDirect(path: string, sources: readonly Source[]): Generator<FieldProblem> {
  const total = sources.reduce((sum, { weight }) => sum + weight, 0);
  const direct = sources.reduce((sum, { market, weight }) => sum + (market.endsWith("-USD") ? weight : 0), 0);
  if (direct * 2 > total) return;
  yield { path, seen: `${direct} of ${total} parts in USD`, allowed: "more than half of the weight in USD books" };
}

/** An independent rate for every converted book. */
function* checkConversions({ method }: SpotIndexDefinition): Generator<FieldProblem> {
  for (const [i, { venues }] of method.conversions.entries()) {
    if (new Set(venues).size < venues.length) {
      yield { path: `method.conversions[${i}].venues`, seen: venues, allowed: "each venue once" };
    }
  }
  for (const [i, { venue, quote }] of method.markets.entries()) {
    const conversion = method.conversions.find((one) => one.quote === quote);
    if (conversion?.venues.every((other) => other === venue)) {
      const allowed = `a venue other than the only one that converts ${quote}`;
      yield { path: `method.markets[${i}].venue`, seen: venue, allowed };
    }
  }
}

export function* checkSources(definition: FeedDefinition): Generator<FieldProblem> {
  const { minSources, minOwners } = definition;
  const sources = sourcesOf(definition);
  const count = sourceCountOf(definition);
  if (minSources > count) {
    const allowed = sources === null ? "1: this feed has one source" : `at most the number of markets, ${count}`;
    yield { path: "minSources", seen: minSources, allowed };
  }
  const owners = sources === null ? ["one"] : ownersOf(sources.map(({ venue }) => venue));
  if (minOwners > owners.length) {
    const names = sources === null ? "one source has one owner" : `the owners are ${owners.join(", ")}`;
    yield { path: "minOwners", seen: minOwners, allowed: `at most ${owners.length}: ${names}` };
  }
  if (minOwners > minSources) {
    const allowed = `at most minSources, ${minSources}: so few sources have no more owners`;
    yield { path: "minOwners", seen: minOwners, allowed };
  }
  if (sources === null) return;
  yield* checkSeveral(definition, sources);
  if (definition.kind === "spot-index") {
    yield* checkDirect("method.markets", sources);
    yield* checkConversions(definition);
  } else {
    yield* checkDirect("method.candles", sources);
  }
}
