/** From a market snapshot to one node's observation of a feed. Here floats end. */
import { unreachable } from "../base/errors.ts";
import { formatFixed, parseFixed, roundHalfEven } from "../base/fixed.ts";
import type { MarketSnapshot } from "../market/quote.ts";
import type { FeedDefinition } from "./definition.ts";
import type { Evaluation } from "./evaluation.ts";
import { ivAtm } from "./methods/iv-atm.ts";
import type { MethodOutcome } from "./methods/outcome.ts";
import { spotIndex } from "./methods/spot-index.ts";

function runMethod(definition: FeedDefinition, snapshot: MarketSnapshot): MethodOutcome {
  switch (definition.kind) {
    case "spot-index":
      return spotIndex(definition, snapshot);
    case "iv-atm":
      return ivAtm(definition, snapshot);
    default:
      return unreachable(definition);
  }
}

/**
 * The feed's value as this node sees it, half-even rounded to the feed's decimals; or why it sees none. A value outside
 * the bounds is missing, never clamped.
 */
export function evaluate(definition: FeedDefinition, snapshot: MarketSnapshot): Evaluation {
  const outcome = runMethod(definition, snapshot);
  if (outcome.kind === "missing") return outcome;
  const { decimals, bounds } = definition;
  const value = roundHalfEven(outcome.value, decimals);
  if (value < parseFixed(bounds.low, decimals) || value > parseFixed(bounds.high, decimals)) {
    const detail = `${formatFixed(value, decimals)} is not between ${bounds.low} and ${bounds.high}`;
    return { kind: "missing", reason: "out-of-range", detail, excluded: outcome.excluded };
  }
  return { ...outcome, value };
}
