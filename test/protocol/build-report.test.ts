import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OracleError } from "../../src/base/errors.ts";
import { buildReport, digestOf } from "../../src/protocol/build-report.ts";
import type { Observe } from "../../src/protocol/messages.ts";
import type { FeedState, Report } from "../../src/report/report.ts";
import { configOf, feedRule, hexOf, leafOf, observeOf, T0 } from "../support/protocol.ts";

const config = configOf();
const QUORUM = 3;
const rule = feedRule(0, { heartbeatMs: 60_000, heartbeatMarginMs: 5_000 });
const slotAt = (timeMs: number) => ({ round: 2_000, timeMs });

function observing(...rows: readonly (readonly (bigint | null)[])[]): Observe[] {
  return rows.map((values, i) => observeOf(config, i + 1, 2_000, { values }));
}

/** Everyone agrees on the same value of one feed. */
const agreed = (value: bigint): Observe[] => observing([value], [value], [value]);
const nothing = observing([null], [null], [null]);

function parentOf(over: Partial<FeedState>): Report {
  return { round: 1_999, reportTimeMs: T0, leaves: [leafOf(rule, over)], pushes: [] };
}

function leafAfter(parent: Report | null, observations: readonly Observe[], timeMs: number): FeedState {
  return buildReport([rule], parent, observations, QUORUM, slotAt(timeMs)).leaves[0]!;
}

describe("the first report", () => {
  test("publishes every feed that is agreed, and no other", () => {
    const rules = [feedRule(0), feedRule(1), feedRule(2)];
    const observations = observing([7n, null, 9n], [7n, null, 900n], [8n, null, 9_000n]);
    const wide = rules.map((one) => ({ ...one, agreement: { type: "absolute", amount: 10n ** 6n } as const }));
    const report = buildReport(wide, null, observations, QUORUM, slotAt(T0));
    expect(report.pushes.map(({ index, value }) => [index, value])).toEqual([
      [0, 7n],
      [2, 900n],
    ]);
    const byId = new Map(report.leaves.map((leaf) => [leaf.feedId, leaf]));
    expect(byId.get(rules[1]!.feedId)).toMatchObject({ status: "missing", pubStatus: "none", pubRound: 0, value: 0n });
    expect(byId.get(rules[2]!.feedId)).toMatchObject({ status: "ok", pubStatus: "ok", pubRound: 2_000, pubTimeMs: T0 });
  });

  test("says disputed where values are there and far apart, missing where they are not", () => {
    expect(leafAfter(null, observing([7n], [700n], [7_000n]), T0).status).toBe("disputed");
    expect(leafAfter(null, observing([7n], [7n], [null]), T0).status).toBe("missing");
  });
});

describe("a following report", () => {
  const published = { value: 1_000_000n, pubValue: 1_000_000n, timeMs: T0, pubTimeMs: T0, pubRound: 1_500 } as const;

  test("publishes a deviation one unit beyond the rule, not one of exactly the rule", () => {
    expect(leafAfter(parentOf(published), agreed(1_001_000n), T0 + 1_000)).toMatchObject({
      value: 1_001_000n,
      timeMs: T0 + 1_000,
      pubValue: 1_000_000n,
      pubRound: 1_500,
    });
    expect(leafAfter(parentOf(published), agreed(1_001_001n), T0 + 1_000)).toMatchObject({
      pubValue: 1_001_001n,
      pubRound: 2_000,
      pubTimeMs: T0 + 1_000,
    });
  });

  test("measures deviation from what was published, not from the last round", () => {
    const drifted = parentOf({ ...published, value: 1_000_900n });
    expect(leafAfter(drifted, agreed(1_001_001n), T0 + 1_000).pubRound).toBe(2_000);
    expect(leafAfter(drifted, agreed(999_999n), T0 + 1_000).pubRound).toBe(1_500);
  });

  test("publishes the heartbeat its margin early", () => {
    expect(leafAfter(parentOf(published), agreed(1_000_000n), T0 + 54_999).pubRound).toBe(1_500);
    expect(leafAfter(parentOf(published), agreed(1_000_000n), T0 + 55_000).pubRound).toBe(2_000);
  });

  test("keeps a lost feed's last value with its time, and publishes the loss once after the grace", () => {
    const within = leafAfter(parentOf(published), nothing, T0 + 2_000);
    expect(within).toMatchObject({
      status: "missing",
      value: 1_000_000n,
      timeMs: T0,
      pubStatus: "ok",
      pubRound: 1_500,
    });
    const lost = leafAfter(parentOf(published), nothing, T0 + 2_001);
    expect(lost).toMatchObject({ status: "missing", timeMs: T0, pubStatus: "missing", pubRound: 2_000 });
    // As on chain: only status and round move, the value and its time stay.
    expect(lost).toMatchObject({ pubValue: 1_000_000n, pubTimeMs: T0 });
    const later = { round: 2_001, timeMs: T0 + 60_000 };
    const after: Report = { ...parentOf({}), leaves: [lost] };
    expect(buildReport([rule], after, nothing, QUORUM, later).pushes).toEqual([]);
  });

  test("publishes a recovered feed at once, however near its value", () => {
    const lost = parentOf({ ...published, status: "missing", pubStatus: "missing", pubRound: 1_990 });
    const report = buildReport([rule], lost, agreed(1_000_000n), QUORUM, slotAt(T0 + 5_000));
    expect(report.pushes).toEqual([{ index: 0, status: "ok", value: 1_000_000n, confidencePpb: 0 }]);
    expect(report.leaves[0]).toMatchObject({ pubStatus: "ok", pubRound: 2_000, pubTimeMs: T0 + 5_000 });
  });

  test("carries today's definition even where the parent was signed under an older one", () => {
    const old = parentOf({ ...published, definitionDigest: hexOf("older") });
    expect(leafAfter(old, agreed(1_000_000n), T0).definitionDigest).toBe(rule.definitionDigest);
  });

  test("begins a feed that the parent does not know, and drops one that is no longer listed", () => {
    const parent = parentOf(published);
    const report = buildReport([feedRule(1)], parent, agreed(5n), QUORUM, slotAt(T0));
    expect(report.leaves).toHaveLength(1);
    expect(report.leaves[0]).toMatchObject({ feedId: feedRule(1).feedId, pubRound: 2_000, pubValue: 5n });
  });
});

