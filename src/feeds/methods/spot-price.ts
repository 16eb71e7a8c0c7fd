/**
 * One spot price from several venues' books: docs/methodology/spot-index.md says why each step is as it is.
 *
 *   per book    fresh, two-sided, not crossed, not too wide, not frozen → middle of bid and ask, converted to USD
 *   all books   their weighted lower median is the centre; further than outlierBps from it → out, until within readmitBps
 *   the rest    at least minSources of minOwners venues, most of the weight in USD → moved to within capBps of the centre,
 *               and the weighted mean of that
 */
import type { SpotQuote } from "../../market/quote.ts";
import type { EvaluationContext } from "../context.ts";
import type { EvaluationNote, Exclusion, InputLine } from "../evaluation.ts";
import type { SpotIndexDefinition } from "../kinds/spot-index.ts";
import { ownersOf } from "../venues.ts";
import { cappedMean } from "./capped-mean.ts";
import type { Gathered } from "./outcome.ts";
import { apartBps, type Named, outliersOf } from "./outlier-memory.ts";
import { middleOf, sourceOf, usableBooks } from "./spot-books.ts";
import { conversionRate } from "./spot-conversion.ts";
import { weightedLowerMedian } from "./weighted-median.ts";

/** A market whose book counted, and what a unit of its quote currency is worth in USD. */
export type CountedMarket = Pick<SpotQuote, "venue" | "base" | "quote"> & {
  readonly source: string;
  readonly weight: number;
  readonly usdRate: number;
  /** From the book's middle to either side. */
  readonly halfSpreadBps: number;
};

export type SpotPrice =
  | ({ readonly ok: true; readonly price: number; readonly counted: readonly CountedMarket[] } & Gathered)
  | {
      readonly ok: false;
      readonly detail: string;
      readonly inputs: readonly InputLine[];
      readonly excluded: readonly Exclusion[];
    };

type Candidate = Named & CountedMarket & { readonly isDirect: boolean };

/** Fewer than three cannot tell which of them is the outlier. */
const CANDIDATES_MIN = 3;
const NOBODY: ReadonlySet<string> = new Set();

function priceUnit({ symbol }: SpotIndexDefinition): string {
  const [base, quote] = symbol.split("-");
  return `${quote}/${base}`;
}

/** Every usable book in USD; books without a rate are left out by name. */
function candidatesOf(
  definition: SpotIndexDefinition,
  { snapshot }: EvaluationContext,
): { readonly candidates: readonly Candidate[]; readonly rates: readonly InputLine[]; readonly excluded: Exclusion[] } {
  const { method } = definition;
  const { books, excluded } = usableBooks(method, snapshot);
  const candidates: Candidate[] = [];
  const rates: InputLine[] = [];
  const left = [...excluded];
  const inUsd = (quote: SpotQuote): number | string => {
    const conversion = method.conversions.find((candidate) => candidate.quote === quote.quote);
    if (conversion === undefined) return 1;
    const rate = conversionRate(conversion, quote.venue, method.maxSpreadBps, snapshot);
    if (typeof rate === "number") {
      const unit = `USD/${quote.quote}`;
      rates.push({ source: sourceOf(quote), label: "conversion rate", value: rate, unit, weight: null });
    }
    return rate;
  };
  for (const { quote, weight } of books) {
    const source = sourceOf(quote);
    const rate = inUsd(quote);
    if (typeof rate === "string") {
      left.push({ source, reason: "no-conversion", detail: rate });
      continue;
    }
    const { venue, base, quote: currency } = quote;
    const isDirect = currency === "USD";
    const middle = middleOf(quote);
    const halfSpreadBps = 10_000 * ((quote.ask - middle) / middle);
    const market = { source, venue, base, quote: currency, weight, usdRate: rate, halfSpreadBps };
    candidates.push({ ...market, price: middle * rate, isDirect });
  }
  return { candidates, rates, excluded: left };
}

/** Why the sources that are left are too few to say anything, if they are. */
function whyTooFew(kept: readonly Candidate[], { minSources, minOwners }: SpotIndexDefinition): string | undefined {
  const names = kept.map(({ source }) => source).join(", ") || "none";
  if (kept.length < minSources) return `${kept.length} of at least ${minSources} sources: ${names}`;
  const owners = ownersOf(kept.map(({ venue }) => venue)).length;
  if (owners < minOwners) return `sources of ${owners} owners, at least ${minOwners} wanted: ${names}`;
  let total = 0;
  let direct = 0;
  for (const { weight, isDirect } of kept) {
    total += weight;
    if (isDirect) direct += weight;
  }
  if (2 * direct > total) return undefined;
  return `${direct} of ${total} parts of the weight are in USD, more than half wanted: ${names}`;
}

/**
 * The spot price in USD at the snapshot's instant.
 * @param definition checked by parse-definition.ts: every market is in USD or has a conversion
 */
export function spotPrice(definition: SpotIndexDefinition, context: EvaluationContext): SpotPrice {
  const { method, name } = definition;
  const { outliers } = context.memory;
  const { candidates, rates, excluded } = candidatesOf(definition, context);
  const unit = priceUnit(definition);
  const line = ({ source, price }: Candidate): InputLine => {
    return { source, label: "middle of the book", value: price, unit, weight: null };
  };
  if (candidates.length < CANDIDATES_MIN) {
    const names = candidates.map(({ source }) => source).join(", ") || "none";
    const detail = `${candidates.length} of at least ${Math.max(CANDIDATES_MIN, definition.minSources)} sources: ${names}`;
    return { ok: false, detail, inputs: [...rates, ...candidates.map(line)], excluded };
  }
  const centre = weightedLowerMedian(candidates);
  const out = outliersOf(candidates, outliers.get(name) ?? NOBODY, method);
  outliers.set(name, out);
  const kept = candidates.filter(({ source }) => !out.has(source));
  for (const { source, price } of candidates) {
    if (!out.has(source)) continue;
    const away = apartBps(price, centre);
    const back = away > method.outlierBps ? "" : `, back within ${method.readmitBps} bp of the others`;
    const detail = `${price} is ${away.toFixed(0)} bp from the middle ${centre}${back}`;
    excluded.push({ source, reason: "outlier", detail });
  }
  const tooFew = whyTooFew(kept, definition);
  if (tooFew !== undefined) return { ok: false, detail: tooFew, inputs: [...rates, ...kept.map(line)], excluded };
  const { mean, parts } = cappedMean(kept, centre, method.capBps);
  const notes: EvaluationNote[] = [];
  const inputs = parts.map(({ item: { source, price }, counted, share }): InputLine => {
    if (counted === price) return { source, label: "middle of the book", value: price, unit, weight: share };
    notes.push({
      kind: "capped",
      source,
      detail: `${price} is ${apartBps(price, centre).toFixed(0)} bp from the middle ${centre}, counted as ${counted}`,
    });
    return { source, label: "middle of the book, capped", value: counted, unit, weight: share };
  });
  return {
    ok: true,
    price: mean,
    counted: kept,
    sources: kept.map(({ source }) => source),
    inputs: [...rates, ...inputs],
    excluded,
    notes,
  };
}
