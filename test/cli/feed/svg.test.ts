import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chainPictures } from "../../../src/cli/feed/pictures.ts";
import { chart } from "../../../src/cli/feed/svg-chart.ts";
import { roundTicks } from "../../../src/cli/feed/svg-scale.ts";
import { MethodMemory } from "../../../src/feeds/context.ts";
import { smileViews } from "../../../src/feeds/smile-view.ts";
import { shippedFeed } from "../../feeds/support/definitions.ts";
import { chainOf, FLAT_CHAIN, NOW_MS, snapshot, healthyBooks } from "../../feeds/support/snapshots.ts";

/** Every element is closed, nothing is NaN, and all of it lies on the paper. */
function faultsOf(svg: string): readonly string[] {
  const faults: string[] = [];
  const open: string[] = [];
  for (const [tag, slash, name = "", selfClosed] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (slash === "/") {
      if (open.pop() !== name) faults.push(`${tag} closes nothing`);
    } else if (selfClosed !== "/") open.push(name);
  }
  if (open.length > 0) faults.push(`open: ${open.join(" ")}`);
  if (/NaN|Infinity|undefined/.test(svg)) faults.push("a number that is none");
  const [, width = "", height = ""] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
  for (const [, x, y] of svg.matchAll(/<(?:text|circle) c?x="([-\d.]+)" c?y="([-\d.]+)"/g)) {
    if (Number(x) < 0 || Number(x) > Number(width) || Number(y) < 0 || Number(y) > Number(height))
      faults.push(`${x},${y}`);
  }
  return faults;
}

describe("round ticks", () => {
  test("are round, evenly spaced, not many, and enclose what is drawn", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        (low, span) => {
          const { low: from, high: to, values } = roundTicks(low, low + span, 6);
          const step = values[1]! - values[0]!;
          expect(from <= low + 1e-6 * step && to >= low + span - 1e-6 * step).toBe(true);
          expect(values.length).toBeLessThanOrEqual(9);
          const leading = Number(step.toExponential(6).split("e")[0]);
          expect([1, 2, 2.5, 5, 10].some((round) => Math.abs(leading - round) < 1e-3)).toBe(true);
        },
      ),
    );
  });

  test("say as many places as their step has", () => {
    const { values, text } = roundTicks(0.1, 0.32, 5);
    expect(values.map(text)).toEqual(["0.10", "0.15", "0.20", "0.25", "0.30", "0.35"]);
    expect(roundTicks(5, 5, 4).values.length).toBeGreaterThan(1);
  });
});

describe("pictures", () => {
  const feed = shippedFeed("BTC-USD.vol-surface");
  const vol = (k: number): number => 0.4 + 0.3 * k * k - 0.1 * k;
  const context = {
    snapshot: snapshot({ spots: healthyBooks(92_500), chains: [chainOf({ ...FLAT_CHAIN, vol })] }),
    memory: new MethodMemory(),
    slotTimeMs: NOW_MS,
    grid: () => ({ gridRound: 0, thetas: new Map<number, bigint>() }),
    window: () => null,
  };
  const views = smileViews(feed, context);
  const smiles = views.ok ? views.smiles : [];

  test("of a chain: one smile an expiry, the term structure and the surface, each a sound file", () => {
    expect(smiles).toHaveLength(5);
    const pictures = chainPictures("BTC-USD.vol-surface", smiles, []);
    expect(pictures.map(({ name }) => name)).toEqual([
      ...["23JAN26", "30JAN26", "6FEB26", "27FEB26", "27MAR26"].map((day) => `BTC-USD.vol-surface.smile-${day}.svg`),
      "BTC-USD.vol-surface.term-structure.svg",
      "BTC-USD.vol-surface.surface.svg",
    ]);
    for (const { name, svg } of pictures) expect(faultsOf(svg), name).toEqual([]);
    expect(pictures[0]?.svg).toContain("implied volatility, % a year");
  });

  test("draw what the nodes agreed on where it is given, and only on its own expiry", () => {
    const { expiryMs, years, fitted } = smiles[1]!;
    const pictures = chainPictures("x", smiles, [{ of: "agreed by the nodes", expiryMs, years, svi: fitted! }]);
    const drawn = pictures.filter(({ svg }) => svg.includes("agreed by the nodes")).map(({ name }) => name);
    expect(drawn).toEqual(["x.smile-30JAN26.svg", "x.term-structure.svg"]);
  });

  test("of expiries without a curve say why, and one slice alone is no surface", () => {
    const bare = { ...smiles[0]!, fitted: null, rmseVol: null, refusal: "too few <strikes> & quotes", points: [] };
    const pictures = chainPictures("x", [bare, smiles[1]!], []);
    expect(pictures.map(({ name }) => name)).not.toContain("x.surface.svg");
    expect(pictures[0]?.svg).toContain("no curve: too few &lt;strikes&gt; &amp; quotes");
    for (const { name, svg } of pictures) expect(faultsOf(svg), name).toEqual([]);
  });

  test("a chart of nothing still has axes", () => {
    expect(faultsOf(chart({ title: "t", subtitle: "s", xLabel: "x", yLabel: "y", series: [] }))).toEqual([]);
  });
});
