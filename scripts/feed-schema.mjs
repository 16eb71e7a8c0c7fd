/**
 * Writes feeds/feed.schema.json from the built definitions, when it says something else than they do.
 * `--check` writes nothing and exits 1 when the file is out of date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { feedDefinitionJsonSchema } from "../dist/feeds/definition-json-schema.js";

const file = new URL("../feeds/feed.schema.json", import.meta.url);
// Through JSON, so that what is compared is what would be written.
const wanted = JSON.parse(JSON.stringify(feedDefinitionJsonSchema()));

function present() {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

if (!isDeepStrictEqual(present(), wanted)) {
  if (process.argv.includes("--check")) {
    console.error("feeds/feed.schema.json is out of date: run node scripts/feed-schema.mjs after a build");
    process.exit(1);
  }
  writeFileSync(file, `${JSON.stringify(wanted, null, 2)}\n`);
}
