/** The definitions of the repository, as objects a test may take apart. */
import { readFileSync } from "node:fs";
import type { FeedDefinition, IvAtmDefinition, SpotIndexDefinition } from "../../../src/feeds/definition.ts";
import { parseDefinition } from "../../../src/feeds/parse-definition.ts";

export const FEED_NAMES = [
  "BTC-USD.spot-index",
  "ETH-USD.spot-index",
  "BTC-USD.iv-atm-30d",
  "ETH-USD.iv-atm-30d",
] as const;
export type FeedName = (typeof FEED_NAMES)[number];

export function feedJson(name: FeedName): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`../../../feeds/${name}.json`, import.meta.url), "utf8"));
}

export function definitionOf(json: unknown): FeedDefinition {
  const parsed = parseDefinition(json, "test.json");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

/** A copy of `json` with the value at `path` replaced; undefined removes it. */
export function withValue(json: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  const inner = (json as Record<string | number, unknown>)[head];
  const replaced = withValue(inner, rest, value);
  if (Array.isArray(json)) return json.map((item: unknown, i) => (i === head ? replaced : item));
  return { ...(json as Record<string, unknown>), [head]: replaced };
}

export function spotDefinition(base: "BTC" | "ETH" = "BTC"): SpotIndexDefinition {
  const definition = definitionOf(feedJson(`${base}-USD.spot-index`));
  if (definition.kind !== "spot-index") throw new Error(definition.kind);
  return definition;
}

export function ivDefinition(base: "BTC" | "ETH" = "BTC"): IvAtmDefinition {
  const definition = definitionOf(feedJson(`${base}-USD.iv-atm-30d`));
  if (definition.kind !== "iv-atm") throw new Error(definition.kind);
  return definition;
}
