/** A refused file: every problem with its path, what was seen and what is allowed. The command line exits 2 on it. */
import type { z } from "zod";
import { OracleError } from "../base/errors.ts";

export type ConfigProblem = { readonly path: string; readonly seen: string; readonly allowed: string };

export class ConfigError extends OracleError {
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[]) {
    const lines = problems.map(
      ({ path, seen, allowed }) => `  ${path === "" ? "(whole file)" : path}: saw ${seen}, allowed: ${allowed}`,
    );
    super(`${file} is refused:\n${lines.join("\n")}`, { code: "bad-config", file, problems });
    this.name = "ConfigError";
    this.problems = problems;
  }
}

const SEEN_CHARACTERS_MAX = 60;

function seenAt(value: unknown, path: readonly PropertyKey[]): string {
  let at = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null) return "nothing";
    at = (at as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  if (at === undefined) return "nothing";
  const text = JSON.stringify(at) ?? "something that is no JSON";
  return text.length > SEEN_CHARACTERS_MAX ? `${text.slice(0, SEEN_CHARACTERS_MAX)}…` : text;
}

export function problemsOf(error: z.ZodError, seen: unknown): ConfigProblem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => {
        const path = [...issue.path, key];
        return { path: path.join("."), seen: seenAt(seen, path), allowed: "no such key" };
      });
    }
    return [{ path: issue.path.join("."), seen: seenAt(seen, issue.path), allowed: issue.message }];
  });
}
