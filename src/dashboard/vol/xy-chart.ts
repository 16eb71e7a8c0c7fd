/** A small chart in SVG: lines, dots and ranges over numbered axes, with a line and a sentence under the pointer. */
import { el, setText, svg } from "../dom.ts";
import type { Axis, Picture, Shape } from "./picture.ts";

const PAD = { top: 22, right: 10, bottom: 38, left: 50 };
const CAP_PX = 3;
let charts = 0;

export class XyChart {
  readonly node: HTMLElement;
  readonly #box = el("div", { class: "xy-box" });
  readonly #readout = el("p", { class: "xy-readout" });
  readonly #root: SVGElement;
  readonly #pointer = svg("line", { class: "xy-pointer", visibility: "hidden" });
  readonly #clip: string;
  #picture: Picture | null = null;
  #width = 0;
  #height = 0;

  /** @param options.tall a class for its height */
  constructor(options: { readonly tall: boolean }) {
    charts += 1;
    this.#clip = `xy-clip-${charts}`;
    this.#root = svg("svg", { role: "img" });
    this.#box.append(this.#root);
    this.node = el("div", { class: options.tall ? "xy is-tall" : "xy" }, this.#box, this.#readout);
    // Drawing within the observer's own turn would be reported as a loop.
    new ResizeObserver(() => requestAnimationFrame(() => this.#resize())).observe(this.#box);
    this.#box.addEventListener("pointermove", (event) => this.#probe(event));
    this.#box.addEventListener("pointerleave", () => this.#leave());
  }

  show(picture: Picture): void {
    this.#picture = picture;
    if (this.#width === 0) this.#resize();
    else this.#draw();
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.#box;
    if (clientWidth === this.#width && clientHeight === this.#height) return;
    this.#width = clientWidth;
    this.#height = clientHeight;
    this.#draw();
  }

  #x(value: number, { low, high }: Axis): number {
    return PAD.left + ((value - low) / (high - low)) * (this.#width - PAD.left - PAD.right);
  }

  #y(value: number, { low, high }: Axis): number {
    return this.#height - PAD.bottom - ((value - low) / (high - low)) * (this.#height - PAD.top - PAD.bottom);
  }

  #draw(): void {
    const picture = this.#picture;
    if (picture === null || this.#width <= PAD.left + PAD.right) return;
    const [width, height] = [this.#width, this.#height];
    const { x, y } = picture;
    const [right, bottom] = [width - PAD.right, height - PAD.bottom];
    const parts: SVGElement[] = [];
    for (const { at, label } of y.ticks) {
      const top = this.#y(at, y).toFixed(1);
      parts.push(svg("line", { class: "xy-grid", x1: String(PAD.left), x2: String(right), y1: top, y2: top }));
      parts.push(
        svg("text", { class: "xy-label", x: String(PAD.left - 8), y: top, dy: "0.32em", "text-anchor": "end" }, label),
      );
    }
    for (const { at, label } of x.ticks) {
      const left = this.#x(at, x);
      parts.push(
        svg("line", {
          class: "xy-tick",
          x1: left.toFixed(1),
          x2: left.toFixed(1),
          y1: String(bottom),
          y2: String(bottom + 4),
        }),
      );
      const anchor = left > right - 16 ? "end" : "middle";
      parts.push(
        svg("text", { class: "xy-label", x: left.toFixed(1), y: String(bottom + 16), "text-anchor": anchor }, label),
      );
    }
    parts.push(
      svg("line", {
        class: "xy-axis",
        x1: String(PAD.left),
        x2: String(right),
        y1: String(bottom),
        y2: String(bottom),
      }),
    );
    parts.push(svg("text", { class: "xy-title", x: "0", y: "11" }, y.title));
    parts.push(
      svg("text", { class: "xy-title", x: String(right), y: String(height - 4), "text-anchor": "end" }, x.title),
    );
    const clip = svg(
      "clipPath",
      { id: this.#clip },
      svg("rect", {
        x: String(PAD.left),
        y: String(PAD.top - 6),
        width: String(right - PAD.left),
        height: String(bottom - PAD.top + 6),
      }),
    );
    const shapes = svg(
      "g",
      { "clip-path": `url(#${this.#clip})` },
      ...picture.shapes.flatMap((shape) => this.#shape(shape, picture)),
    );
    this.#root.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#root.setAttribute("aria-label", picture.summary);
    this.#root.replaceChildren(clip, ...parts, shapes, this.#pointer);
  }

  #shape(shape: Shape, { x, y }: Picture): SVGElement[] {
    const point = ([atX, atY]: readonly [number, number]): string =>
      `${this.#x(atX, x).toFixed(1)},${this.#y(atY, y).toFixed(1)}`;
    switch (shape.kind) {
      case "line":
        return shape.points.length < 2
          ? []
          : [svg("path", { class: `xy-line ${shape.name}`, d: `M${shape.points.map(point).join("L")}` })];
      case "dots":
        return shape.points.map(([atX, atY]) =>
          svg("circle", {
            class: `xy-dot ${shape.name}`,
            r: "3.2",
            cx: this.#x(atX, x).toFixed(1),
            cy: this.#y(atY, y).toFixed(1),
          }),
        );
      case "ranges": {
        const strokes = shape.ranges.map(({ x: atX, low, high }) => {
          const at = this.#x(atX, x);
          const cap = (value: number): string =>
            `M${(at - CAP_PX).toFixed(1)},${this.#y(value, y).toFixed(1)}h${2 * CAP_PX}`;
          const stem =
            low === null || high === null
              ? ""
              : `M${at.toFixed(1)},${this.#y(low, y).toFixed(1)}V${this.#y(high, y).toFixed(1)}`;
          return `${stem}${low === null ? "" : cap(low)}${high === null ? "" : cap(high)}`;
        });
        return [svg("path", { class: `xy-range ${shape.name}`, d: strokes.join("") })];
      }
    }
  }

  #probe(event: PointerEvent): void {
    const picture = this.#picture;
    if (picture === null) return;
    const left = event.clientX - this.#box.getBoundingClientRect().left;
    const { low, high } = picture.x;
    const part = (left - PAD.left) / (this.#width - PAD.left - PAD.right);
    if (part < 0 || part > 1) {
      this.#leave();
      return;
    }
    const at = String(Math.round(left));
    this.#pointer.setAttribute("x1", at);
    this.#pointer.setAttribute("x2", at);
    this.#pointer.setAttribute("y1", String(PAD.top));
    this.#pointer.setAttribute("y2", String(this.#height - PAD.bottom));
    this.#pointer.setAttribute("visibility", "visible");
    setText(this.#readout, picture.probe(low + part * (high - low)));
  }

  #leave(): void {
    this.#pointer.setAttribute("visibility", "hidden");
    setText(this.#readout, "");
  }
}
