/** A spot index: the spot price, and a note when a venue's own index sees another one. */
import type { MarketSnapshot } from "../../market/quote.ts";
import type { SpotIndexDefinition } from "../definition.ts";
import { baseOf, spotRulesOf } from "../definition.ts";
import type { EvaluationNote } from "../evaluation.ts";
import { freshest } from "./freshness.ts";
import type { MethodOutcome } from "./outcome.ts";
import { spotPrice } from "./spot-price.ts";

/**
 * The comparison decides nothing: an index that may stop the feed would be a single source that can stop the feed, and
 * one that may enter the value would be counted twice, since it is made of the same venues.
 */
function crossCheck(
  definition: SpotIndexDefinition,
  price: number,
  snapshot: MarketSnapshot,
): readonly EvaluationNote[] {
  const rule = definition.method.crossCheck;
  if (rule === null) return [];
  const base = baseOf(definition);
  const source = `${rule.venue}:${base}-USD.index`;
  const indices = snapshot.indices.filter(
    (quote) => quote.venue === rule.venue && quote.base === base && quote.quote === "USD",
  );
  const index = freshest(source, indices, definition.maxQuoteAgeMs, snapshot);
  if (!index.ok)
    return [{ kind: "cross-check-absent", source, detail: `${index.exclusion.reason}: ${index.exclusion.detail}` }];
  const seen = index.quote.price;
  const apartBps = Math.abs(seen / price - 1) * 10_000;
  if (apartBps <= rule.maxApartBps) return [];
  const detail = `${seen} is ${apartBps.toFixed(0)} bp from ${price}, at most ${rule.maxApartBps} expected`;
  return [{ kind: "cross-check-apart", source, detail }];
}

export function spotIndex(definition: SpotIndexDefinition, snapshot: MarketSnapshot): MethodOutcome {
  const spot = spotPrice(spotRulesOf(definition), snapshot);
  if (!spot.ok) return { kind: "missing", reason: "too-few-sources", detail: spot.detail, excluded: spot.excluded };
  const notes = crossCheck(definition, spot.price, snapshot);
  return { kind: "value", value: spot.price, sources: spot.sources, excluded: spot.excluded, notes };
}
