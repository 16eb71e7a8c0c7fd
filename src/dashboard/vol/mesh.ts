/** A surface as quadrilaterals in a cube, and which of them lies under a pixel. Pure. */
import type { Camera, Point3, Seen } from "./camera.ts";
import { niceRange } from "./ticks.ts";
import { DAY_MS, forwardAt, readSurface, type Slice } from "./surface-math.ts";

export type XAxis = "moneyness" | "strike";

/** The data at one vertex. */
export type Node = {
  readonly k: number;
  readonly strike: number;
  readonly expiryMs: number;
  readonly days: number;
  readonly vol: number;
};

export type Mesh = {
  /** rows × columns; a row is one time, a column one number of standard deviations from the forward. */
  readonly nodes: readonly (readonly Node[])[];
  /** Rows that are an expiry. */
  readonly expiryRows: readonly number[];
  readonly x: readonly [number, number];
  /** Of √days. */
  readonly rootDays: readonly [number, number];
  readonly vol: readonly [number, number];
  readonly axis: XAxis;
};

/** Standard deviations to either side: beyond, no option is quoted and the wings say what the formula says. */
const REACH = 2.2;
const COLUMNS = 37;
/** Rows in all, shared out over the gaps between expiries by √time. */
const ROWS = 34;

/** Expiry times of the rows: every expiry, and between two of them enough to be smooth. */
function rowTimes(
  slices: readonly Slice[],
  timeMs: number,
): { readonly times: number[]; readonly expiryRows: number[] } {
  const root = (expiryMs: number): number => Math.sqrt(Math.max(0, expiryMs - timeMs));
  const first = slices[0]!;
  const last = slices.at(-1)!;
  const whole = root(last.expiryMs) - root(first.expiryMs);
  const times: number[] = [first.expiryMs];
  const expiryRows = [0];
  for (const [i, far] of slices.entries()) {
    const near = slices[i - 1];
    if (near === undefined) continue;
    const gap = root(far.expiryMs) - root(near.expiryMs);
    const steps = Math.max(1, Math.round((ROWS * gap) / whole));
    for (let step = 1; step < steps; step++) {
      const at = root(near.expiryMs) + (gap * step) / steps;
      times.push(timeMs + at * at);
    }
    times.push(far.expiryMs);
    expiryRows.push(times.length - 1);
  }
  return { times, expiryRows };
}

/** @returns null of fewer than two slices, or where a slice has no variance: a sheet needs two edges */
export function meshOf(slices: readonly Slice[], axis: XAxis): Mesh | null {
  const first = slices[0];
  if (first === undefined || slices.length < 2) return null;
  const timeMs = first.expiryMs - first.years * 365 * DAY_MS;
  const { times, expiryRows } = rowTimes(slices, timeMs);
  const nodes: Node[][] = [];
  for (const expiryMs of times) {
    const row = rowOf(slices, expiryMs, timeMs);
    if (row === null) return null;
    nodes.push(row);
  }
  const all = nodes.flat();
  const span = (pick: (node: Node) => number): [number, number] => [
    Math.min(...all.map(pick)),
    Math.max(...all.map(pick)),
  ];
  const [lowVol, highVol] = span(({ vol }) => vol);
  const [low, high] = span((node) => (axis === "strike" ? node.strike : node.k));
  const days = span((node) => node.days);
  return {
    nodes,
    expiryRows,
    axis,
    x: niceRange(low, high, 8),
    rootDays: [0, Math.sqrt(days[1])],
    vol: niceRange(lowVol, highVol, 6),
  };
}

function rowOf(slices: readonly Slice[], expiryMs: number, timeMs: number): Node[] | null {
  const forward = forwardAt(slices, expiryMs);
  const atMoney = forward === null ? null : readSurface(slices, forward, expiryMs);
  if (atMoney === null || !atMoney.ok) return null;
  const reach = REACH * Math.sqrt(atMoney.totalVariance);
  const row: Node[] = [];
  for (let column = 0; column < COLUMNS; column++) {
    const k = reach * ((2 * column) / (COLUMNS - 1) - 1);
    const strike = atMoney.forward * Math.exp(k);
    const reading = readSurface(slices, strike, expiryMs);
    if (!reading.ok) return null;
    row.push({ k, strike, expiryMs, days: (expiryMs - timeMs) / DAY_MS, vol: reading.vol });
  }
  return row;
}

