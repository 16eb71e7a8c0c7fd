/** Which order books may speak at all: fresh, two-sided, not crossed, not too wide, not frozen. */
import type { MarketSnapshot, SpotQuote } from "../../market/quote.ts";
import type { Exclusion, ExclusionReason } from "../evaluation.ts";
import type { SpotIndexDefinition } from "../kinds/spot-index.ts";
import { type Fresh, freshest } from "./freshness.ts";
import { apartBps } from "./outlier-memory.ts";

export type SpotRules = SpotIndexDefinition["method"];
type Market = Pick<SpotQuote, "venue" | "base" | "quote">;

/** This many venues must move for another one's standstill to count as frozen. */
const MOVING_VENUES_MIN = 2;

export function sourceOf({ venue, base, quote }: Market): string {
  return `${venue}:${base}-${quote}`;
}

export function middleOf({ bid, ask }: SpotQuote): number {
  return bid + 0.5 * (ask - bid);
}

/** A book that is fresh, two-sided, not crossed and not too wide; or why it is not. */
export function soundBook(
  market: Market,
  maxQuoteAgeMs: number,
  maxSpreadBps: number,
  snapshot: MarketSnapshot,
): Fresh<SpotQuote> {
  const source = sourceOf(market);
  const books = snapshot.spots.filter(
    ({ venue, base, quote }) => venue === market.venue && base === market.base && quote === market.quote,
  );
  const fresh = freshest(source, books, maxQuoteAgeMs, snapshot);
  if (!fresh.ok) return fresh;
  const refuse = (reason: ExclusionReason, detail: string): Fresh<SpotQuote> => ({
    ok: false,
    exclusion: { source, reason, detail },
  });
  const { bid, ask } = fresh.quote;
  if (!(bid > 0 && ask > 0 && bid < Infinity && ask < Infinity)) return refuse("no-quote", `bid ${bid}, ask ${ask}`);
  if (bid > ask) return refuse("crossed", `bid ${bid} above ask ${ask}`);
  const spreadBps = apartBps(ask, bid);
  if (spreadBps > maxSpreadBps) {
    return refuse("wide-spread", `spread ${spreadBps.toFixed(0)} bp, at most ${maxSpreadBps} allowed`);
  }
  return fresh;
}

/** How long a book has not changed; undefined when the collector does not say, which counts neither way. */
function stillMs(book: SpotQuote, snapshot: MarketSnapshot): number | undefined {
  return book.unchangedSinceMs === undefined ? undefined : snapshot.takenAtMs - book.unchangedSinceMs;
}

/** Why a sound book is frozen, if it is. Where every venue stands still, it is the market that does. */
function whyFrozen(
  book: SpotQuote,
  moving: ReadonlySet<string>,
  { frozenAfterMs }: SpotRules,
  snapshot: MarketSnapshot,
): string | undefined {
  const still = stillMs(book, snapshot);
  if (still === undefined || still <= frozenAfterMs) return undefined;
  const others = moving.size - (moving.has(book.venue) ? 1 : 0);
  return others < MOVING_VENUES_MIN ? undefined : `unchanged for ${still} ms while ${others} other venues moved`;
}

/** The books of the definition that may speak, in its order, with their weights; and why the others may not. */
export function usableBooks(
  rules: SpotRules,
  snapshot: MarketSnapshot,
): {
  readonly books: readonly { readonly quote: SpotQuote; readonly weight: number }[];
  readonly excluded: readonly Exclusion[];
} {
  const sound = rules.markets.map((market) => ({
    weight: market.weight,
    fresh: soundBook(market, rules.maxQuoteAgeMs, rules.maxSpreadBps, snapshot),
  }));
  const moving = new Set<string>();
  for (const { fresh } of sound) {
    const still = fresh.ok ? stillMs(fresh.quote, snapshot) : undefined;
    if (fresh.ok && still !== undefined && still <= rules.frozenAfterMs) moving.add(fresh.quote.venue);
  }
  const books: { quote: SpotQuote; weight: number }[] = [];
  const excluded: Exclusion[] = [];
  for (const { weight, fresh } of sound) {
    if (!fresh.ok) {
      excluded.push(fresh.exclusion);
      continue;
    }
    const frozen = whyFrozen(fresh.quote, moving, rules, snapshot);
    if (frozen === undefined) books.push({ quote: fresh.quote, weight });
    else excluded.push({ source: sourceOf(fresh.quote), reason: "frozen", detail: frozen });
  }
  return { books, excluded };
}
