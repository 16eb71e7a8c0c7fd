/** A line of text height: where a feed's value went over the span of the charts. */
import type { HistoryPoint } from "../api/view.ts";
import { setAttribute, svg } from "./dom.ts";
import { SPARK_HEIGHT, SPARK_WIDTH, sparkPath } from "./spark-path.ts";

export class Sparkline {
  readonly node: SVGElement;
  readonly #line = svg("path", { class: "spark-line", d: "" });

  constructor() {
    this.node = svg(
      "svg",
      {
        class: "spark",
        viewBox: `0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`,
        preserveAspectRatio: "none",
        "aria-hidden": "true",
      },
      this.#line,
    );
  }

  show(points: readonly HistoryPoint[], sinceMs: number, untilMs: number): void {
    setAttribute(this.#line, "d", sparkPath(points, sinceMs, untilMs));
  }
}
