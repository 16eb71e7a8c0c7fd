/** What the page is told of a signed leaf and of this node's own evaluation. */
import { describe, expect, test } from "vitest";
import type { FeedRule, SettlementShape, SurfaceShape } from "../../src/feeds/rule.ts";
import { amountIn, deviationText, leafDetail, ownOf, publishedOf, settlementView } from "../../src/node/view-rows.ts";
import { isSurfaceRule, surfaceView } from "../../src/node/surface-view.ts";
import type { SurfaceDetail, SviWords } from "../../src/report/detail.ts";
import type { FeedState, Report } from "../../src/report/report.ts";

const WAD = 10n ** 18n;
const NOW_MS = 1_768_300_000_000;
const YEAR_MS = 365 * 86_400_000;
const EXPIRY_MS = NOW_MS + YEAR_MS / 4;
const amount = amountIn(8);
const id = (digit: string): `0x${string}` => `0x${digit.repeat(64)}`;

const settlementShape: SettlementShape = {
  type: "settlement",
  periodMs: 86_400_000,
  offsetMs: 28_800_000,
  windowMs: 1_800_000,
  minCoveragePpm: 950_000,
};
const rule: FeedRule = {
  index: 0,
  name: "BTC-USD.spot-index",
  feedId: id("1"),
  definitionDigest: id("2"),
  decimals: 8,
  shape: { type: "scalar" },
  heartbeatMs: 3_600_000,
  heartbeatMarginMs: 60_000,
  deviation: { type: "relative", bps: 10 },
  agreement: { type: "relative", bps: 100 },
  statusGraceMs: 5_000,
};
const surfaceShape: SurfaceShape = {
  type: "surface",
  everyRounds: 10,
  phase: 0,
  minTenorMs: 3_600_000,
  maxTenorMs: 400 * 86_400_000,
  minExpiries: 2,
  maxExpiries: 12,
  startVariance: WAD,
  agreementVol: WAD,
  fitTolerance: { centre: WAD, wing: WAD },
  headlineMs: 30 * 86_400_000,
  book: null,
};
const leaf: FeedState = {
  feedId: id("1"),
  definitionDigest: id("2"),
  status: "ok",
  value: 9_700_000_000_000n,
  confidencePpb: 5,
  timeMs: NOW_MS,
  pubStatus: "ok",
  pubValue: 9_600_000_000_000n,
  pubConfidencePpb: 5,
  pubRound: 3,
  pubTimeMs: NOW_MS - 60_000,
  detail: null,
};

describe("deviation in words", () => {
  const absolute = (text: bigint): FeedRule => ({ ...rule, deviation: { type: "absolute", amount: text } });
  test.each([
    [rule, "USD/BTC", "0.1 %"],
    [absolute(500_000n), "1/sqrt(year)", "0.50 vol points"],
    [absolute(500_000n), "1/year", "0.50 % a year"],
    [absolute(10_000n), "1", "0.01 %"],
    [{ ...rule, shape: settlementShape }, "USD/BTC", "its final price"],
    [{ ...absolute(1_000_000n), shape: surfaceShape }, "1/sqrt(year)", "1.00 vol points"],
  ])("case %#", (given, unit, wanted) => expect(deviationText(given, unit)).toBe(wanted));
});

describe("this node's own evaluation", () => {
  const line = { source: "kraken:BTC-USD", label: "middle of the book", value: 97_000, unit: "USD/BTC", weight: 0.5 };

  test("keeps its inputs, notes and exclusions", () => {
    const view = ownOf(
      { kind: "value", value: 1n, observed: 1n, sources: [line.source], inputs: [line], excluded: [], notes: [] },
      amount,
    );
    expect(view).toMatchObject({ kind: "value", value: { raw: "1", text: "0.00000001" }, inputs: [line], notes: [] });
    expect(ownOf(undefined, amount)).toBeNull();
  });

  test("carries what it costs to move it where the method says so, and null elsewhere", () => {
    const value = { kind: "value", value: 1n, observed: 1n, sources: [], inputs: [], excluded: [], notes: [] } as const;
    const depth = { downUsd: 1e6, upUsd: 2e6, isLowerBound: true, books: [] };
    expect(ownOf({ ...value, depth }, amount)).toMatchObject({ depth });
    expect(ownOf({ ...value, depth: null }, amount)).toMatchObject({ depth: null });
    expect(ownOf(value, amount)).toMatchObject({ depth: null });
  });

  test("says why it is missing, with the inputs it had", () => {
    const view = ownOf(
      { kind: "missing", reason: "no-chain", detail: "timed out", inputs: [line], excluded: [] },
      amount,
    );
    expect(view).toEqual({
      kind: "missing",
      reason: "no-chain",
      detail: "timed out",
      sources: [],
      inputs: [line],
      excluded: [],
    });
  });
});

