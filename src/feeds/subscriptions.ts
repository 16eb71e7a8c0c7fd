/** What market data a set of definitions needs, each once. */
import type { FeedDefinition, SpotMarket } from "./definition.ts";
import { baseOf, spotRulesOf } from "./definition.ts";

export type Subscription =
  | { readonly kind: "spot"; readonly venue: SpotMarket["venue"]; readonly base: string; readonly quote: string }
  | {
      readonly kind: "index" | "futures" | "options";
      readonly venue: "deribit";
      readonly base: string;
      readonly quote: "USD";
    };

function* needsOf(definition: FeedDefinition): Generator<Subscription> {
  const base = baseOf(definition);
  const rules = spotRulesOf(definition);
  for (const { venue, quote } of rules.markets) yield { kind: "spot", venue, base, quote };
  for (const { quote, venues } of rules.conversions) {
    for (const venue of venues) yield { kind: "spot", venue, base: quote, quote: "USD" };
  }
  switch (definition.kind) {
    case "spot-index":
      if (definition.method.crossCheck !== null)
        yield { kind: "index", venue: definition.method.crossCheck.venue, base, quote: "USD" };
      return;
    case "iv-atm":
      yield { kind: "options", venue: definition.method.venue, base, quote: "USD" };
  }
}

/** In the order in which the definitions first ask for them. */
export function subscriptionsOf(definitions: readonly FeedDefinition[]): readonly Subscription[] {
  const known = new Map<string, Subscription>();
  for (const definition of definitions) {
    for (const need of needsOf(definition)) {
      const key = `${need.kind}:${need.venue}:${need.base}-${need.quote}`;
      if (!known.has(key)) known.set(key, need);
    }
  }
  return [...known.values()];
}
