/** Definition files as commands are given them, with what they refer to. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { OracleError, reasonOf } from "../../base/errors.ts";
import type { LinkedFeed } from "../../feeds/context.ts";
import { refsOf } from "../../feeds/definition.ts";
import { type DefinitionFile, parseDefinitionSet } from "../../feeds/definition-set.ts";
import { toRules } from "../../feeds/feed-id.ts";
import { type DefinitionProblem, describeProblem, parseDefinition } from "../../feeds/parse-definition.ts";
import type { FeedRule } from "../../feeds/rule.ts";

export type LoadedFeed = {
  readonly file: string;
  readonly feed: LinkedFeed;
  /** What it refers to stands first, the feed itself last: a set as nodes have it. */
  readonly feeds: readonly LinkedFeed[];
  readonly rules: readonly FeedRule[];
};

export type ReadFeed =
  | ({ readonly ok: true; readonly problemAt: (path: string) => DefinitionProblem } & LoadedFeed)
  | { readonly ok: false; readonly problems: readonly string[] };

function read(file: string): DefinitionFile {
  try {
    return { file, text: readFileSync(file, "utf8") };
  } catch (error) {
    throw new OracleError(`cannot read ${file}: ${reasonOf(error)}`, { code: "cannot-read", path: file }, error);
  }
}

/**
 * One definition; what it refers to is looked for beside it.
 * @throws OracleError `cannot-read`
 */
export function readFeed(file: string): ReadFeed {
  const own = read(file);
  const parsed = parseDefinition(own.text, file);
  if (!parsed.ok) return { ok: false, problems: parsed.problems.map(describeProblem) };
  const beside = refsOf(parsed.definition).map((name) => join(dirname(file), `${name}.json`));
  const others = beside.filter((path) => path !== join(file));
  const set = parseDefinitionSet([...others.filter((path) => existsSync(path)).map(read), own]);
  if (!set.ok) {
    const absent = others.filter((path) => !existsSync(path)).map((path) => `${file}: there is no ${path}`);
    return { ok: false, problems: [...set.problems.map(describeProblem), ...absent] };
  }
  const { feeds } = set;
  const feed = feeds.at(-1)!;
  return { ok: true, file, feed, feeds, rules: toRules(feeds), problemAt: (path) => parsed.problemAt(path, null, "") };
}

/** @throws OracleError `cannot-read`; `bad-argument` with every problem of the file */
export function loadFeed(file: string): LoadedFeed {
  const found = readFeed(file);
  if (found.ok) return found;
  throw new OracleError(found.problems.join("\n"), { code: "bad-argument" });
}
