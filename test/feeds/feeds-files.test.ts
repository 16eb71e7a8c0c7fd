import { expect, test } from "vitest";
import { parseDefinition, describeProblem } from "../../src/feeds/parse-definition.ts";
import { FEED_NAMES, feedText } from "./support/definitions.ts";

test.each(FEED_NAMES)("%s of the repository is a good definition under its own file name", (name) => {
  const parsed = parseDefinition(feedText(name), `feeds/${name}.json`);
  expect(parsed.ok ? [] : parsed.problems.map(describeProblem)).toEqual([]);
  expect(parsed).toMatchObject({ ok: true, definition: { name } });
});
