/** A chart with two axes: round ticks, labels with units, series of lines, dots and bars, a legend. */
import { type Stroke, FAINT, GRID, INK, WIDTH, dot, label, polyline, svgFile } from "./svg-page.ts";
import { type Scale, linear, roundTicks } from "./svg-scale.ts";

export type Point = { readonly x: number; readonly y: number };

export type Series =
  | { readonly kind: "line"; readonly name: string; readonly points: readonly Point[]; readonly stroke: Stroke }
  | {
      readonly kind: "dots";
      readonly name: string;
      readonly points: readonly Point[];
      readonly fill: string;
      readonly hollow: boolean;
    }
  /** From low to high at each x, as bid and ask. */
  | {
      readonly kind: "bars";
      readonly name: string;
      readonly points: readonly { readonly x: number; readonly low: number; readonly high: number }[];
      readonly stroke: Stroke;
    };

export type ChartOptions = {
  readonly title: string;
  readonly subtitle: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
  /** A vertical line, such as the forward. */
  readonly mark?: { readonly x: number; readonly name: string };
};

const HEIGHT = 500;
const PLOT = { left: 78, right: WIDTH - 24, top: 92, bottom: HEIGHT - 62 } as const;
/** Widths of letters differ; a legend may rather be too wide. */
const LETTER = 7.2;

function valuesOf(series: Series): readonly number[] {
  return series.kind === "bars"
    ? series.points.flatMap(({ low, high }) => [low, high])
    : series.points.map(({ y }) => y);
}

function draw(series: Series, x: Scale, y: Scale): string {
  switch (series.kind) {
    case "line":
      return polyline(
        series.points.map((point) => [x(point.x), y(point.y)] as const),
        series.stroke,
      );
    case "dots":
      return series.points
        .map((point) => dot(x(point.x), y(point.y), 3.2, series.hollow ? "#ffffff" : series.fill, series.fill))
        .join("\n");
    case "bars":
      return series.points
        .map(({ x: at, low, high }) => {
          const [px, top, bottom] = [x(at), y(high), y(low)];
          const cap = (py: number): string =>
            polyline(
              [
                [px - 3, py],
                [px + 3, py],
              ],
              series.stroke,
            );
          return (
            polyline(
              [
                [px, top],
                [px, bottom],
              ],
              series.stroke,
            ) +
            cap(top) +
            cap(bottom)
          );
        })
        .join("\n");
  }
}

function sample(series: Series, x: number, y: number): string {
  if (series.kind === "line")
    return polyline(
      [
        [x, y],
        [x + 22, y],
      ],
      series.stroke,
    );
  if (series.kind === "dots") return dot(x + 11, y, 3.2, series.hollow ? "#ffffff" : series.fill, series.fill);
  return (
    polyline(
      [
        [x + 11, y - 6],
        [x + 11, y + 6],
      ],
      series.stroke,
    ) +
    polyline(
      [
        [x + 8, y - 6],
        [x + 14, y - 6],
      ],
      series.stroke,
    ) +
    polyline(
      [
        [x + 8, y + 6],
        [x + 14, y + 6],
      ],
      series.stroke,
    )
  );
}

function legend(series: readonly Series[]): readonly string[] {
  let x: number = PLOT.left;
  return series.map((one) => {
    const drawn = sample(one, x, 74) + label(x + 28, 78, one.name, { size: 12, fill: FAINT });
    x += 28 + one.name.length * LETTER + 18;
    return drawn;
  });
}

/** The chart as a file; series without points are left out. With none at all the axes stand alone. */
export function chart(options: ChartOptions): string {
  const { title, subtitle, xLabel, yLabel, mark } = options;
  const series = options.series.filter(({ points }) => points.length > 0);
  const xs = series.flatMap(({ points }) => points.map(({ x }) => x));
  const ys = series.flatMap(valuesOf);
  const xTicks = roundTicks(
    Math.min(...xs, ...(xs.length === 0 ? [0] : [])),
    Math.max(...xs, ...(xs.length === 0 ? [1] : [])),
    8,
  );
  const yTicks = roundTicks(
    Math.min(...ys, ...(ys.length === 0 ? [0] : [])),
    Math.max(...ys, ...(ys.length === 0 ? [1] : [])),
    6,
  );
  const x = linear([xTicks.low, xTicks.high], [PLOT.left, PLOT.right]);
  const y = linear([yTicks.low, yTicks.high], [PLOT.bottom, PLOT.top]);
  const parts = [
    label(PLOT.left, 30, title, { size: 18, weight: 600 }),
    label(PLOT.left, 51, subtitle, { size: 13, fill: FAINT }),
    ...legend(series),
    ...yTicks.values.flatMap((value) => [
      polyline(
        [
          [PLOT.left, y(value)],
          [PLOT.right, y(value)],
        ],
        { stroke: GRID },
      ),
      label(PLOT.left - 8, y(value) + 4, yTicks.text(value), { anchor: "end", size: 12, fill: FAINT }),
    ]),
    ...xTicks.values.flatMap((value) => [
      polyline(
        [
          [x(value), PLOT.bottom],
          [x(value), PLOT.bottom + 5],
        ],
        { stroke: INK },
      ),
      label(x(value), PLOT.bottom + 20, xTicks.text(value), { anchor: "middle", size: 12, fill: FAINT }),
    ]),
    polyline(
      [
        [PLOT.left, PLOT.bottom],
        [PLOT.right, PLOT.bottom],
      ],
      { stroke: INK },
    ),
    label((PLOT.left + PLOT.right) / 2, HEIGHT - 16, xLabel, { anchor: "middle" }),
    label(20, (PLOT.top + PLOT.bottom) / 2, yLabel, { anchor: "middle", turn: -90 }),
  ];
  if (mark !== undefined && mark.x >= xTicks.low && mark.x <= xTicks.high) {
    parts.push(
      polyline(
        [
          [x(mark.x), PLOT.top],
          [x(mark.x), PLOT.bottom],
        ],
        { stroke: FAINT, dash: "2 4" },
      ),
      label(x(mark.x) + 5, PLOT.top + 12, mark.name, { size: 12, fill: FAINT }),
    );
  }
  return svgFile(HEIGHT, `${title}. ${subtitle}`, [...parts, ...series.map((one) => draw(one, x, y))]);
}
