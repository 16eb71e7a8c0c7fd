import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findCycle, linkDefinitions } from "../../src/feeds/link.ts";
import { FEED_NAMES, definitionOf, feedJson, ivDefinition, spotDefinition, withValue } from "./support/definitions.ts";
import type { FeedDefinition } from "../../src/feeds/definition.ts";

const definitions = FEED_NAMES.map((name) => definitionOf(feedJson(name)));

/** A definition as if it had been parsed, with a reference that its own checks would have refused. */
function referring(definition: FeedDefinition, ref: string): FeedDefinition {
  return withValue(definition, ["method", "spot", "ref"], ref) as FeedDefinition;
}

function complaints(set: readonly FeedDefinition[]): readonly string[] {
  const linked = linkDefinitions(set);
  if (linked.ok) return [];
  return linked.problems.map(({ position, path, seen, allowed }) => `${position} ${path}: ${String(seen)}, ${allowed}`);
}

describe("a set of definitions", () => {
  test("keeps its order and gets the spot index of every reference, wherever that stands", () => {
    for (const set of [definitions, definitions.toReversed()]) {
      const linked = linkDefinitions(set);
      if (!linked.ok) throw new Error(JSON.stringify(linked.problems));
      expect(linked.feeds.map(({ definition }) => definition)).toEqual(set);
      for (const { definition, spot } of linked.feeds) {
        const wanted = "spot" in definition.method ? definition.method.spot.ref : undefined;
        expect(spot?.name).toBe(wanted);
        if (spot !== null) expect(spot).toBe(set.find(({ name }) => name === spot.name));
      }
    }
  });

  test("without the feed that is referred to is refused, and says what is there", () => {
    expect(complaints([ivDefinition()])).toEqual([
      "0 method.spot.ref: BTC-USD.spot-index, a spot index of the same set; it has none",
    ]);
    expect(complaints([spotDefinition("ETH"), ivDefinition()])).toEqual([
      "1 method.spot.ref: BTC-USD.spot-index, a spot index of the same set; it has ETH-USD.spot-index",
    ]);
  });

  test("with a reference to another kind, another symbol or itself is refused", () => {
    const rate = definitionOf(feedJson("BTC-USD.rate-30d"));
    const set = [spotDefinition("BTC"), spotDefinition("ETH"), rate];
    const with_ = (ref: string) => complaints([...set, referring(ivDefinition(), ref)]);
    expect(with_("BTC-USD.rate-30d")).toEqual([
      "3 method.spot.ref: BTC-USD.rate-30d, a feed of kind spot-index; this one is of kind rate",
    ]);
    expect(with_("ETH-USD.spot-index")).toEqual(["3 method.spot.ref: ETH-USD.spot-index, the spot index of BTC-USD"]);
    expect(with_("BTC-USD.iv-atm-30d")).toEqual(["3 method.spot.ref: BTC-USD.iv-atm-30d, another feed than itself"]);
  });

  test("with a name twice is refused", () => {
    expect(complaints([spotDefinition(), spotDefinition()])).toEqual([
      "1 name: BTC-USD.spot-index, every feed of the set once",
    ]);
  });

  test("of two that refer to each other is refused", () => {
    const rate = referring(definitionOf(feedJson("BTC-USD.rate-30d")), "BTC-USD.iv-atm-30d");
    expect(complaints([rate, referring(ivDefinition(), "BTC-USD.rate-30d")])).not.toEqual([]);
  });
});

describe("a cycle", () => {
  const graph = (edges: Readonly<Record<string, readonly string[]>>) => findCycle(new Map(Object.entries(edges)));

  test("is found with the nodes it is made of, in order", () => {
    expect(graph({ a: ["b"], b: ["c"], c: ["a"] })).toEqual(["a", "b", "c", "a"]);
    expect(graph({ start: ["a"], a: ["b", "c"], b: [], c: ["a"] })).toEqual(["a", "c", "a"]);
    expect(graph({ self: ["self"] })).toEqual(["self", "self"]);
  });

  test("is not seen where two ways lead to one node, or to a node that is not there", () => {
    expect(graph({ a: ["b", "c"], b: ["d"], c: ["d"], d: ["elsewhere"] })).toBeNull();
    expect(graph({})).toBeNull();
  });

  test("is found exactly when one was planted among edges that only lead upwards", () => {
    const scene = fc.record({
      size: fc.integer({ min: 1, max: 12 }),
      edges: fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 40 }),
      planted: fc.option(fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 6 })),
    });
    fc.assert(
      fc.property(scene, ({ size, edges, planted }) => {
        const out = new Map<string, string[]>(Array.from({ length: size }, (_, i) => [`n${i}`, []]));
        const connect = (from: number, to: number): void => {
          out.set(`n${from}`, [...(out.get(`n${from}`) ?? []), `n${to}`]);
        };
        for (const [a, b] of edges) if (a !== b) connect(Math.min(a, b), Math.max(a, b));
        for (const [i, node] of (planted ?? []).entries()) connect(node, planted![(i + 1) % planted!.length]!);
        const cycle = findCycle(out);
        expect(cycle !== null).toBe(planted !== null);
        if (cycle === null) return;
        expect(cycle[0]).toBe(cycle.at(-1));
        for (const [i, node] of cycle.slice(1).entries()) expect(out.get(cycle[i]!)).toContain(node);
      }),
    );
  });
});
