/** A surface and its option book through reports: grids, carried slices, what is published with what. */
import { describe, expect, test } from "vitest";
import type { Observed } from "../../src/feeds/observed.ts";
import type { SurfaceShape } from "../../src/feeds/rule.ts";
import { buildReport, digestOf } from "../../src/protocol/build-report.ts";
import type { Observe } from "../../src/protocol/messages.ts";
import { gridOf } from "../../src/protocol/next-leaf.ts";
import { toSvi } from "../../src/quant/grid-admission.ts";
import { durrleman } from "../../src/quant/svi.ts";
import type { SurfaceDetail } from "../../src/report/detail.ts";
import type { FeedState, Report } from "../../src/report/report.ts";
import {
  DAY_MS,
  EXPIRIES,
  sliceSeen,
  SPOT,
  surfaceRule,
  surfaceSeen,
  surfaceShape,
  UNIT,
} from "../support/derivatives.ts";
import { configOf, feedRule, FIRST, observeOf, T0 } from "../support/protocol.ts";

const QUORUM = 3;
const NODES = [1, 2, 3, 4];
const ONE_DAY = 86_400_000;
const spotRule = feedRule(0, { heartbeatMs: ONE_DAY, deviation: { type: "relative", bps: 5_000 } });
const rules = [spotRule, surfaceRule(1)];
const config = configOf({ rules });
const timeOf = (round: number): number => T0 + (round - FIRST) * 1_000;

type Sights = { readonly spot?: bigint | null; readonly surface?: (id: number, parent: Report | null) => Observed };

/** What everybody sees: a spot, and in every round a surface on the grid of the parent. */
function observing(parent: Report | null, round: number, { spot = SPOT, surface }: Sights = {}): Observe[] {
  const grid = gridOf(leafOf(parent, 1));
  return NODES.map((id) => {
    const seen =
      surface === undefined ? surfaceSeen({ grid, timeMs: timeOf(round), vol: 0.5 + id * 1e-4 }) : surface(id, parent);
    return observeOf(config, id, round, { values: [spot, seen] });
  });
}

function leafOf(report: Report | null, index: number): FeedState | undefined {
  return report?.leaves.find(({ feedId }) => feedId === rules[index]?.feedId);
}

function next(parent: Report | null, round: number, sights: Sights = {}, ruleSet = rules): Report {
  return buildReport(ruleSet, parent, observing(parent, round, sights), QUORUM, { round, timeMs: timeOf(round) });
}

function surfaceLeaf(report: Report): FeedState & { detail: SurfaceDetail } {
  const leaf = leafOf(report, 1);
  if (leaf?.detail?.kind !== "surface") throw new Error("a surface was expected");
  return { ...leaf, detail: leaf.detail };
}

/** Reports of so many rounds, each built on the one before. */
function run(from: Report | null, rounds: readonly number[], sights: Sights = {}): Report {
  let last = from;
  for (const round of rounds) last = next(last, round, sights);
  if (last === null) throw new Error("a round was expected");
  return last;
}

const indices = (report: Report): number[] => report.pushes.map(({ index }) => index);
const first = next(null, FIRST);

describe("in a surface round", () => {
  test("the first agreement stands on the start grid, and everything is published", () => {
    const leaf = surfaceLeaf(first);
    expect(leaf).toMatchObject({ status: "ok", timeMs: T0, pubStatus: "ok", pubRound: FIRST });
    expect(leaf.detail).toMatchObject({ gridRound: FIRST, spot: SPOT });
    expect(leaf.detail.slices.map(({ expiryMs }) => expiryMs)).toEqual(EXPIRIES);
    expect(leaf.detail.published.map(({ expiryMs, round, fitTimeMs }) => [expiryMs, round, fitTimeMs])).toEqual(
      EXPIRIES.map((expiryMs) => [expiryMs, FIRST, T0]),
    );
    expect(leaf.detail.published[0]?.forwardRatio).toBe((1_004n * UNIT) / 1_000n);
    expect(indices(first)).toEqual([0, 1]);
  });

  test("the next one stands on the grid of the first, and is the same on every parent in between", () => {
    const between = [1, 3, 6, 9].map((last) =>
      run(
        first,
        Array.from({ length: last }, (_, i) => FIRST + 1 + i),
      ),
    );
    const grids = [first, ...between].map((report) => gridOf(leafOf(report, 1)));
    for (const grid of grids) expect(grid).toEqual(grids[0]);
    // Whichever of them a node observed on, it stands on the parent's grid.
    const observations = observing(between[0]!, FIRST + 10);
    const reports = between.map((parent) =>
      buildReport(rules, parent, observations, QUORUM, { round: FIRST + 10, timeMs: timeOf(FIRST + 10) }),
    );
    for (const report of reports) {
      expect(surfaceLeaf(report).detail).toMatchObject({ gridRound: FIRST + 10 });
      expect(digestOf(config.networkId, report)).toBe(digestOf(config.networkId, reports[0]!));
    }
  });

  test("observations on an older grid are missing, and the slices stay with their time", () => {
    const older = next(first, FIRST + 10, { surface: () => surfaceSeen({ timeMs: timeOf(FIRST + 10) }) });
    const before = surfaceLeaf(first);
    expect(surfaceLeaf(older)).toMatchObject({ status: "missing", timeMs: T0, value: before.value });
    expect(surfaceLeaf(older).detail).toEqual(before.detail);
    // The grid is still the first one's: the next agreement heals it.
    expect(surfaceLeaf(next(older, FIRST + 20))).toMatchObject({ status: "ok", timeMs: timeOf(FIRST + 20) });
  });

  test("a value that is no surface is missing, and a surface that is no number too", () => {
    const numbers = next(null, FIRST, { surface: (id) => (id < 3 ? 5n : surfaceSeen()) });
    expect(leafOf(numbers, 1)?.status).toBe("missing");
    const swapped = NODES.map((id) => observeOf(config, id, FIRST, { values: [surfaceSeen(), SPOT] }));
    const report = buildReport(rules, null, swapped, QUORUM, { round: FIRST, timeMs: T0 });
    expect(report.leaves.map(({ status }) => status)).toEqual(["missing", "missing"]);
    expect(report.pushes).toEqual([]);
  });

  test("without an agreed spot the curves are agreed all the same, and no slice is held against any spot", () => {
    const blind = next(null, FIRST, { spot: null });
    expect(surfaceLeaf(blind)).toMatchObject({ status: "ok", detail: { spot: 0n, published: [] } });
    expect(indices(blind)).toEqual([1]);
  });
});

