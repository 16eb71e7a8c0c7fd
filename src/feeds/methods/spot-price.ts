/**
 * One spot price from several venues' books: docs/methodology/spot-index.md says why each step is as it is.
 *
 *   per book    fresh, two-sided, not crossed, not too wide, not frozen → middle of bid and ask, converted to USD
 *   all books   further than outlierBps from the lower middle of all → out
 *   the rest    at least minSources of them, more USD books than converted ones → the lower middle
 */
import type { MarketSnapshot, SpotQuote } from "../../market/quote.ts";
import type { SpotMarket, SpotRules } from "../definition.ts";
import type { Exclusion, ExclusionReason } from "../evaluation.ts";
import { type Fresh, freshest } from "./freshness.ts";
import { lowerMiddle } from "./lower-middle.ts";

export type SpotPrice =
  | {
      readonly ok: true;
      readonly price: number;
      readonly sources: readonly string[];
      readonly excluded: readonly Exclusion[];
    }
  | { readonly ok: false; readonly detail: string; readonly excluded: readonly Exclusion[] };

type Conversion = SpotRules["conversions"][number];
type Candidate = { readonly source: string; readonly price: number; readonly isDirect: boolean };

/** This many venues must move for another one's standstill to count as frozen. */
const MOVING_VENUES_MIN = 2;

function apartBps(value: number, reference: number): number {
  return Math.abs(value / reference - 1) * 10_000;
}

function sourceOf({ venue, base, quote }: Pick<SpotQuote, "venue" | "base" | "quote">): string {
  return `${venue}:${base}-${quote}`;
}

/** A book that is fresh, two-sided, not crossed and not too wide; or why it is not. */
function soundBook(
  market: SpotMarket,
  maxQuoteAgeMs: number,
  rules: SpotRules,
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
  if (spreadBps > rules.maxSpreadBps) {
    return refuse("wide-spread", `spread ${spreadBps.toFixed(0)} bp, at most ${rules.maxSpreadBps} allowed`);
  }
  return fresh;
}

function middleOf({ bid, ask }: SpotQuote): number {
  return bid + 0.5 * (ask - bid);
}

/** How long a book has not changed; undefined when the collector does not say, which counts neither way. */
function stillMs(book: SpotQuote, snapshot: MarketSnapshot): number | undefined {
  return book.unchangedSinceMs === undefined ? undefined : snapshot.takenAtMs - book.unchangedSinceMs;
}

/** USD per unit of the conversion's currency, by venues other than the one whose book is converted; or why there is none. */
function conversionRate(
  conversion: Conversion,
  butVenue: string,
  rules: SpotRules,
  snapshot: MarketSnapshot,
): number | string {
  const rates: number[] = [];
  const refused: string[] = [];
  for (const venue of conversion.venues) {
    if (venue === butVenue) continue;
    const book = soundBook({ venue, base: conversion.quote, quote: "USD" }, conversion.maxQuoteAgeMs, rules, snapshot);
    if (!book.ok) {
      refused.push(`${book.exclusion.source} ${book.exclusion.reason}`);
      continue;
    }
    const rate = middleOf(book.quote);
    if (rate >= Number(conversion.low) && rate <= Number(conversion.high)) rates.push(rate);
    else refused.push(`${venue} ${rate} is not between ${conversion.low} and ${conversion.high}`);
  }
  if (rates.length === 0) return `no ${conversion.quote}/USD rate: ${refused.join(", ")}`;
  const middle = lowerMiddle(rates);
  // Three rates outvote a bad one; with two, nobody knows which is wrong.
  const agreeing = rates.filter((rate) => apartBps(rate, middle) <= conversion.agreementBps);
  if (agreeing.length * 2 > rates.length) return lowerMiddle(agreeing);
  return `${conversion.quote}/USD rates disagree: ${rates.join(", ")}`;
}

/** Why a sound book is frozen, if it is. Where every venue stands still, it is the market that does. */
function whyFrozen(
  book: SpotQuote,
  moving: ReadonlySet<string>,
  rules: SpotRules,
  snapshot: MarketSnapshot,
): string | undefined {
  const still = stillMs(book, snapshot);
  if (still === undefined || still <= rules.frozenAfterMs) return undefined;
  const others = moving.size - (moving.has(book.venue) ? 1 : 0);
  return others < MOVING_VENUES_MIN ? undefined : `unchanged for ${still} ms while ${others} other venues moved`;
}

function movingVenues(
  books: readonly Fresh<SpotQuote>[],
  rules: SpotRules,
  snapshot: MarketSnapshot,
): ReadonlySet<string> {
  const moving = new Set<string>();
  for (const book of books) {
    const still = book.ok ? stillMs(book.quote, snapshot) : undefined;
    if (book.ok && still !== undefined && still <= rules.frozenAfterMs) moving.add(book.quote.venue);
  }
  return moving;
}

/**
 * The spot price in USD at the snapshot's instant.
 * @param rules as checked by parse-definition.ts: every market is in USD or has a conversion
 */
export function spotPrice(rules: SpotRules, snapshot: MarketSnapshot): SpotPrice {
  const books = rules.markets.map((market) => soundBook(market, rules.maxQuoteAgeMs, rules, snapshot));
  const moving = movingVenues(books, rules, snapshot);
  const candidates: Candidate[] = [];
  const excluded: Exclusion[] = [];
  for (const book of books) {
    if (!book.ok) {
      excluded.push(book.exclusion);
      continue;
    }
    const source = sourceOf(book.quote);
    const frozen = whyFrozen(book.quote, moving, rules, snapshot);
    if (frozen !== undefined) {
      excluded.push({ source, reason: "frozen", detail: frozen });
      continue;
    }
    const conversion = rules.conversions.find(({ quote }) => quote === book.quote.quote);
    const rate = conversion === undefined ? 1 : conversionRate(conversion, book.quote.venue, rules, snapshot);
    if (typeof rate === "string") excluded.push({ source, reason: "no-conversion", detail: rate });
    else candidates.push({ source, price: middleOf(book.quote) * rate, isDirect: conversion === undefined });
  }
  const tooFew = (left: readonly Candidate[]): SpotPrice => {
    const names = left.map(({ source }) => source).join(", ") || "none";
    return { ok: false, detail: `${left.length} of at least ${rules.minSources} sources: ${names}`, excluded };
  };
  // Fewer than three cannot tell which of them is the outlier.
  if (candidates.length < Math.max(3, rules.minSources)) return tooFew(candidates);
  const centre = lowerMiddle(candidates.map(({ price }) => price));
  const kept = candidates.filter(({ source, price }) => {
    const awayBps = apartBps(price, centre);
    if (awayBps <= rules.outlierBps) return true;
    excluded.push({
      source,
      reason: "outlier",
      detail: `${price} is ${awayBps.toFixed(0)} bp from the middle ${centre}`,
    });
    return false;
  });
  if (kept.length < rules.minSources) return tooFew(kept);
  const direct = kept.filter(({ isDirect }) => isDirect).length;
  if (direct * 2 <= kept.length) {
    return { ok: false, detail: `${direct} of ${kept.length} sources are in USD, more than half wanted`, excluded };
  }
  return {
    ok: true,
    price: lowerMiddle(kept.map(({ price }) => price)),
    sources: kept.map(({ source }) => source),
    excluded,
  };
}
