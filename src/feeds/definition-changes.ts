/** What is different between two definitions, field by field. */
import type { Json } from "../base/canonical-json.ts";
import type { FeedDefinition } from "./definition.ts";
import { DOCUMENT_FIELDS } from "./kinds/common.ts";

export type DefinitionChange = {
  /** `method.markets[1].weight`. */
  readonly path: string;
  /** JSON; undefined where the field is absent. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Whether nodes act on it: it changes the digest in every leaf. */
  readonly isNormative: boolean;
};

type Leaves = Map<string, string>;

function flatten(value: Json | undefined, path: string, into: Leaves): Leaves {
  if (value === undefined) return into;
  if (value === null || typeof value !== "object" || Object.keys(value).length === 0) {
    return into.set(path, JSON.stringify(value));
  }
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) flatten(item as Json, `${path}[${i}]`, into);
    return into;
  }
  for (const [key, item] of Object.entries(value)) flatten(item, path === "" ? key : `${path}.${key}`, into);
  return into;
}

/** In the order of the older one's fields, what is new at the end. */
export function definitionChanges(before: FeedDefinition, after: FeedDefinition): readonly DefinitionChange[] {
  const documents: readonly string[] = DOCUMENT_FIELDS;
  const [old, now] = [flatten(before, "", new Map()), flatten(after, "", new Map())];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((path) => {
    const [was, is] = [old.get(path), now.get(path)];
    const [field = ""] = path.split(/[.[]/);
    return was === is ? [] : [{ path, before: was, after: is, isNormative: !documents.includes(field) }];
  });
}
