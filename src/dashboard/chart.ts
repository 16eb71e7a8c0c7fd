/** A feed's chart: the agreed value as a line, what was published to the chain as steps. */
import uPlot from "uplot";
import { cssColor, setText } from "./dom.ts";
import { axisLabels, clockTime } from "./format.ts";
import { formatNumber, type Measure, shownFactor } from "./measure.ts";
import type { Columns } from "./series.ts";

const HEIGHT_PX = 190;

/** Labels too close to the left edge would be cut in half. */
const LABEL_HALF_PX = 18;

function padded(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const pad = (high - low) * 0.12 || Math.abs(high) * 0.0005 || 1;
  return [low - pad, high + pad];
}

export class FeedChart {
  readonly #box: HTMLElement;
  readonly #readout: HTMLElement;
  readonly #measure: Measure;
  #plot: uPlot | null = null;
  #columns: Columns = { timesSec: [], agreed: [], published: [] };
  #windowSec: readonly [number, number] = [0, 1];

  /** @param doors.readout shows the values under the pointer */
  constructor(
    options: { readonly measure: Measure },
    doors: { readonly box: HTMLElement; readonly readout: HTMLElement },
  ) {
    this.#measure = options.measure;
    this.#box = doors.box;
    this.#readout = doors.readout;
    // Drawing within the observer's own turn would be reported as a loop.
    new ResizeObserver(() => requestAnimationFrame(() => this.#resize())).observe(this.#box);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#plot?.destroy();
      this.#plot = null;
      this.show(this.#columns, this.#windowSec);
    });
  }

  show(columns: Columns, windowSec: readonly [number, number]): void {
    this.#columns = columns;
    this.#windowSec = windowSec;
    const data: uPlot.AlignedData = [columns.timesSec, columns.agreed, columns.published];
    if (this.#plot === null) {
      const width = this.#box.clientWidth;
      if (width > 0) this.#plot = new uPlot(this.#options(width), data, this.#box);
    } else {
      this.#plot.setData(data);
    }
  }

  #resize(): void {
    const width = this.#box.clientWidth;
    if (width === 0) return;
    if (this.#plot === null) this.show(this.#columns, this.#windowSec);
    else if (this.#plot.width !== width) this.#plot.setSize({ width, height: HEIGHT_PX });
  }

  #options(width: number): uPlot.Options {
    const muted = cssColor("--muted");
    const line = cssColor("--line");
    const agreed = cssColor("--agreed");
    const published = cssColor("--published");
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: muted, font, ticks: { show: false } };
    return {
      width,
      height: HEIGHT_PX,
      padding: [6, 0, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        sync: { key: "feeds" },
        points: { size: 7, fill: (_plot, series) => (series === 1 ? agreed : published) },
      },
      scales: {
        x: { time: true, range: () => [this.#windowSec[0], this.#windowSec[1]] },
        y: { range: (_plot, low, high) => padded(low, high) },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 24,
          space: 76,
          values: (plot, splits) => {
            const step = (splits[1] ?? 0) - (splits[0] ?? 0);
            return splits.map((split) => {
              if (plot.valToPos(split, "x") < LABEL_HALF_PX) return "";
              const text = clockTime(split * 1_000);
              return step < 60 ? text : text.slice(0, 5);
            });
          },
        },
        {
          ...axis,
          side: 1,
          grid: { stroke: line, width: 1 },
          space: 38,
          size: (_plot, values) => 14 + 7 * Math.max(4, ...(values ?? []).map((value) => value.length)),
          values: (_plot, splits) => {
            const factor = shownFactor(this.#measure);
            return axisLabels(splits.map((split) => Number((split * factor).toPrecision(12))));
          },
        },
      ],
      series: [
        {},
        { label: "agreed", stroke: agreed, width: 1.75, points: { show: false } },
        {
          label: "published",
          stroke: published,
          width: 1.5,
          points: { show: false },
          ...(uPlot.paths.stepped === undefined ? {} : { paths: uPlot.paths.stepped({ align: 1 }) }),
        },
      ],
      hooks: { setCursor: [(plot) => this.#showPointer(plot.cursor.idx)] },
    };
  }

  #showPointer(index: number | null | undefined): void {
    const timeSec = index === null || index === undefined ? undefined : this.#columns.timesSec[index];
    if (index === null || index === undefined || timeSec === undefined) {
      setText(this.#readout, "");
      return;
    }
    const agreed = this.#columns.agreed[index];
    const value = typeof agreed === "number" ? formatNumber(agreed.toFixed(8), this.#measure) : "no agreed value";
    setText(this.#readout, `${clockTime(timeSec * 1_000)}  ${value}`);
  }
}
