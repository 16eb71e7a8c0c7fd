import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { reasonOf } from "../base/errors.ts";
import { refsOf } from "../feeds/definition.ts";
import { type DefinitionFile, parseDefinitionSet } from "../feeds/definition-set.ts";
import { definitionDigest, documentDigest, feedId } from "../feeds/feed-id.ts";
import { describeProblem, parseDefinition } from "../feeds/parse-definition.ts";
import { ending } from "./fail.ts";

function read(file: string): DefinitionFile {
  return { file, text: readFileSync(file, "utf8") };
}

/** What the file refers to, where a file of that name lies beside it. */
function neighboursOf({ file, text }: DefinitionFile): readonly DefinitionFile[] {
  const parsed = parseDefinition(text, file);
  if (!parsed.ok) return [];
  const paths = refsOf(parsed.definition).map((name) => join(dirname(file), `${name}.json`));
  return paths.filter((path) => path !== join(file) && existsSync(path)).map(read);
}

function check(file: string): boolean {
  let files: readonly DefinitionFile[];
  try {
    const own = read(file);
    files = [own, ...neighboursOf(own)];
  } catch (error) {
    process.stderr.write(`${file}: ${reasonOf(error)}\n`);
    return false;
  }
  const set = parseDefinitionSet(files);
  if (!set.ok) {
    for (const problem of set.problems) process.stderr.write(`${describeProblem(problem)}\n`);
    return false;
  }
  const feed = set.feeds[0]!;
  const { name, kind } = feed.definition;
  process.stdout.write(`${file}: ok\n  name     ${name}\n  feed id  ${feedId(name, kind)}\n`);
  process.stdout.write(`  digest   ${definitionDigest(feed)}\n  document ${documentDigest(feed.definition)}\n`);
  return true;
}

export function feedsCommand(): Command {
  return new Command("feeds").description("work with feed definitions").addCommand(
    new Command("check")
      .description("check definition files and print their ids; exits 2 when one is refused")
      .argument("<file...>", "feed definitions, JSON; what they refer to is looked for beside them")
      .action(async (files: readonly string[]) => {
        await ending(async () => (files.map(check).every(Boolean) ? 0 : 2));
      }),
  );
}
