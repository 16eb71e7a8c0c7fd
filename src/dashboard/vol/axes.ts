/** The box around the surface: far walls with grid lines, and numbered edges that are never behind the sheet. */
import { axisLabels } from "../format.ts";
import type { Camera, Point3, Seen } from "./camera.ts";
import { type Mesh, share } from "./mesh.ts";
import { dayTicks, niceTicks } from "./ticks.ts";

export type Ink = { readonly line: string; readonly text: string; readonly strong: string; readonly font: string };

type Tick = { readonly at: number; readonly label: string };

function ticksOf(mesh: Mesh): { readonly x: Tick[]; readonly days: Tick[]; readonly vol: Tick[] } {
  const even = (range: readonly [number, number], count: number, factor: number): Tick[] => {
    const values = niceTicks(range[0], range[1], count);
    const labels = axisLabels(values.map((value) => Number((value * factor).toPrecision(12))));
    return values.map((value, i) => ({ at: 2 * share(value, range) - 1, label: labels[i]! }));
  };
  const days = mesh.rootDays[1] * mesh.rootDays[1];
  return {
    x: even(mesh.x, 5, 1),
    vol: even(mesh.vol, 5, 100),
    days: dayTicks(days).map((day) => ({ at: 2 * share(Math.sqrt(day), mesh.rootDays) - 1, label: String(day) })),
  };
}

function line(context: CanvasRenderingContext2D, camera: Camera, from: Point3, to: Point3): void {
  const [a, b] = [camera.see(from), camera.see(to)];
  context.moveTo(a.x, a.y);
  context.lineTo(b.x, b.y);
}

/** Which walls are behind: the far x side, the far y side. */
function farSides(camera: Camera): { readonly x: 1 | -1; readonly y: 1 | -1 } {
  const depth = (x: number, y: number): number => camera.see({ x, y, z: 0 }).depth;
  return { x: depth(1, 0) > depth(-1, 0) ? 1 : -1, y: depth(0, 1) > depth(0, -1) ? 1 : -1 };
}

/** Behind the sheet: floor and far walls. */
export function drawWalls(context: CanvasRenderingContext2D, camera: Camera, mesh: Mesh, ink: Ink): void {
  const ticks = ticksOf(mesh);
  const far = farSides(camera);
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  context.beginPath();
  for (const { at } of ticks.x) {
    line(context, camera, { x: at, y: -1, z: -1 }, { x: at, y: 1, z: -1 });
    line(context, camera, { x: at, y: far.y, z: -1 }, { x: at, y: far.y, z: 1 });
  }
  for (const { at } of ticks.days) {
    line(context, camera, { x: -1, y: at, z: -1 }, { x: 1, y: at, z: -1 });
    line(context, camera, { x: far.x, y: at, z: -1 }, { x: far.x, y: at, z: 1 });
  }
  for (const { at } of ticks.vol) {
    line(context, camera, { x: far.x, y: -1, z: at }, { x: far.x, y: 1, z: at });
    line(context, camera, { x: -1, y: far.y, z: at }, { x: 1, y: far.y, z: at });
  }
  context.stroke();
  context.strokeStyle = ink.text;
  context.globalAlpha = 0.55;
  context.beginPath();
  const floor: Point3[] = [
    { x: -1, y: -1, z: -1 },
    { x: 1, y: -1, z: -1 },
    { x: 1, y: 1, z: -1 },
    { x: -1, y: 1, z: -1 },
  ];
  for (const [i, corner] of floor.entries()) line(context, camera, corner, floor[(i + 1) % 4]!);
  line(context, camera, { x: far.x, y: far.y, z: -1 }, { x: far.x, y: far.y, z: 1 });
  context.stroke();
  context.globalAlpha = 1;
}

/** Outwards from the middle of the picture, so that numbers stand beside the box and not in it. */
function label(context: CanvasRenderingContext2D, text: string, at: Seen, away: Seen, distance: number): void {
  const [dx, dy] = [at.x - away.x, at.y - away.y];
  const size = Math.hypot(dx, dy) || 1;
  context.fillText(text, at.x + (dx / size) * distance, at.y + (dy / size) * distance);
}

/** The corner whose upright edge stands furthest left: the numbers of volatility are never in front of the sheet. */
function leftmostCorner(camera: Camera): { readonly x: number; readonly y: number } {
  const corners = [-1, 1].flatMap((x) => [-1, 1].map((y) => ({ x, y })));
  const left = ({ x, y }: { x: number; y: number }): number => camera.see({ x, y, z: 0 }).x;
  return corners.reduce((best, corner) => (left(corner) < left(best) ? corner : best));
}

const MARGIN_PX = 15;

export function drawNumbers(context: CanvasRenderingContext2D, camera: Camera, mesh: Mesh, ink: Ink): void {
  const ticks = ticksOf(mesh);
  const far = farSides(camera);
  const near = { x: -far.x, y: -far.y };
  const floor = (x: number, y: number): Seen => camera.see({ x, y, z: -1 });
  context.font = ink.font;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = ink.text;
  for (const { at, label: text } of ticks.x) label(context, text, floor(at, near.y), floor(at, 0), MARGIN_PX + 4);
  for (const { at, label: text } of ticks.days) label(context, text, floor(near.x, at), floor(0, at), MARGIN_PX);
  const corner = leftmostCorner(camera);
  context.textAlign = "right";
  for (const { at, label: text } of ticks.vol) {
    const point = camera.see({ ...corner, z: at });
    context.fillText(text, point.x - 8, point.y);
  }
  context.fillStyle = ink.strong;
  context.textAlign = "center";
  label(
    context,
    mesh.axis === "strike" ? "Strike, USD" : "Log-moneyness",
    floor(0, near.y),
    floor(0, 0),
    MARGIN_PX + 38,
  );
  label(context, "Days", floor(near.x, 0), floor(0, 0), MARGIN_PX + 32);
  const top = camera.see({ ...corner, z: 1 });
  context.textAlign = "left";
  context.fillText("Vol, %", Math.max(2, top.x - 34), Math.max(9, top.y - 15));
}
