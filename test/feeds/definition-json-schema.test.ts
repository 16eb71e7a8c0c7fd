import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { feedDefinitionJsonSchema } from "../../src/feeds/definition-json-schema.ts";
import { definitionOf } from "./support/definitions.ts";

const folder = new URL("../../feeds/", import.meta.url);

test("the committed feed.schema.json is the one the code generates (node scripts/feed-schema.mjs after a build)", () => {
  const committed: unknown = JSON.parse(readFileSync(new URL("feed.schema.json", folder), "utf8"));
  expect(committed).toEqual(JSON.parse(JSON.stringify(feedDefinitionJsonSchema())));
});

test("it refuses unknown fields in every object and describes every field of a feed", () => {
  const schema = feedDefinitionJsonSchema() as {
    oneOf?: readonly { properties: Record<string, { description?: string; const?: unknown }> }[];
  };
  expect(schema.oneOf).toHaveLength(2);
  expect(JSON.stringify(schema).match(/"type":"object"/g)).toHaveLength(
    JSON.stringify(schema).match(/"additionalProperties":false/g)!.length,
  );
  for (const { properties } of schema.oneOf!) {
    for (const [field, { description, const: constant }] of Object.entries(properties)) {
      if (field !== "method") expect(description ?? constant, field).toBeDefined();
    }
  }
});

test("every JSON file beside it is a definition in a file of its own name", () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json") && file !== "feed.schema.json");
  expect(files.length).toBeGreaterThanOrEqual(4);
  for (const file of files) {
    const definition = definitionOf(JSON.parse(readFileSync(new URL(file, folder), "utf8")));
    expect(`${definition.name}.json`).toBe(file);
  }
});
