/** The term structures: volatility at the forward, and the forwards themselves. Pure. */
import type { SurfaceView } from "../../api/derivatives-view.ts";
import { axisLabels, formatCount, formatDays } from "../format.ts";
import { DAY_MS, type Slice, slicesOf, totalVariance } from "./surface-math.ts";
import { dayTicks, niceRange, niceTicks } from "./ticks.ts";
import type { Axis, Picture, Shape } from "./picture.ts";

const SOURCES = ["published", "own", "agreed"] as const;
const WORDS = { published: "published", own: "this node", agreed: "agreed" } as const;

type Line = { readonly name: (typeof SOURCES)[number]; readonly points: readonly (readonly [number, number])[] };

/** √days: the near expiries stand as far apart as the far ones. */
function rootDays({ years }: Slice): number {
  return Math.sqrt(Math.max(0, years * 365));
}

function xAxis(lines: readonly Line[]): Axis {
  const last = Math.max(1, ...lines.flatMap(({ points }) => points.map(([x]) => x)));
  const ticks = dayTicks(last * last).map((days) => ({ at: Math.sqrt(days), label: String(days) }));
  return { low: -0.02 * last, high: last * 1.02, ticks, title: "Days to expiry" };
}

function yAxis(lines: readonly Line[], more: readonly number[], title: string, count: number): Axis {
  const values = [...more, ...lines.flatMap(({ points }) => points.map(([, y]) => y))];
  const [low, high] =
    values.length === 0 ? ([0, 1] as const) : niceRange(Math.min(...values), Math.max(...values), count);
  const ticks = niceTicks(low, high, count);
  return { low, high, ticks: axisLabels(ticks).map((label, i) => ({ at: ticks[i]!, label })), title };
}

function shapesOf(lines: readonly Line[]): Shape[] {
  return lines.flatMap(({ name, points }) => [
    { kind: "line", name, points } as const,
    { kind: "dots", name, points } as const,
  ]);
}

function nearest(points: Line["points"], x: number): readonly [number, number] | undefined {
  const first = points[0];
  if (first === undefined) return undefined;
  return points.reduce((best, one) => (Math.abs(one[0] - x) < Math.abs(best[0] - x) ? one : best), first);
}

function probe(lines: readonly Line[], x: number, words: (y: number) => string): string {
  const at = nearest(lines.find(({ name }) => name === "agreed")?.points ?? lines[0]?.points ?? [], x);
  if (at === undefined) return "";
  const parts = lines.flatMap(({ name, points }) => {
    const point = nearest(points, at[0]);
    return point === undefined || Math.abs(point[0] - at[0]) > 0.05 ? [] : `${WORDS[name]} ${words(point[1])}`;
  });
  return [`In ${formatDays(at[0] * at[0])}`, ...parts.reverse()].join("  ");
}

function linesOf(surface: SurfaceView, value: (slice: Slice) => number): readonly Line[] {
  return SOURCES.map((name) => ({
    name,
    points: slicesOf(surface, name).map((slice) => [rootDays(slice), value(slice)] as const),
  }));
}

export function volTermPicture(surface: SurfaceView): Picture {
  const lines = linesOf(surface, ({ svi, years }) => Math.sqrt(Math.max(0, totalVariance(svi, 0)) / years) * 100);
  return {
    x: xAxis(lines),
    y: yAxis(lines, [], "Volatility at the forward, %", 4),
    shapes: shapesOf(lines),
    summary: `Volatility at the forward of ${surface.slices.length} agreed expiries`,
    probe: (x) => probe(lines, x, (vol) => `${vol.toFixed(2)} %`),
  };
}

/** @param spot the agreed spot index, drawn at day zero; null without one */
export function forwardPicture(surface: SurfaceView, spot: number | null): Picture {
  const lines = linesOf(surface, ({ forward }) => forward);
  const dot: Shape[] = spot === null ? [] : [{ kind: "dots", name: "spot", points: [[0, spot]] }];
  return {
    x: xAxis(lines),
    y: yAxis(lines, spot === null ? [] : [spot], "Forward, USD", 4),
    shapes: [...shapesOf(lines), ...dot],
    summary: `Forwards of ${surface.slices.length} agreed expiries`,
    probe: (x) => probe(lines, x, (forward) => formatCount(forward)),
  };
}

/** The expiry whose time is nearest to `days` from `timeMs`. */
export function expiryNear(expiries: readonly number[], timeMs: number, days: number): number | undefined {
  const wanted = timeMs + days * DAY_MS;
  const first = expiries[0];
  if (first === undefined) return undefined;
  return expiries.reduce((best, one) => (Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best), first);
}
