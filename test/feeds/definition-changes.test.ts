import { expect, test } from "vitest";
import { definitionChanges } from "../../src/feeds/definition-changes.ts";
import { definitionDigest } from "../../src/feeds/feed-id.ts";
import { spotDefinition, withValue } from "./support/definitions.ts";
import type { SpotIndexDefinition } from "../../src/feeds/kinds/spot-index.ts";

const definition = spotDefinition();
const changed = (path: readonly (string | number)[], value: unknown): SpotIndexDefinition =>
  withValue(definition, path, value) as SpotIndexDefinition;

test("a definition has no changes to itself, in whatever order its fields stand", () => {
  const turned = Object.fromEntries(Object.entries(definition).reverse()) as SpotIndexDefinition;
  expect(definitionChanges(definition, turned)).toEqual([]);
});

test("a changed number, a removed market and a new one are each named at their place", () => {
  expect(definitionChanges(definition, changed(["method", "capBps"], 25))).toEqual([
    { path: "method.capBps", before: "50", after: "25", isNormative: true },
  ]);
  const removed = definitionChanges(definition, changed(["method", "markets", 3], undefined));
  expect(removed.map(({ path }) => path)).toEqual(
    ["venue", "base", "quote", "weight"].map((field) => `method.markets[3].${field}`),
  );
  expect(removed.every(({ after }) => after === undefined)).toBe(true);
  expect(definitionChanges(definition, changed(["method", "conversions"], []))).toContainEqual({
    path: "method.conversions",
    before: undefined,
    after: "[]",
    isNormative: true,
  });
});

test("a change is normative exactly when it changes the digest", () => {
  const before = definitionDigest({ definition, spot: null });
  const paths = [
    ["title"],
    ["revision"],
    ["maturity"],
    ["methodology", "purpose"],
    ["changelog", 0, "reason"],
    ["name"],
    ["minSources"],
    ["bounds", "low"],
    ["method", "capBps"],
  ];
  for (const path of paths) {
    const other = changed(path, "other");
    const [change] = definitionChanges(definition, other);
    expect(change?.isNormative, path.join(".")).toBe(definitionDigest({ definition: other, spot: null }) !== before);
  }
});