describe("in the rounds between", () => {
  test("slices, value and time are carried, whatever anybody says", () => {
    const after = next(first, FIRST + 1, { surface: () => surfaceSeen({ vol: 0.9 }) });
    expect(surfaceLeaf(after)).toEqual(surfaceLeaf(first));
    expect(surfaceLeaf(next(first, FIRST + 2, { surface: () => null }))).toEqual(surfaceLeaf(first));
  });

  test("one agreement may fail to come about, not two: then the surface is missing, and lost", () => {
    const late = run(first, [FIRST + 9, FIRST + 11, FIRST + 19]);
    expect(surfaceLeaf(late).status).toBe("ok");
    const outdated = next(late, FIRST + 21);
    expect(surfaceLeaf(outdated)).toMatchObject({ status: "missing", timeMs: T0, pubStatus: "ok" });
    const lost = next(outdated, FIRST + 31);
    expect(surfaceLeaf(lost)).toMatchObject({ status: "missing", pubStatus: "missing", pubRound: FIRST + 31 });
    expect(lost.pushes).toMatchObject([{ index: 1, status: "missing" }]);
  });
});

describe("the option book", () => {
  const moved = (permille: bigint) => ({ spot: (SPOT * permille) / 1_000n });

  test("publishes the spot when option prices would be wrong by it, long before its own rule", () => {
    const far = next(first, FIRST + 1, moved(1_005n));
    expect(indices(far)).toEqual([0]);
    expect(leafOf(far, 0)).toMatchObject({ pubValue: moved(1_005n).spot, pubRound: FIRST + 1 });
    // Readers' forwards move with it: the slices need not.
    expect(surfaceLeaf(far).detail).toEqual(surfaceLeaf(first).detail);
    expect(indices(next(far, FIRST + 2, moved(1_005n)))).toEqual([]);
    expect(indices(next(first, FIRST + 1, moved(1_000n)))).toEqual([]);
  });

  test("publishes only the slices that changed, with the headline", () => {
    const parent = run(first, [FIRST + 9]);
    const grid = gridOf(leafOf(parent, 1));
    const timeMs = timeOf(FIRST + 10);
    const seen = surfaceSeen({ grid, timeMs, vol: 0.5 });
    const slices = seen.slices.map((slice) =>
      slice.expiryMs === EXPIRIES[0] ? sliceSeen(slice.expiryMs, { grid, timeMs, vol: 0.45 }) : slice,
    );
    const report = next(parent, FIRST + 10, { surface: () => ({ ...seen, slices }) });
    expect(indices(report)).toEqual([1]);
    const leaf = surfaceLeaf(report);
    expect(leaf).toMatchObject({ pubRound: FIRST + 10, pubValue: leaf.value });
    expect(leaf.detail.published.map(({ round }) => round)).toEqual([FIRST + 10, FIRST, FIRST]);
    expect(leaf.detail.published[0]).toMatchObject({ fitTimeMs: timeMs, params: leaf.detail.slices[0]?.params });
  });

  test("publishes all slices with the surface's own heartbeat", () => {
    const hourly = [spotRule, { ...surfaceRule(1), heartbeatMs: 62_000, heartbeatMarginMs: 1_000 }];
    let last = first;
    for (let round = FIRST + 10; round <= FIRST + 60; round += 10) last = next(last, round, {}, hourly);
    expect(surfaceLeaf(last).pubRound).toBe(FIRST);
    const due = next(last, FIRST + 61, {}, hourly);
    expect(indices(due)).toContain(1);
    expect(surfaceLeaf(due).detail.published.map(({ round, fitTimeMs }) => [round, fitTimeMs])).toEqual(
      EXPIRIES.map(() => [FIRST + 61, timeOf(FIRST + 60)]),
    );
  });

  test("forgets an expiry that has come, and keeps one that is no longer agreed on", () => {
    const withGone = (expiryMs: number): Report => {
      const leaf = surfaceLeaf(first);
      const gone = { ...leaf.detail.published[0]!, expiryMs };
      const detail = { ...leaf.detail, published: [gone, ...leaf.detail.published] };
      return { ...first, leaves: first.leaves.map((one) => (one.feedId === leaf.feedId ? { ...one, detail } : one)) };
    };
    const held = (report: Report): number[] => surfaceLeaf(report).detail.published.map(({ expiryMs }) => expiryMs);
    expect(held(next(withGone(T0 + 1_000), FIRST + 1))).toEqual(EXPIRIES);
    expect(held(next(withGone(T0 + 1_001), FIRST + 1))).toEqual([T0 + 1_001, ...EXPIRIES]);
  });

  test("says nothing while the surface or its spot has no agreed value", () => {
    const noSpot = next(first, FIRST + 1, { spot: null });
    expect(indices(noSpot)).toEqual([]);
    const missing = next(first, FIRST + 10, { ...moved(1_020n), surface: () => null });
    expect(surfaceLeaf(missing).status).toBe("missing");
    expect(indices(missing)).toEqual([]);
  });

  test("of two surfaces over one spot publishes the spot once", () => {
    const both = [spotRule, surfaceRule(1), surfaceRule(2)];
    const observe = (spot: bigint, round: number, parent: Report | null): Report => {
      const grid = gridOf(leafOf(parent, 1));
      const surface = surfaceSeen({ grid, timeMs: timeOf(round) });
      const observations = NODES.map((id) => observeOf(config, id, round, { values: [spot, surface, surface] }));
      return buildReport(both, parent, observations, QUORUM, { round, timeMs: timeOf(round) });
    };
    const start = observe(SPOT, FIRST, null);
    expect(indices(start)).toEqual([0, 1, 2]);
    expect(indices(observe((SPOT * 1_005n) / 1_000n, FIRST + 1, start))).toEqual([0]);
  });
});