describe("a report's shape", () => {
  test("leaves ascend by feed id, pushes by index, whatever the order of the rules", () => {
    const rules = Array.from({ length: 9 }, (_, i) => feedRule(i));
    const values = rules.map(() => 5n);
    const report = buildReport(rules, null, observing(values, values, values), QUORUM, slotAt(T0));
    const ids = report.leaves.map(({ feedId }) => feedId);
    expect(ids).toEqual([...ids].sort());
    expect(ids).not.toEqual(rules.map(({ feedId }) => feedId));
    expect(report.pushes.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("an OBSERVE of another feed set is a bug, not a missing value", () => {
    expect(() => buildReport([rule, feedRule(1)], null, agreed(5n), QUORUM, slotAt(T0))).toThrow(OracleError);
  });
});

const parentArbitrary = fc.option(
  fc
    .record({
      status: fc.constantFrom("ok", "missing", "disputed"),
      pubStatus: fc.constantFrom("none", "ok", "missing", "disputed"),
      pubValue: fc.bigInt({ min: 990_000n, max: 1_010_000n }),
      timeMs: fc.integer({ min: T0 - 70_000, max: T0 }),
      pubTimeMs: fc.integer({ min: T0 - 70_000, max: T0 }),
    })
    .map(parentOf),
);

describe("for any parent and any observations", () => {
  const near = fc.option(fc.bigInt({ min: 980_000n, max: 1_020_000n }));

  test("the order of observations changes nothing: same report, same digest", () => {
    const observed = fc.array(near, { minLength: 3, maxLength: 10 });
    const scene = observed.chain((values) =>
      fc.tuple(
        fc.constant(values),
        fc.shuffledSubarray(
          values.map((_, i) => i),
          { minLength: values.length },
        ),
      ),
    );
    fc.assert(
      fc.property(parentArbitrary, scene, (parent, [values, order]) => {
        const list = values.map((value, i) => observeOf(config, i + 1, 2_000, { values: [value] }));
        const straight = buildReport([rule], parent, list, QUORUM, slotAt(T0));
        const permuted = buildReport(
          [rule],
          parent,
          order.map((i) => list[i]!),
          QUORUM,
          slotAt(T0),
        );
        expect(permuted).toEqual(straight);
        expect(digestOf(config.networkId, permuted)).toBe(digestOf(config.networkId, straight));
      }),
    );
  });

  test("with at most f liars an agreed value lies within the honest values of the round", () => {
    fc.assert(
      fc.property(
        parentArbitrary,
        fc.array(fc.bigInt({ min: 990_000n, max: 1_010_000n }), { minLength: 3, maxLength: 3 }),
        fc.bigInt({ min: -(1n << 127n), max: (1n << 127n) - 1n }),
        fc.nat({ max: 3 }),
        (parent, honest, lie, at) => {
          const rows = [...honest.slice(0, at), lie, ...honest.slice(at)].map((value) => [value]);
          const leaf = buildReport([rule], parent, observing(...rows), QUORUM, slotAt(T0)).leaves[0]!;
          if (leaf.status !== "ok") return;
          const sorted = [...honest].sort((a, b) => (a < b ? -1 : 1));
          expect(leaf.value >= sorted[0]! && leaf.value <= sorted[2]!).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("what is pushed is exactly what the leaf calls published in this round, and nothing else moves", () => {
    fc.assert(
      fc.property(parentArbitrary, fc.array(near, { minLength: 3, maxLength: 4 }), (parent, values) => {
        const report = buildReport([rule], parent, observing(...values.map((value) => [value])), QUORUM, slotAt(T0));
        const leaf = report.leaves[0]!;
        expect(report.pushes.length === 1).toBe(leaf.pubRound === 2_000);
        if (leaf.pubRound === 2_000) {
          expect(report.pushes[0]).toMatchObject({ status: leaf.pubStatus, value: leaf.value });
        } else {
          const before = parent?.leaves[0];
          expect([leaf.pubStatus, leaf.pubValue, leaf.pubRound]).toEqual([
            before?.pubStatus ?? "none",
            before?.pubValue ?? 0n,
            before?.pubRound ?? 0,
          ]);
        }
      }),
    );
  });
});
