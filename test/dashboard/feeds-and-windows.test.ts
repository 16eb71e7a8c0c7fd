/** What the page decides without a document: groups, the filter, sparklines, the settlement's clock. */
import { describe, expect, test } from "vitest";
import { columnsOf, matches } from "../../src/dashboard/feed-groups.ts";
import { clockworkOf, coverageWords } from "../../src/dashboard/settlement-words.ts";
import { sparkPath, SPARK_HEIGHT, SPARK_WIDTH } from "../../src/dashboard/spark-path.ts";
import { smileFacts, smileOf, smilePicture } from "../../src/dashboard/vol/smile-picture.ts";
import { forwardPicture, volTermPicture } from "../../src/dashboard/vol/term-picture.ts";
import { makeFixture } from "../api/fixture.ts";

const NOW_MS = 1_768_300_000_000;
const { state } = makeFixture({ nowMs: NOW_MS });

describe("groups", () => {
  test("every feed stands in exactly one group of its symbol, tenors ascending", () => {
    const columns = columnsOf(state.feeds);
    expect(columns.map(({ symbol }) => symbol)).toEqual(["BTC-USD", "ETH-USD"]);
    const shown = columns.flatMap(({ groups }) => groups.flatMap(({ feeds }) => feeds.map(({ name }) => name)));
    expect(shown.toSorted()).toEqual(state.feeds.map(({ name }) => name).toSorted());
    expect(columns[0]!.groups.map(({ key }) => key)).toEqual([
      "prices",
      "volatility",
      "carry",
      "surface",
      "settlement",
    ]);
    expect(columns[0]!.groups[1]!.feeds.map(({ name }) => name.slice(8))).toEqual([
      "iv-atm-7d",
      "iv-atm-30d",
      "iv-atm-90d",
      "vol-index-30d",
      "skew-25d-30d",
      "realised-vol-7d",
      "realised-vol-30d",
    ]);
  });

  test("a kind that the page does not know is shown all the same, and no group is empty", () => {
    const odd = { ...state.feeds[0]!, name: "BTC-USD.open-interest", kind: "open-interest" };
    expect(columnsOf([odd])[0]!.groups.map(({ title }) => title)).toEqual(["Others"]);
    expect(columnsOf([])).toEqual([]);
  });

  test("the filter finds every word in what a feed is called, in any order and case", () => {
    const spot = state.feeds.find(({ name }) => name === "BTC-USD.spot-index")!;
    expect(matches(spot, "INDEX btc")).toBe(true);
    expect(matches(spot, "btc vol")).toBe(false);
    expect(matches({ ...spot, status: "missing" }, "missing")).toBe(true);
  });
});

describe("sparklines", () => {
  const at = (timeMs: number, value: string | null) => ({
    timeMs,
    value,
    status: value === null ? ("missing" as const) : ("ok" as const),
  });

  test("fill their box from the lowest to the highest value", () => {
    const path = sparkPath([at(0, "1"), at(50, "3"), at(100, "2")], 0, 100);
    expect(path).toBe(`M0.0,${SPARK_HEIGHT - 2}.0L${SPARK_WIDTH / 2}.0,2.0L${SPARK_WIDTH}.0,14.0`);
  });

  test("break where nothing was agreed, and are level where nothing moves", () => {
    expect(
      sparkPath([at(0, "1"), at(25, "2"), at(50, null), at(75, "1"), at(100, "2")], 0, 100).match(/M/g),
    ).toHaveLength(2);
    expect(sparkPath([at(0, "5"), at(100, "5")], 0, 100)).toBe(`M0.0,14.0L${SPARK_WIDTH}.0,14.0`);
    expect(sparkPath([at(0, "5")], 0, 100)).toBe("");
    expect(sparkPath([], 0, 100)).toBe("");
  });

  test("thin out many points, and keep the last", () => {
    const many = Array.from({ length: 5_000 }, (_, i) => at(i, String(i % 7)));
    const path = sparkPath(many, 0, 4_999);
    expect(path.split("L").length).toBeLessThanOrEqual(121);
    expect(path).toContain(`L${SPARK_WIDTH}.0,`);
  });
});

