/** From the text of a file to a definition, or to the list of everything that is wrong with it. */
import { z } from "zod";
import { checkDefinition } from "./definition-checks.ts";
import type { FeedDefinition } from "./definition.ts";
import { feedDefinitionSchema } from "./definition.ts";
import { type JsonPath, type TextPlace, readJson, showPath } from "./json-text.ts";

export type DefinitionProblem = TextPlace & {
  readonly file: string;
  /** `method.markets[1].venue`; empty for the file as a whole. */
  readonly path: string;
  /** The offending value as JSON, shortened. */
  readonly seen: string;
  readonly allowed: string;
};

export type ParsedDefinition =
  | {
      readonly ok: true;
      readonly definition: FeedDefinition;
      /** The problem of a field that only shows beside other definitions, at its place in this file. */
      readonly problemAt: (path: string, seen: unknown, allowed: string) => DefinitionProblem;
    }
  | { readonly ok: false; readonly problems: readonly DefinitionProblem[] };

const SEEN_MAX = 80;

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const json = JSON.stringify(value) ?? typeof value;
  return json.length <= SEEN_MAX ? json : `${json.slice(0, SEEN_MAX - 1)}…`;
}

function valueAt(json: unknown, path: JsonPath): unknown {
  let value = json;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.entries(value).find(([name]) => name === String(key))?.[1];
  }
  return value;
}

/** What is allowed, for the issues whose field does not say it itself. */
const allowedText: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.inst instanceof z.ZodObject
        ? `no such field; the fields here are ${Object.keys(issue.inst.shape).join(", ")}`
        : "no such field";
    case "invalid_value":
      return issue.values.length === 1 ? show(issue.values[0]) : `one of ${issue.values.map(show).join(", ")}`;
    case "invalid_union":
      return "options" in issue && Array.isArray(issue.options)
        ? `one of ${issue.options.map(show).join(", ")}`
        : "one of the forms in feed.schema.json";
    case "invalid_type":
      return `${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
    default:
      return "what feed.schema.json allows";
  }
};

/** `method.markets[1].venue` as the keys it is made of. */
function keysOf(path: string): JsonPath {
  return path.split(/[.[\]]+/).filter((key) => key !== "");
}

/**
 * @param text the file's content. It is not JSON.parse that reads it: that would hide a field that stands twice
 * @param file its name, for the messages
 */
export function parseDefinition(text: string, file: string): ParsedDefinition {
  const json = readJson(text);
  if (!json.ok) {
    const problems = json.problems.map(({ path, ...problem }) => ({ ...problem, file, path: showPath(path) }));
    return { ok: false, problems };
  }
  const { value, placeOf } = json;
  const parsed = feedDefinitionSchema.safeParse(value, { error: allowedText });
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => {
      const at = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
      return at.map((path) => ({
        ...placeOf(path),
        file,
        path: showPath(path),
        seen: show(valueAt(value, path)),
        allowed: issue.message,
      }));
    });
    return { ok: false, problems: withoutRepeats(problems) };
  }
  const problemAt = (path: string, seen: unknown, allowed: string): DefinitionProblem => ({
    ...placeOf(keysOf(path)),
    file,
    path,
    seen: show(seen),
    allowed,
  });
  const problems = checkDefinition(parsed.data).map(({ path, seen, allowed }) => problemAt(path, seen, allowed));
  return problems.length === 0 ? { ok: true, definition: parsed.data, problemAt } : { ok: false, problems };
}

/** A field that fails its type and its range says the same sentence twice. */
function withoutRepeats(problems: readonly DefinitionProblem[]): readonly DefinitionProblem[] {
  return problems.filter((a, i) => problems.findIndex((b) => b.path === a.path && b.allowed === a.allowed) === i);
}

/** One line for a person: the place in the file, the field, what was seen, what is allowed. */
export function describeProblem({ file, line, column, path, seen, allowed }: DefinitionProblem): string {
  return `${file}:${line}:${column}: ${path === "" ? "the file" : path} is ${seen}, allowed is ${allowed}`;
}
