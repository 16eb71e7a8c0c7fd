/** The schema of feed files for editors and other languages: feeds/feed.schema.json, made by scripts/feed-schema.mjs. */
import { z } from "zod";
import { feedDefinitionSchema } from "./definition.ts";

/** JSON Schema draft 2020-12. What fields have to do with each other stands in definition-checks.ts, not here. */
export function feedDefinitionJsonSchema() {
  const { $schema, ...schema } = z.toJSONSchema(feedDefinitionSchema, { target: "draft-2020-12" });
  return { $schema, title: "Tenor feed definition, version 2", ...schema };
}
