/** A spot index: the spot price, what it costs to move it, and a note when a venue's own index sees another one. */
import type { EvaluationContext } from "../context.ts";
import { baseOf } from "../definition.ts";
import type { Evaluation, EvaluationNote } from "../evaluation.ts";
import type { SpotIndexDefinition } from "../kinds/spot-index.ts";
import { freshest } from "./freshness.ts";
import { indexDepth } from "./index-depth.ts";
import { missing, scalarValue } from "./outcome.ts";
import { apartBps } from "./outlier-memory.ts";
import { type CountedMarket, spotPrice } from "./spot-price.ts";

/**
 * The comparison decides nothing: an index that may stop the feed would be a single source that can stop the feed, and
 * one that may enter the value would be counted twice, since it is made of the same venues.
 */
function crossCheck(
  definition: SpotIndexDefinition,
  price: number,
  { snapshot }: EvaluationContext,
): readonly EvaluationNote[] {
  const rule = definition.method.crossCheck;
  if (rule === null) return [];
  const base = baseOf(definition);
  const source = `${rule.venue}:${base}-USD.index`;
  const indices = snapshot.indices.filter(
    (quote) => quote.venue === rule.venue && quote.base === base && quote.quote === "USD",
  );
  const index = freshest(source, indices, definition.method.maxQuoteAgeMs, snapshot);
  if (!index.ok)
    return [{ kind: "cross-check-absent", source, detail: `${index.exclusion.reason}: ${index.exclusion.detail}` }];
  const seen = index.quote.price;
  const apart = apartBps(seen, price);
  if (apart <= rule.maxApartBps) return [];
  const detail = `${seen} is ${apart.toFixed(0)} bp from ${price}, at most ${rule.maxApartBps} expected`;
  return [{ kind: "cross-check-apart", source, detail }];
}

/** How far buyers and sellers are apart in the books that counted, by their weights: no value can be surer than that. */
function meanHalfSpreadBps(counted: readonly CountedMarket[]): number {
  let total = 0;
  let sum = 0;
  for (const { weight, halfSpreadBps } of counted) {
    total += weight;
    sum += weight * halfSpreadBps;
  }
  return sum / total;
}

export function spotIndex(definition: SpotIndexDefinition, context: EvaluationContext): Evaluation {
  const spot = spotPrice(definition, context);
  if (!spot.ok) return missing("too-few-sources", spot.detail, spot);
  const { price, counted, sources, inputs, excluded } = spot;
  const notes = [...spot.notes, ...crossCheck(definition, price, context)];
  const evaluation = scalarValue(price, { sources, inputs, excluded, notes });
  if (evaluation.kind === "missing") return evaluation;
  const depth = indexDepth(counted, context.snapshot);
  return { ...evaluation, depth, halfSpreadBps: meanHalfSpreadBps(counted) };
}
