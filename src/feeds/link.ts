/**
 * From a set of definitions to the same with the feeds they refer to. A reference is a name within the set; its digest
 * becomes part of the referring feed's, so what a feed is held against cannot change under it.
 */
import type { LinkedFeed } from "./context.ts";
import { type FeedDefinition, refsOf } from "./definition.ts";
import type { SpotIndexDefinition } from "./kinds/spot-index.ts";

/** `position` is the definition's place in the set. */
export type LinkProblem = {
  readonly position: number;
  readonly path: string;
  readonly seen: unknown;
  readonly allowed: string;
};

export type LinkedSet =
  | { readonly ok: true; readonly feeds: readonly LinkedFeed[] }
  | { readonly ok: false; readonly problems: readonly LinkProblem[] };

const REF_PATH = "method.spot.ref";
/** So many names of the set are listed in a message. */
const NAMES_SHOWN = 8;

/** The first cycle along the edges of a graph, from a node back to itself; null when there is none. */
export function findCycle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const done = new Set<string>();
  const walk = (node: string, trail: readonly string[]): readonly string[] | null => {
    const at = trail.indexOf(node);
    if (at !== -1) return [...trail.slice(at), node];
    if (done.has(node)) return null;
    for (const next of edges.get(node) ?? []) {
      const cycle = walk(next, [...trail, node]);
      if (cycle !== null) return cycle;
    }
    done.add(node);
    return null;
  };
  for (const node of edges.keys()) {
    const cycle = walk(node, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

function spotIndicesOf(definitions: readonly FeedDefinition[]): string {
  const names = definitions.filter(({ kind }) => kind === "spot-index").map(({ name }) => name);
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : "";
  return names.length === 0 ? "none" : names.slice(0, NAMES_SHOWN).join(", ") + more;
}

/** What `ref` names, or why it may not. */
function spotOf(definition: FeedDefinition, ref: string, set: readonly FeedDefinition[]): SpotIndexDefinition | string {
  const found = set.find(({ name }) => name === ref);
  if (ref === definition.name) return "another feed than itself";
  if (found === undefined) return `a spot index of the same set; it has ${spotIndicesOf(set)}`;
  if (found.kind !== "spot-index") return `a feed of kind spot-index; this one is of kind ${found.kind}`;
  if (found.symbol !== definition.symbol) return `the spot index of ${definition.symbol}`;
  return found;
}

/**
 * @param definitions each as parsed, in any order; a spot index may stand after what refers to it
 * @returns the feeds in the order given, or every reference that does not hold
 */
export function linkDefinitions(definitions: readonly FeedDefinition[]): LinkedSet {
  const feeds: LinkedFeed[] = [];
  const problems: LinkProblem[] = [];
  for (const [position, definition] of definitions.entries()) {
    if (definitions.findIndex(({ name }) => name === definition.name) !== position) {
      problems.push({ position, path: "name", seen: definition.name, allowed: "every feed of the set once" });
    }
    const [ref] = refsOf(definition);
    const spot = ref === undefined ? null : spotOf(definition, ref, definitions);
    if (typeof spot === "string") problems.push({ position, path: REF_PATH, seen: ref, allowed: spot });
    else feeds.push({ definition, spot });
  }
  // Impossible while only spot indices are referred to and refer to nothing; kinds to come may differ.
  const cycle = findCycle(new Map(definitions.map((definition) => [definition.name, refsOf(definition)])));
  if (cycle !== null && problems.length === 0) {
    const position = definitions.findIndex(({ name }) => name === cycle[0]);
    problems.push({ position, path: REF_PATH, seen: cycle.join(" → "), allowed: "references that lead nowhere back" });
  }
  return problems.length === 0 ? { ok: true, feeds } : { ok: false, problems };
}
