import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { feedDefinitionJsonSchema } from "../../src/feeds/definition-json-schema.ts";

type Schema = {
  readonly description?: string;
  readonly type?: string;
  readonly additionalProperties?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
};

// Through JSON, as the file is written.
const schema = JSON.parse(JSON.stringify(feedDefinitionJsonSchema())) as Schema;

/** Every schema within, with its path. */
function* within(one: Schema, path: string): Generator<readonly [path: string, schema: Schema]> {
  yield [path, one];
  for (const [name, field] of Object.entries(one.properties ?? {})) yield* within(field, `${path}.${name}`);
  if (one.items !== undefined) yield* within(one.items, `${path}[]`);
  for (const [i, choice] of [...(one.anyOf ?? []), ...(one.oneOf ?? [])].entries())
    yield* within(choice, `${path}|${i}`);
}

const all = [...within(schema, "")];

test("the committed feed.schema.json is the one the code generates (node scripts/feed-schema.mjs after a build)", () => {
  const committed: unknown = JSON.parse(readFileSync(new URL("../../feeds/feed.schema.json", import.meta.url), "utf8"));
  expect(committed).toEqual(schema);
});

test("it has one form for each of the ten kinds and refuses unknown fields in every object", () => {
  expect(schema.oneOf).toHaveLength(10);
  const objects = all.filter(([, { type }]) => type === "object");
  expect(objects.length).toBeGreaterThan(100);
  for (const [path, { additionalProperties }] of objects) expect(additionalProperties, path).toBe(false);
});

test("every field of every kind is described, with a capital or as the end of a sentence", () => {
  const fields = all.filter(([path]) => /\.[^|.[\]]+$/.test(path));
  expect(fields.length).toBeGreaterThan(400);
  for (const [path, { description }] of fields) {
    expect(description, path).toMatch(/^(?:[A-Z…]|null:|note:|percent)/u);
    expect(description, path).toMatch(/[.…]$/u);
  }
});

test("it says draft 2020-12, which editors complete and explain from", () => {
  expect(schema).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Tenor feed definition, version 2",
  });
});
