/** `tenor feed validate`: every problem at its place, or the names and hashes of what is right. */
import { Command } from "commander";
import { reasonOf } from "../../base/errors.ts";
import { unedited } from "../../feeds/draft-definition.ts";
import { definitionDigest, documentDigest, feedId } from "../../feeds/feed-id.ts";
import { ending } from "../fail.ts";
import { readFeed } from "./definitions.ts";

/** @returns whether the file is right */
function validate(file: string): boolean {
  let found;
  try {
    found = readFeed(file);
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    return false;
  }
  if (!found.ok) {
    process.stderr.write(`${found.problems.join("\n")}\n`);
    return false;
  }
  const { definition } = found.feed;
  const rows = [
    ["name", definition.name],
    ["feed id", feedId(definition.name, definition.kind)],
    ["digest", definitionDigest(found.feed)],
    ["document", documentDigest(definition)],
    ["unit", `${definition.unit}, which follows from the inputs`],
  ] as const;
  process.stdout.write(`${file}: ok\n${rows.map(([key, value]) => `  ${key.padEnd(9)}${value}\n`).join("")}`);
  for (const path of unedited(definition)) {
    process.stdout.write(`  still to edit: ${path}, line ${found.problemAt(path).line}\n`);
  }
  return true;
}

export function validateCommand(): Command {
  return new Command("validate")
    .description("check definition files and print their ids and digests; exits 2 when one is refused")
    .argument("<file...>", "feed definitions, JSON; what they refer to is looked for beside them")
    .action(async (files: readonly string[]) => {
      await ending(async () => (files.map(validate).every(Boolean) ? 0 : 2));
    });
}