describe("a liar among four", () => {
  const bent = (id: number, parent: Report | null, kind: string, round: number): Observed => {
    const seen = surfaceSeen({ grid: gridOf(leafOf(parent, 1)), timeMs: timeOf(round), vol: 0.5 + id * 1e-4 });
    if (id !== 4) return seen;
    switch (kind) {
      case "on another grid":
        return { ...seen, gridRound: seen.gridRound + 1 };
      case "with absurd curves":
        return {
          ...seen,
          slices: seen.slices.map((one) => ({ ...one, variances: one.variances.map(() => 8n * UNIT) })),
        };
      case "with absurd forwards":
        return { ...seen, slices: seen.slices.map((one) => ({ ...one, forward: 1n })) };
      case "with expiries of its own":
        return { ...seen, slices: [1, 2, 3, 4].map((day) => ({ ...seen.slices[0]!, expiryMs: T0 + day * DAY_MS })) };
      default:
        return null;
    }
  };
  const kinds = ["on another grid", "with absurd curves", "with absurd forwards", "with expiries of its own", "silent"];

  test.each(kinds)("%s neither stops the surface nor moves it beyond what the others saw", (kind) => {
    const alone = next(null, FIRST, { surface: (id, parent) => (id === 4 ? null : bent(id, parent, "honest", FIRST)) });
    const report = next(null, FIRST, { surface: (id, parent) => bent(id, parent, kind, FIRST) });
    const { status, detail } = surfaceLeaf(report);
    expect(status).toBe("ok");
    expect(detail.slices.map(({ expiryMs }) => expiryMs)).toEqual(EXPIRIES);
    for (const [i, { theta, forward, params }] of detail.slices.entries()) {
      const honest = surfaceLeaf(alone).detail.slices[i]!;
      expect(forward).toBe(honest.forward);
      expect(Math.abs(Number(theta) / Number(honest.theta) - 1)).toBeLessThan(1e-3);
      for (const k of [-1, -0.3, 0, 0.3, 1]) expect(durrleman(toSvi(params), k)).toBeGreaterThan(0);
    }
  });
});

test("a surface without a book follows its own rule, and holds nothing for readers", () => {
  const shape: SurfaceShape = { ...surfaceShape, book: null };
  const plain = [spotRule, { ...surfaceRule(1), shape }];
  const start = next(null, FIRST, {}, plain);
  expect(surfaceLeaf(start).detail).toMatchObject({ spot: 0n, published: [] });
  expect(indices(start)).toEqual([0, 1]);
  expect(indices(next(start, FIRST + 1, { spot: (SPOT * 1_020n) / 1_000n }, plain))).toEqual([]);
});
