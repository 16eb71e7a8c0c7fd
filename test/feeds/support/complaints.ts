/** What is said of definitions that are refused. */
import { expect } from "vitest";
import { describeProblem, parseDefinition } from "../../../src/feeds/parse-definition.ts";
import { withValue } from "./definitions.ts";

/** What is said of a text in a file x.json, one line a problem. */
export function complaintsOfText(text: string): readonly string[] {
  const parsed = parseDefinition(text, "x.json");
  return parsed.ok ? [] : parsed.problems.map(describeProblem);
}

/** The same of an object, written on one line; the place in the text is left out. */
export function complaintsOf(json: unknown): readonly string[] {
  return complaintsOfText(JSON.stringify(json)).map((line) => line.replace(/^x\.json:1:\d+: /, ""));
}

export type Change = readonly [path: readonly (string | number)[], value: unknown];
/** A mistake, how it is made, and every complaint about it in order. */
export type Mistake = readonly [what: string, changes: readonly Change[], complaints: readonly RegExp[]];

export function changed(json: unknown, changes: readonly Change[]): unknown {
  return changes.reduce((out, [path, value]) => withValue(out, path, value), json);
}

/** Exactly these complaints, in this order. */
export function expectComplaints(json: unknown, expected: readonly RegExp[]): void {
  const lines = complaintsOf(json);
  expect(lines, lines.join("\n")).toHaveLength(expected.length);
  for (const [i, pattern] of expected.entries()) expect(lines[i]).toMatch(pattern);
}
