import { expect, test } from "vitest";
import { type LinkedFeed, MethodMemory } from "../../src/feeds/context.ts";
import { evaluate } from "../../src/feeds/evaluate.ts";
import { OracleError } from "../../src/base/errors.ts";
import { contextOf, evaluateFeed } from "./methods/support/context.ts";
import { SHAPE, marketOf, svichain } from "./methods/support/svi-chain.ts";
import { shippedDefinition, shippedFeed, shippedFeeds, spotDefinition } from "./support/definitions.ts";
import { chainOf, healthyBooks, snapshot } from "./support/snapshots.ts";

test("every shipped feed has its method: on an empty market each is missing with a reason of its kind", () => {
  const seen = new Map(
    shippedFeeds().map((feed) => {
      const evaluation = evaluateFeed(feed, snapshot());
      return [feed.definition.kind, evaluation.kind === "missing" ? evaluation.reason : "value"] as const;
    }),
  );
  expect(Object.fromEntries(seen)).toEqual({
    "spot-index": "too-few-sources",
    forward: "no-chain",
    rate: "no-chain",
    "iv-atm": "no-chain",
    "skew-25d": "no-chain",
    "vol-index": "no-chain",
    "vol-surface": "no-chain",
    "realised-vol": "no-candles",
    "funding-8h": "no-perpetual",
    settlement: "not-in-window",
  });
});

test("a scalar feed observes its own value, and every value names its sources and inputs", () => {
  for (const feed of shippedFeeds()) {
    const evaluation = evaluateFeed(feed, marketOf(svichain()));
    if (evaluation.kind !== "value") continue;
    if (feed.definition.kind !== "vol-surface") expect(evaluation.observed).toBe(evaluation.value);
    expect(evaluation.sources.length).toBeGreaterThan(0);
    expect(evaluation.inputs.length).toBeGreaterThan(0);
    for (const { value } of evaluation.inputs) expect(Number.isFinite(value)).toBe(true);
  }
});

test("weights of the inputs, where there are any, add up to one", () => {
  for (const name of ["spot-index", "forward-30d", "rate-30d", "iv-atm-30d", "vol-index-30d"]) {
    const { inputs } = evaluateFeed(shippedFeed(`BTC-USD.${name}`), marketOf(svichain()));
    expect(inputs.reduce((sum, { weight }) => sum + (weight ?? 0), 0)).toBeCloseTo(1, 12);
  }
});

test("the contingency ladder: a note while sources are few, and missing at its last step or below minSources", () => {
  const definition = {
    ...spotDefinition(),
    contingency: [
      { whenSourcesBelow: 5, do: "note" },
      { whenSourcesBelow: 4, do: "note" },
      { whenSourcesBelow: 3, do: "missing" },
    ],
  } satisfies ReturnType<typeof spotDefinition>;
  const notes = (books: number, by = definition): readonly string[] => {
    const spots = healthyBooks().filter((quote, i) => quote.base !== "BTC" || i < books);
    const evaluation = evaluateFeed({ definition: by, spot: null }, snapshot({ spots }));
    if (evaluation.kind === "missing") return [evaluation.reason];
    return evaluation.notes.filter(({ kind }) => kind === "few-sources").map(({ detail }) => detail);
  };
  expect(notes(4)).toEqual(["4 sources count, fewer than 5"]);
  expect(notes(3)).toEqual(["3 sources count, fewer than 5", "3 sources count, fewer than 4"]);
  expect(notes(2)).toEqual(["too-few-sources"]);
  expect(notes(3, { ...definition, contingency: [{ whenSourcesBelow: 4, do: "missing" }] })).toEqual([
    "too-few-sources",
  ]);
  const chainFeed = shippedDefinition("BTC-USD.iv-atm-30d", "iv-atm");
  const two: LinkedFeed = { definition: { ...chainFeed, minSources: 2 }, spot: spotDefinition() };
  expect(evaluateFeed(two, marketOf(svichain()))).toMatchObject({ kind: "missing", reason: "too-few-sources" });
});

test("the bounds are inclusive and lead to missing, on either side and below zero", () => {
  const rate = shippedDefinition("BTC-USD.rate-30d", "rate");
  const at = (low: string, high: string) =>
    evaluateFeed(
      { definition: { ...rate, bounds: { low, high } }, spot: spotDefinition() },
      marketOf(chainOf({ ...SHAPE, carry: -0.2 })),
    );
  const open = at("-1", "1");
  if (open.kind !== "value") throw new Error(open.detail);
  expect(open.value).toBeLessThan(0n);
  const exact = `-0.${(-open.value).toString().padStart(8, "0")}`;
  expect(at(exact, exact).kind).toBe("value");
  expect(at("0", "1")).toMatchObject({ kind: "missing", reason: "out-of-range" });
  expect(at("-1", "-0.3")).toMatchObject({ kind: "missing", reason: "out-of-range" });
  expect(at("0", "1").inputs).toEqual(open.inputs);
});

test("evaluating twice with the same memory and the same market says the same", () => {
  const memory = new MethodMemory();
  const market = marketOf(svichain());
  const round = () => shippedFeeds().map((feed) => evaluateFeed(feed, market, { memory }));
  expect(round()).toEqual(round());
});

test("a feed that was never linked is a bug, not a missing value", () => {
  const unlinked: LinkedFeed = { definition: shippedDefinition("BTC-USD.iv-atm-30d", "iv-atm"), spot: null };
  expect(() => evaluate(unlinked, contextOf(marketOf(svichain())))).toThrow(OracleError);
});
