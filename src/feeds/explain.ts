/** What nodes will do for a definition, in plain words and from the definition alone. */
import type { LinkedFeed } from "./context.ts";
import { definitionDigest, documentDigest, feedId } from "./feed-id.ts";
import { exclusionLines } from "./words/exclusions.ts";
import { formulaLines } from "./words/formula.ts";
import { inputLines } from "./words/inputs.ts";
import { contingencyLines, publicationLines } from "./words/publication.ts";

export type Section = { readonly heading: string; readonly lines: readonly string[] };

/** @returns the sections in the order in which a number is made */
export function explainFeed(feed: LinkedFeed): readonly Section[] {
  const { definition } = feed;
  return [
    { heading: "Inputs", lines: inputLines(feed) },
    { heading: "Left out", lines: exclusionLines(definition) },
    { heading: "Formula", lines: formulaLines(feed) },
    { heading: "Publication", lines: publicationLines(definition) },
    { heading: "When sources fall away", lines: contingencyLines(definition) },
    { heading: "Names and hashes", lines: hashLines(feed) },
  ];
}

/** The feed's id and the two digests of its definition. */
export function hashLines(feed: LinkedFeed): readonly string[] {
  const { definition } = feed;
  return [
    `feed id ${feedId(definition.name, definition.kind)}`,
    `normative digest ${definitionDigest(feed)}, in every signed leaf`,
    `document digest ${documentDigest(definition)}, prose included`,
  ];
}