const params: SviWords = { a: WAD / 100n, b: WAD / 10n, rho: -WAD / 4n, m: 0n, sigma: WAD / 5n };
const detail: SurfaceDetail = {
  kind: "surface",
  gridRound: 40,
  spot: 9_700_000_000_000n,
  slices: [
    {
      expiryMs: EXPIRY_MS,
      forward: 9_800_000_000_000n,
      params,
      theta: (WAD * 9n) / 100n,
      centreErrorVolBps: 3,
      wingErrorVolBps: 8,
    },
  ],
  published: [
    { expiryMs: EXPIRY_MS, round: 30, fitTimeMs: NOW_MS - YEAR_MS / 4, forwardRatio: WAD + WAD / 100n, params },
  ],
};

describe("a surface", () => {
  const surfaceRule = {
    ...rule,
    index: 1,
    name: "BTC-USD.vol-surface",
    feedId: id("3"),
    shape: {
      ...surfaceShape,
      book: {
        spotPosition: 0,
        settlementWindowMs: 0,
        lambda: 4n * WAD,
        rest: WAD,
        spotTolerance: 1n,
        premiumTolerance: 1n,
        floor: 1n,
        gas: { transaction: 1, spot: 1, slice: 1 },
      },
    },
  } as const;
  const report: Report = {
    round: 44,
    reportTimeMs: NOW_MS + 4_000,
    pushes: [],
    leaves: [leaf, { ...leaf, feedId: id("3"), value: 60_000_000n, detail }],
  };
  const nothing = { ok: false, detail: "no-chain: timed out" } as const;

  test("is told in numbers: years from the agreement, volatility at the forward, what readers hold", () => {
    expect(isSurfaceRule(surfaceRule)).toBe(true);
    const view = surfaceView(surfaceRule, [rule, surfaceRule], report, nothing, amount);
    expect(view).toMatchObject({
      round: 44,
      gridRound: 40,
      timeMs: NOW_MS,
      headlineDays: 30,
      refusal: "no-chain: timed out",
    });
    const slice = view.slices[0]!;
    expect(slice).toMatchObject({ years: 0.25, forward: 98_000, theta: 0.09, atmVol: 0.6, centreErrorVolBps: 3 });
    expect(slice.params).toEqual({ a: 0.01, b: 0.1, rho: -0.25, m: 0, sigma: 0.2 });
    // The ratio of 1.01 times the spot that was published, not the one that is agreed on.
    expect(slice.published).toMatchObject({ round: 30, years: 0.5, forward: 96_960 });
  });

  test("without a published spot readers have no forward, and without a report there is nothing but the reason", () => {
    const unpublished = { ...report, leaves: [{ ...leaf, pubStatus: "none" as const }, report.leaves[1]!] };
    expect(
      surfaceView(surfaceRule, [rule, surfaceRule], unpublished, nothing, amount).slices[0]!.published!.forward,
    ).toBeNull();
    expect(surfaceView(surfaceRule, [rule, surfaceRule], null, nothing, amount)).toMatchObject({
      round: null,
      status: "none",
      timeMs: null,
      slices: [],
      smiles: [],
    });
  });

  test("in a leaf is decimal text that JSON cannot round", () => {
    const text = JSON.stringify(leafDetail(detail));
    expect(JSON.parse(text)).toMatchObject({
      slices: [{ theta: "90000000000000000", wingErrorVolBps: 8, params: { rho: "-250000000000000000" } }],
      published: [{ forwardRatio: "1010000000000000000" }],
    });
    expect(leafDetail(null)).toBeNull();
  });
});

describe("a settlement", () => {
  const expiryMs = Math.floor(NOW_MS / 86_400_000) * 86_400_000 + 28_800_000;
  const settled: FeedState = {
    ...leaf,
    detail: {
      kind: "settlement",
      expiryMs,
      phase: "final",
      fixed: 5n,
      variable: 0n,
      coveragePpm: 990_000,
      pubExpiryMs: expiryMs,
    },
  };

  test("has its parts, this node's own window, and past prices newest first under the expiry they belong to", () => {
    const own = { expiryMs, mean: 97_000, coveredMs: 900_000, elapsedMs: 1_800_000 };
    const published = Array.from({ length: 10 }, (_, i) => ({
      timeMs: expiryMs - (10 - i) * 86_400_000 + 2_000,
      value: String(i),
      round: i,
    }));
    const view = settlementView(settlementShape, settled, own, published, amount);
    expect(view).toMatchObject({
      windowMs: 1_800_000,
      own,
      agreed: { phase: "final", coveragePpm: 990_000, fixed: { raw: "5" } },
    });
    expect(view.past).toHaveLength(8);
    expect(view.past[0]).toMatchObject({ expiryMs: expiryMs - 86_400_000, value: { raw: "9" } });
  });

  test("before the first report has its schedule alone", () =>
    expect(settlementView(settlementShape, undefined, null, [], amount)).toMatchObject({
      agreed: null,
      own: null,
      past: [],
    }));

  test("in a leaf is plain data, and what was never published is null", () => {
    expect(leafDetail(settled.detail)).toMatchObject({ phase: "final", fixed: "5", variable: "0" });
    expect(publishedOf({ ...leaf, pubStatus: "none" }, amount)).toBeNull();
    expect(publishedOf(leaf, amount)).toMatchObject({ round: 3, value: { text: "96000.00000000" } });
  });
});