export function share(value: number, [low, high]: readonly [number, number]): number {
  return (value - low) / (high - low);
}

/** Where a vertex stands in the cube: x across, y away with time, z up with volatility. */
export function place(mesh: Mesh, node: Pick<Node, "k" | "strike" | "days" | "vol">): Point3 {
  const x = mesh.axis === "strike" ? node.strike : node.k;
  return {
    x: 2 * share(x, mesh.x) - 1,
    y: 2 * share(Math.sqrt(Math.max(0, node.days)), mesh.rootDays) - 1,
    z: 2 * share(node.vol, mesh.vol) - 1,
  };
}

export type Facet = {
  readonly row: number;
  readonly column: number;
  readonly corners: readonly [Seen, Seen, Seen, Seen];
  readonly vol: number;
  /** 0 … 1: how squarely the light falls on it. */
  readonly light: number;
  readonly depth: number;
};

/** Light from above, from the left and the front. */
const LIGHT: Point3 = { x: -0.45, y: -0.5, z: 0.74 };

function lightOn(one: Point3, other: Point3, third: Point3): number {
  const [ax, ay, az] = [other.x - one.x, other.y - one.y, other.z - one.z];
  const [bx, by, bz] = [third.x - one.x, third.y - one.y, third.z - one.z];
  const [nx, ny, nz] = [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
  const size = Math.hypot(nx, ny, nz) || 1;
  return Math.abs((nx * LIGHT.x + ny * LIGHT.y + nz * LIGHT.z) / size);
}

/** The quadrilaterals as they are seen, the furthest first: painted in this order, near ones cover far ones. */
export function facetsOf(mesh: Mesh, camera: Camera): readonly Facet[] {
  const places = mesh.nodes.map((row) => row.map((node) => place(mesh, node)));
  const seen = places.map((row) => row.map((point) => camera.see(point)));
  const facets: Facet[] = [];
  for (let row = 0; row + 1 < seen.length; row++) {
    for (let column = 0; column + 1 < COLUMNS; column++) {
      const corners = [
        seen[row]![column]!,
        seen[row]![column + 1]!,
        seen[row + 1]![column + 1]!,
        seen[row + 1]![column]!,
      ] as const;
      const [a, b, c, d] = [
        mesh.nodes[row]![column]!,
        mesh.nodes[row]![column + 1]!,
        mesh.nodes[row + 1]![column + 1]!,
        mesh.nodes[row + 1]![column]!,
      ];
      facets.push({
        row,
        column,
        corners,
        vol: (a.vol + b.vol + c.vol + d.vol) / 4,
        light: lightOn(places[row]![column]!, places[row]![column + 1]!, places[row + 1]![column]!),
        depth: (corners[0].depth + corners[1].depth + corners[2].depth + corners[3].depth) / 4,
      });
    }
  }
  return facets.sort((one, other) => other.depth - one.depth);
}

function isInside(corners: Facet["corners"], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = 3; i < 4; j = i++) {
    const [one, other] = [corners[i]!, corners[j]!];
    const crosses = one.y > y !== other.y > y;
    if (crosses && x < ((other.x - one.x) * (y - one.y)) / (other.y - one.y) + one.x) inside = !inside;
  }
  return inside;
}

/** The vertex nearest to a pixel on the nearest quadrilateral under it; null beside the surface. */
export function pick(mesh: Mesh, facets: readonly Facet[], x: number, y: number): Node | null {
  const facet = facets.findLast(({ corners }) => isInside(corners, x, y));
  if (facet === undefined) return null;
  const distances = facet.corners.map((corner) => Math.hypot(corner.x - x, corner.y - y));
  const nearest = distances.indexOf(Math.min(...distances));
  const row = facet.row + (nearest >= 2 ? 1 : 0);
  const column = facet.column + (nearest === 1 || nearest === 2 ? 1 : 0);
  return mesh.nodes[row]?.[column] ?? null;
}
