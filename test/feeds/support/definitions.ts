/** The definitions of the repository, as objects a test may take apart. */
import { readdirSync, readFileSync } from "node:fs";
import type { LinkedFeed } from "../../../src/feeds/context.ts";
import type { FeedDefinition, FeedKind } from "../../../src/feeds/definition.ts";
import type { IvAtmDefinition } from "../../../src/feeds/kinds/chain-kinds.ts";
import type { SpotIndexDefinition } from "../../../src/feeds/kinds/spot-index.ts";
import { linkDefinitions } from "../../../src/feeds/link.ts";
import { parseDefinition } from "../../../src/feeds/parse-definition.ts";

const folder = new URL("../../../feeds/", import.meta.url);

/** Every shipped feed: the spot indices first, then by name. */
export const FEED_NAMES: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith(".json") && file !== "feed.schema.json")
  .map((file) => file.slice(0, -".json".length))
  .sort((a, b) => Number(b.endsWith("spot-index")) - Number(a.endsWith("spot-index")) || (a < b ? -1 : 1));

export function feedText(name: string): string {
  return readFileSync(new URL(`${name}.json`, folder), "utf8");
}

/** As shipped; but of a spot index only the four books, all of one weight, that tests reckon with by hand. */
export function feedJson(name: string): Record<string, unknown> {
  const json: Record<string, unknown> = JSON.parse(feedText(name));
  return json["kind"] === "spot-index" ? withFewBooks(json as SpotJson) : json;
}

type SpotJson = Record<string, unknown> & {
  readonly method: {
    readonly markets: readonly { readonly venue: string }[];
    readonly conversions: readonly object[];
  };
};

const FEW = ["coinbase", "kraken", "bitstamp", "binance"];

function withFewBooks(json: SpotJson): Record<string, unknown> {
  const { markets, conversions } = json.method;
  return {
    ...json,
    minSources: 3,
    minOwners: 3,
    contingency: [
      { whenSourcesBelow: 4, do: "note" },
      { whenSourcesBelow: 3, do: "missing" },
    ],
    method: {
      ...json.method,
      markets: markets.filter(({ venue }) => FEW.includes(venue)).map((market) => ({ ...market, weight: 1 })),
      conversions: conversions.map((conversion) => ({ ...conversion, venues: ["kraken", "coinbase"] })),
    },
  };
}

/** @param json a definition as an object: what is wrong with it fails the test */
export function definitionOf(json: unknown): FeedDefinition {
  const parsed = parseDefinition(JSON.stringify(json), "test.json");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

export function linkedSet(definitions: readonly FeedDefinition[]): readonly LinkedFeed[] {
  const linked = linkDefinitions(definitions);
  if (!linked.ok) throw new Error(JSON.stringify(linked.problems));
  return linked.feeds;
}

/** All shipped feeds in the order of FEED_NAMES. */
export function shippedFeeds(): readonly LinkedFeed[] {
  return linkedSet(FEED_NAMES.map((name) => definitionOf(feedJson(name))));
}

/** One shipped feed with the spot index it refers to. */
export function shippedFeed(name: string): LinkedFeed {
  const found = shippedFeeds().find(({ definition }) => definition.name === name);
  if (found === undefined) throw new Error(`no shipped feed ${name}`);
  return found;
}

type DefinitionOf<Kind extends FeedKind> = Extract<FeedDefinition, { readonly kind: Kind }>;

/** A shipped definition as its own type. */
export function shippedDefinition<Kind extends FeedKind>(name: string, kind: Kind): DefinitionOf<Kind> {
  const definition = definitionOf(feedJson(name));
  if (!isKind(definition, kind)) throw new Error(`${name} is of kind ${definition.kind}`);
  return definition;
}

function isKind<Kind extends FeedKind>(definition: FeedDefinition, kind: Kind): definition is DefinitionOf<Kind> {
  return definition.kind === kind;
}

/** A copy of `json` with the value at `path` replaced; undefined removes it. */
export function withValue(json: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  const inner = (json as Record<string | number, unknown>)[head];
  const replaced = withValue(inner, rest, value);
  if (Array.isArray(json)) {
    const items = json.map((item: unknown, i) => (i === head ? replaced : item));
    return items.filter((item) => item !== undefined);
  }
  return { ...(json as Record<string, unknown>), [head]: replaced };
}

export function spotDefinition(base: "BTC" | "ETH" = "BTC"): SpotIndexDefinition {
  return shippedDefinition(`${base}-USD.spot-index`, "spot-index");
}

export function ivDefinition(base: "BTC" | "ETH" = "BTC"): IvAtmDefinition {
  return shippedDefinition(`${base}-USD.iv-atm-30d`, "iv-atm");
}