describe("a settlement's clock", () => {
  const settlement = state.feeds.find(({ name }) => name === "BTC-USD.settlement")!.settlement!;
  const { expiryMs } = settlement.agreed!;

  test("runs by the schedule alone, from one window to the next", () => {
    expect(clockworkOf(settlement, NOW_MS)).toMatchObject({ expiryMs, isRunning: true, leftMs: expiryMs - NOW_MS });
    expect(clockworkOf(settlement, expiryMs - settlement.windowMs)).toMatchObject({ isRunning: true, passed: 0 });
    expect(clockworkOf(settlement, expiryMs)).toMatchObject({
      expiryMs: expiryMs + settlement.periodMs,
      isRunning: false,
      leftMs: settlement.periodMs - settlement.windowMs,
    });
  });

  test("says how much this node and the network saw, and when this node's number will not count", () => {
    expect(coverageWords(settlement)).toEqual({
      network: "99.8 %",
      own: "55.6 %",
      ownNote: "8 min 8 s not seen",
      isOwnLow: true,
    });
    const whole = { ...settlement, own: { ...settlement.own!, coveredMs: settlement.own!.elapsedMs } };
    expect(coverageWords(whole)).toMatchObject({ own: "100.0 %", ownNote: "no hole", isOwnLow: false });
    expect(coverageWords({ ...settlement, own: null, agreed: null })).toMatchObject({
      network: "\u2013",
      own: "\u2013",
    });
  });
});

describe("pictures of a surface", () => {
  const surface = state.surfaces.get("BTC-USD.vol-surface")!;
  const { expiryMs, atmVol, forward } = surface.slices[4]!;
  const smile = smileOf(surface, expiryMs)!;

  test("a smile has every quoted strike in one of its ranges and a line a curve, in percent", () => {
    const { shapes, y, x } = smilePicture(smile, "strike");
    const lines = shapes.filter(({ kind }) => kind === "line");
    expect(lines.map(({ name }) => name)).toEqual(["published", "own", "agreed"]);
    const agreed = lines.at(-1)!;
    const points = "points" in agreed ? agreed.points : [];
    const nearest = points.reduce((best, one) =>
      Math.abs(one[0] - forward) < Math.abs(best[0] - forward) ? one : best,
    );
    expect(nearest[1]).toBeCloseTo(atmVol * 100, 0);
    for (const [at, vol] of points) {
      expect(at).toBeGreaterThanOrEqual(x.low);
      expect(vol).toBeLessThanOrEqual(y.high + 1e-9);
    }
  });

  test("probing the agreed curve at the forward tells its volatility there", () => {
    expect(smilePicture(smile, "moneyness").probe(0)).toContain(`agreed ${(atmVol * 100).toFixed(2)} %`);
  });

  test("facts say what was used, how well it fits, and what is not there", () => {
    expect(smileFacts(surface, smile)).toMatch(/\d+ of \d+ strikes used, this node's curve 0\.31 vol pts off them\./);
    expect(smileFacts(surface, smileOf(surface, surface.slices[2]!.expiryMs)!)).toContain(
      "This node has no curve: no curve fits",
    );
    expect(smileOf(surface, 1)).toBeNull();
  });

  test("the term structures have a point an expiry, and the spot at day zero", () => {
    const names = volTermPicture(surface).shapes.map(({ kind, name }) => `${name} ${kind}`);
    expect(names).toContain("agreed dots");
    const { shapes, x } = forwardPicture(surface, 97_000);
    expect(shapes.at(-1)).toEqual({ kind: "dots", name: "spot", points: [[0, 97_000]] });
    expect(x.ticks.map(({ label }) => label)).toEqual(["1", "7", "30", "90", "180"]);
    const none = { ...surface, slices: [], smiles: [] };
    expect(volTermPicture(none).shapes.flatMap((shape) => ("points" in shape ? shape.points : []))).toEqual([]);
  });
});
