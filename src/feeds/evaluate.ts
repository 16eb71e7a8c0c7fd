/** From a market snapshot to one node's observation of a feed. Here floats end. */
import { unreachable } from "../base/errors.ts";
import { formatFixed, parseFixed } from "../base/fixed.ts";
import type { EvaluationContext, LinkedFeed } from "./context.ts";
import type { FeedDefinition } from "./definition.ts";
import type { Evaluation, EvaluationNote } from "./evaluation.ts";
import { forward, rate } from "./methods/forward.ts";
import { funding8h } from "./methods/funding-8h.ts";
import { ivAtm } from "./methods/iv-atm.ts";
import { missing } from "./methods/outcome.ts";
import { realisedVol } from "./methods/realised-vol.ts";
import { settlement } from "./methods/settlement.ts";
import { skew25d } from "./methods/skew-25d.ts";
import { spotIndex } from "./methods/spot-index.ts";
import { volIndex } from "./methods/vol-index.ts";
import { volSurface } from "./methods/vol-surface.ts";

type Value = Extract<Evaluation, { readonly kind: "value" }>;

function runMethod(feed: LinkedFeed, context: EvaluationContext): Evaluation {
  const { definition } = feed;
  switch (definition.kind) {
    case "spot-index":
      return spotIndex(definition, context);
    case "forward":
      return forward(feed, definition, context);
    case "rate":
      return rate(feed, definition, context);
    case "iv-atm":
      return ivAtm(feed, definition, context);
    case "skew-25d":
      return skew25d(feed, definition, context);
    case "vol-index":
      return volIndex(feed, definition, context);
    case "vol-surface":
      return volSurface(feed, definition, context);
    case "realised-vol":
      return realisedVol(definition, context);
    case "funding-8h":
      return funding8h(feed, definition, context);
    case "settlement":
      return settlement(feed, definition, context);
    default:
      return unreachable(definition);
  }
}

/** The contingency ladder: a note on the weaker steps, and no value from `missing` or minSources on. */
function onLadder(value: Value, { contingency, minSources }: FeedDefinition): Evaluation {
  const count = value.sources.length;
  const taken = contingency.filter(({ whenSourcesBelow }) => count < whenSourcesBelow);
  if (count < minSources || taken.some((step) => step.do === "missing")) {
    const detail = `${count} of at least ${minSources} sources: ${value.sources.join(", ") || "none"}`;
    return missing("too-few-sources", detail, value);
  }
  const steps = taken.map(({ whenSourcesBelow }): EvaluationNote => {
    const source = value.sources.join(", ");
    return { kind: "few-sources", source, detail: `${count} sources count, fewer than ${whenSourcesBelow}` };
  });
  return steps.length === 0 ? value : { ...value, notes: [...value.notes, ...steps] };
}

/**
 * The feed's value as this node sees it, half-even rounded to the feed's decimals; or why it sees none. A value outside
 * the bounds is missing, never clamped.
 * @param feed checked and linked: what it refers to is there
 */
export function evaluate(feed: LinkedFeed, context: EvaluationContext): Evaluation {
  const found = runMethod(feed, context);
  if (found.kind === "missing") return found;
  const { decimals, bounds } = feed.definition;
  if (found.value < parseFixed(bounds.low, decimals) || found.value > parseFixed(bounds.high, decimals)) {
    const detail = `${formatFixed(found.value, decimals)} is not between ${bounds.low} and ${bounds.high}`;
    return missing("out-of-range", detail, found);
  }
  return onLadder(found, feed.definition);
}
