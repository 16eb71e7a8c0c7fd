/** Several definition files that refer to each other, read as the one set that they are. */
import type { LinkedFeed } from "./context.ts";
import { linkDefinitions } from "./link.ts";
import { type DefinitionProblem, parseDefinition } from "./parse-definition.ts";

export type DefinitionFile = { readonly file: string; readonly text: string };

export type DefinitionSet =
  | { readonly ok: true; readonly feeds: readonly LinkedFeed[] }
  | { readonly ok: false; readonly problems: readonly DefinitionProblem[] };

/** @returns the feeds in the order of the files, or everything that is wrong in any of them */
export function parseDefinitionSet(files: readonly DefinitionFile[]): DefinitionSet {
  const parsed = files.map(({ file, text }) => parseDefinition(text, file));
  const problems = parsed.flatMap((one) => (one.ok ? [] : one.problems));
  // A reference to a file that is wrong itself is no second mistake, so links wait until every file is right.
  if (problems.length > 0) return { ok: false, problems };
  const good = parsed.flatMap((one) => (one.ok ? [one] : []));
  const linked = linkDefinitions(good.map(({ definition }) => definition));
  if (linked.ok) return linked;
  return {
    ok: false,
    problems: linked.problems.map(({ position, path, seen, allowed }) =>
      good[position]!.problemAt(path, seen, allowed),
    ),
  };
}
