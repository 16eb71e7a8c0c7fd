/** What a unit of a quote currency is worth in USD, from books that have nothing to do with the one to be converted. */
import type { MarketSnapshot } from "../../market/quote.ts";
import { lowerMiddle } from "./lower-middle.ts";
import { apartBps } from "./outlier-memory.ts";
import { middleOf, type SpotRules, soundBook } from "./spot-books.ts";

export type Conversion = SpotRules["conversions"][number];

/**
 * USD per unit of the conversion's currency, by venues other than the one whose book is converted; or, as text, why there
 * is none.
 */
export function conversionRate(
  conversion: Conversion,
  butVenue: string,
  maxSpreadBps: number,
  snapshot: MarketSnapshot,
): number | string {
  const { quote: currency, venues, maxQuoteAgeMs, low, high, agreementBps } = conversion;
  const rates: number[] = [];
  const refused: string[] = [];
  for (const venue of venues) {
    if (venue === butVenue) continue;
    const book = soundBook({ venue, base: currency, quote: "USD" }, maxQuoteAgeMs, maxSpreadBps, snapshot);
    if (!book.ok) {
      refused.push(`${book.exclusion.source} ${book.exclusion.reason}`);
      continue;
    }
    const rate = middleOf(book.quote);
    if (rate >= Number(low) && rate <= Number(high)) rates.push(rate);
    else refused.push(`${venue} ${rate} is not between ${low} and ${high}`);
  }
  if (rates.length === 0) return `no ${currency}/USD rate: ${refused.join(", ")}`;
  const middle = lowerMiddle(rates);
  // Three rates outvote a bad one; with two, nobody knows which is wrong.
  const agreeing = rates.filter((rate) => apartBps(rate, middle) <= agreementBps);
  if (agreeing.length * 2 > rates.length) return lowerMiddle(agreeing);
  return `${currency}/USD rates disagree: ${rates.join(", ")}`;
}
