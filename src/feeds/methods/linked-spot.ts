/** The spot index that another feed refers to, evaluated by this node from the same snapshot. */
import { OracleError } from "../../base/errors.ts";
import type { EvaluationContext, LinkedFeed } from "../context.ts";
import type { SpotIndexDefinition } from "../kinds/spot-index.ts";
import { missing, type Missing } from "./outcome.ts";
import { type SpotPrice, spotPrice } from "./spot-price.ts";

export type LinkedSpot = Extract<SpotPrice, { readonly ok: true }> & {
  readonly kind: "spot";
  readonly name: string;
};

export function spotDefinitionOf({ definition, spot }: LinkedFeed): SpotIndexDefinition {
  if (spot === null) {
    throw new OracleError(`${definition.name} is not linked to its spot index`, {
      code: "unlinked-feed",
      feed: definition.name,
    });
  }
  return spot;
}

/** A hundred feeds of one slot start from the same price: it is worked out once for each context. */
const known = new WeakMap<EvaluationContext, Map<SpotIndexDefinition, SpotPrice>>();

function spotIn(context: EvaluationContext, definition: SpotIndexDefinition): SpotPrice {
  const held = known.get(context) ?? new Map<SpotIndexDefinition, SpotPrice>();
  known.set(context, held);
  const spot = held.get(definition) ?? spotPrice(definition, context);
  held.set(definition, spot);
  return spot;
}

/** @throws OracleError `unlinked-feed` for a feed that was never linked */
export function linkedSpot(feed: LinkedFeed, context: EvaluationContext): LinkedSpot | Missing {
  const definition = spotDefinitionOf(feed);
  const spot = spotIn(context, definition);
  if (!spot.ok) return missing("no-spot", `${definition.name}: ${spot.detail}`, spot);
  return { kind: "spot", ...spot, name: definition.name };
}
