/** A volatility surface seen from above at an angle: strikes to the right, expiries into the depth, volatility up. */
import { FAINT, GRID, INK, WIDTH, label, polygon, polyline, svgFile } from "./svg-page.ts";
import { linear, roundTicks, shade } from "./svg-scale.ts";

export type SurfaceRow = {
  readonly years: number;
  /** Volatility in percent at each column. */
  readonly vols: readonly number[];
};

export type SurfacePicture = {
  readonly title: string;
  readonly subtitle: string;
  /** What stands on the columns, ascending. */
  readonly columns: readonly number[];
  readonly columnLabel: string;
  /** Nearest expiry first, at least two. */
  readonly rows: readonly SurfaceRow[];
};

const HEIGHT = 560;
/** The corners of the floor: near left, near right, and how far the far edge is shifted. */
const FLOOR = { left: 96, right: 520, near: 470, depthX: 120, depthY: -190 } as const;
const TALL = 190;
const BAR = { x: WIDTH - 46, top: 120, bottom: 360, width: 14 } as const;

type Place = readonly [x: number, y: number];

/** @param rows at least two, @param columns at least two */
export function surfacePicture({ title, subtitle, columns, columnLabel, rows }: SurfacePicture): string {
  const all = rows.flatMap(({ vols }) => vols);
  const ticks = roundTicks(Math.min(...all), Math.max(...all), 5);
  const across = linear([columns[0]!, columns.at(-1)!], [FLOOR.left, FLOOR.right]);
  // Near expiries would lie on one line by time itself.
  const roots = rows.map(({ years }) => Math.sqrt(years));
  const into = linear([roots[0]!, roots.at(-1)!], [0, 1]);
  const up = linear([ticks.low, ticks.high], [0, TALL]);
  const place = (column: number, depth: number, vol: number): Place => [
    across(column) + depth * FLOOR.depthX,
    FLOOR.near + depth * FLOOR.depthY - up(vol),
  ];
  const tint = linear([ticks.low, ticks.high], [0, 1]);
  const parts = [
    label(FLOOR.left - 60, 34, title, { size: 18, weight: 600 }),
    label(FLOOR.left - 60, 55, subtitle, { fill: FAINT }),
  ];
  const [first, last] = [columns[0]!, columns.at(-1)!];
  for (const value of ticks.values) {
    parts.push(polyline([place(first, 0, value), place(first, 1, value), place(last, 1, value)], { stroke: GRID }));
    const [x, y] = place(first, 0, value);
    parts.push(label(x - 8, y + 4, ticks.text(value), { anchor: "end", size: 12, fill: FAINT }));
  }
  parts.push(
    polyline([place(first, 0, ticks.low), place(last, 0, ticks.low), place(last, 1, ticks.low)], { stroke: INK }),
  );
  parts.push(...quads(rows, columns, roots.map(into), place, tint));
  const columnTicks = roundTicks(first, last, 6);
  for (const value of columnTicks.values.filter((one) => one >= first && one <= last)) {
    const [x, y] = place(value, 0, ticks.low);
    parts.push(
      polyline(
        [
          [x, y],
          [x, y + 5],
        ],
        { stroke: INK },
      ),
    );
    parts.push(label(x, y + 20, columnTicks.text(value), { anchor: "middle", size: 12, fill: FAINT }));
  }
  let lastLabelY = Number.POSITIVE_INFINITY;
  for (const [i, { years }] of rows.entries()) {
    const [x, y] = place(last, into(roots[i]!), ticks.low);
    // Labels of near expiries would cover each other.
    if (lastLabelY - y < 15) continue;
    lastLabelY = y;
    parts.push(
      polyline(
        [
          [x, y],
          [x + 6, y],
        ],
        { stroke: INK },
      ),
    );
    parts.push(label(x + 10, y + 4, `${(365 * years).toFixed(years < 0.03 ? 1 : 0)} d`, { size: 12, fill: FAINT }));
  }
  parts.push(
    label((FLOOR.left + FLOOR.right) / 2, FLOOR.near + 46, columnLabel, { anchor: "middle" }),
    label(28, FLOOR.near - TALL / 2, "implied volatility, % a year", { anchor: "middle", turn: -90 }),
    label(FLOOR.right + FLOOR.depthX / 2 + 62, FLOOR.near + FLOOR.depthY / 2 + 24, "days to expiry", {
      anchor: "middle",
      turn: -58,
    }),
    ...colourBar(ticks),
  );
  return svgFile(HEIGHT, `${title}. ${subtitle}`, parts);
}

/** From the far edge to the near one, so that what is in front covers what is behind. */
function quads(
  rows: readonly SurfaceRow[],
  columns: readonly number[],
  depths: readonly number[],
  place: (column: number, depth: number, vol: number) => Place,
  tint: (vol: number) => number,
): readonly string[] {
  const parts: string[] = [];
  for (let i = rows.length - 2; i >= 0; i--) {
    const [near, far] = [rows[i]!, rows[i + 1]!];
    for (let j = 0; j + 1 < columns.length; j++) {
      const corners = [near.vols[j]!, near.vols[j + 1]!, far.vols[j + 1]!, far.vols[j]!];
      const mean = corners.reduce((sum, vol) => sum + vol, 0) / 4;
      const [a, b] = [columns[j]!, columns[j + 1]!];
      const [front, back] = [depths[i]!, depths[i + 1]!];
      const shape = [
        place(a, front, corners[0]!),
        place(b, front, corners[1]!),
        place(b, back, corners[2]!),
        place(a, back, corners[3]!),
      ];
      parts.push(polygon(shape, shade(tint(mean)), "#ffffff"));
    }
  }
  return parts;
}

function colourBar({ low, high, values, text }: ReturnType<typeof roundTicks>): readonly string[] {
  const y = linear([low, high], [BAR.bottom, BAR.top]);
  const steps = 24;
  const step = (high - low) / steps;
  const boxes = Array.from({ length: steps }, (_, i) => {
    const [top, bottom] = [y(low + (i + 1) * step), y(low + i * step)];
    const box: Place[] = [
      [BAR.x, top],
      [BAR.x + BAR.width, top],
      [BAR.x + BAR.width, bottom],
      [BAR.x, bottom],
    ];
    return polygon(box, shade((i + 0.5) / steps), "none");
  });
  const texts = values.map((value) =>
    label(BAR.x - 6, y(value) + 4, text(value), { anchor: "end", size: 12, fill: FAINT }),
  );
  return [
    ...boxes,
    ...texts,
    label(BAR.x + BAR.width, BAR.top - 12, "% a year", { anchor: "end", size: 12, fill: FAINT }),
  ];
}
