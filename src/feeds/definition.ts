/**
 * A feed definition: one JSON file that says what a feed's number means and how it is made. The digest of its normative
 * part is in every signed leaf, so a change of what nodes do is a new definition. `parse-definition.ts` reads one.
 */
import { z } from "zod";
import { forward, ivAtm, rate, skew25d, volIndex } from "./kinds/chain-kinds.ts";
import { funding8h, realisedVol, settlement } from "./kinds/history-kinds.ts";
import { spotIndex } from "./kinds/spot-index.ts";
import { volSurface } from "./kinds/vol-surface.ts";

/** Open to more kinds: add the object here, its code in feed-id.ts, its unit, its checks and its method. */
export const feedDefinitionSchema = z.discriminatedUnion("kind", [
  spotIndex,
  forward,
  rate,
  ivAtm,
  skew25d,
  volIndex,
  volSurface,
  realisedVol,
  funding8h,
  settlement,
]);

export type FeedDefinition = z.infer<typeof feedDefinitionSchema>;
export type FeedKind = FeedDefinition["kind"];
export type DistanceText = FeedDefinition["deviation"];

/** `BTC` of `BTC-USD`. */
export function baseOf({ symbol }: Pick<FeedDefinition, "symbol">): string {
  return symbol.slice(0, symbol.indexOf("-"));
}

/** What follows the dot in the name. */
export function nameSuffix(definition: FeedDefinition): string {
  const { kind, method } = definition;
  switch (kind) {
    case "spot-index":
    case "vol-surface":
    case "funding-8h":
    case "settlement":
      return kind;
    case "forward":
      return method.maturity.type === "constant"
        ? `forward-${method.maturity.days}d`
        : `forward-${method.maturity.expiry}`;
    case "rate":
    case "iv-atm":
    case "skew-25d":
    case "vol-index":
      return `${kind}-${method.tenorDays}d`;
    case "realised-vol":
      return `realised-vol-${method.windowDays}d`;
  }
}

/** The names of the other feeds that a definition refers to. */
export function refsOf(definition: FeedDefinition): readonly string[] {
  return "spot" in definition.method ? [definition.method.spot.ref] : [];
}
