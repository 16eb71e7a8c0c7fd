import { readFileSync } from "node:fs";
import { Command } from "commander";
import { reasonOf } from "../base/errors.ts";
import { definitionDigest, feedId } from "../feeds/feed-id.ts";
import { describeProblem, parseDefinition } from "../feeds/parse-definition.ts";
import { ending } from "./fail.ts";

function check(file: string): boolean {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    process.stderr.write(`${file}: ${reasonOf(error)}\n`);
    return false;
  }
  const parsed = parseDefinition(json, file);
  if (!parsed.ok) {
    for (const problem of parsed.problems) process.stderr.write(`${describeProblem(problem)}\n`);
    return false;
  }
  const { definition } = parsed;
  process.stdout.write(`${file}: ok\n  name    ${definition.name}\n`);
  process.stdout.write(
    `  feed id ${feedId(definition.name, definition.kind)}\n  digest  ${definitionDigest(definition)}\n`,
  );
  return true;
}

export function feedsCommand(): Command {
  return new Command("feeds").description("work with feed definitions").addCommand(
    new Command("check")
      .description("check definition files and print their ids; exits 2 when one is refused")
      .argument("<file...>", "feed definitions, JSON")
      .action(async (files: readonly string[]) => {
        await ending(async () => (files.map(check).every(Boolean) ? 0 : 2));
      }),
  );
}
