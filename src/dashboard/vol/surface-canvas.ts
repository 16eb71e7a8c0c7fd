/** The surface in three dimensions on a canvas: drawn, turned by pointer, touch and keys, and read under the pointer. */
import { cssColor } from "../dom.ts";
import { drawNumbers, drawWalls, type Ink } from "./axes.ts";
import { Camera, FIRST_VIEW, turned, type View } from "./camera.ts";
import { rampColor } from "./color.ts";
import { type Facet, facetsOf, type Mesh, type Node, pick, place, share } from "./mesh.ts";

const RADIANS_PER_PX = 0.009;
const KEY_RADIANS = 0.09;
/** A press that moved less is a click. */
const CLICK_PX = 4;

export class SurfaceCanvas {
  readonly #canvas: HTMLCanvasElement;
  readonly #onPoint: (node: Node | null) => void;
  readonly #onChoose: (node: Node) => void;
  #view: View = FIRST_VIEW;
  #mesh: Mesh | null = null;
  #marker: Node | null = null;
  #hovered: Node | null = null;
  #facets: readonly Facet[] = [];
  #frame = 0;
  #drag: { x: number; y: number; moved: number } | null = null;

  /** @param doors.onPoint what lies under the pointer; doors.onChoose what was clicked */
  constructor(doors: {
    readonly canvas: HTMLCanvasElement;
    readonly onPoint: (node: Node | null) => void;
    readonly onChoose: (node: Node) => void;
  }) {
    this.#canvas = doors.canvas;
    this.#onPoint = doors.onPoint;
    this.#onChoose = doors.onChoose;
    new ResizeObserver(() => this.#redraw()).observe(this.#canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#redraw());
    this.#canvas.addEventListener("pointerdown", (event) => this.#press(event));
    this.#canvas.addEventListener("pointermove", (event) => this.#move(event));
    this.#canvas.addEventListener("pointerup", (event) => this.#release(event));
    this.#canvas.addEventListener("pointercancel", () => (this.#drag = null));
    this.#canvas.addEventListener("pointerleave", () => this.#hover(null));
    this.#canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param marker the point that is read off; null marks nothing */
  show(mesh: Mesh | null, marker: Node | null): void {
    this.#mesh = mesh;
    this.#marker = marker;
    this.#redraw();
  }

  reset(): void {
    this.#turnTo(FIRST_VIEW);
  }

  #turnTo(view: View): void {
    this.#view = view;
    // For whoever cannot see the picture, and for tests.
    this.#canvas.dataset["turn"] = view.turn.toFixed(3);
    this.#canvas.dataset["tilt"] = view.tilt.toFixed(3);
    this.#redraw();
  }

  #press(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#drag = { x: event.clientX, y: event.clientY, moved: 0 };
    this.#canvas.setPointerCapture(event.pointerId);
  }

  #move(event: PointerEvent): void {
    if (this.#drag === null) {
      this.#hover(this.#under(event));
      return;
    }
    const [dx, dy] = [event.clientX - this.#drag.x, event.clientY - this.#drag.y];
    this.#drag = { x: event.clientX, y: event.clientY, moved: this.#drag.moved + Math.abs(dx) + Math.abs(dy) };
    this.#turnTo(turned(this.#view, -dx * RADIANS_PER_PX, dy * RADIANS_PER_PX));
  }

  #release(event: PointerEvent): void {
    const isClick = this.#drag !== null && this.#drag.moved < CLICK_PX;
    this.#drag = null;
    const node = isClick ? this.#under(event) : null;
    if (node !== null) this.#onChoose(node);
  }

  #key(event: KeyboardEvent): void {
    const turns: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [KEY_RADIANS, 0],
      ArrowRight: [-KEY_RADIANS, 0],
      ArrowUp: [0, KEY_RADIANS],
      ArrowDown: [0, -KEY_RADIANS],
    };
    const by = turns[event.key];
    if (by === undefined && event.key !== "Home") return;
    event.preventDefault();
    this.#turnTo(by === undefined ? FIRST_VIEW : turned(this.#view, by[0], by[1]));
  }

  #under(event: PointerEvent): Node | null {
    if (this.#mesh === null) return null;
    const box = this.#canvas.getBoundingClientRect();
    return pick(this.#mesh, this.#facets, event.clientX - box.left, event.clientY - box.top);
  }

  #hover(node: Node | null): void {
    if (node === this.#hovered) return;
    this.#hovered = node;
    this.#onPoint(node);
    this.#redraw();
  }

  #redraw(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const context = this.#canvas.getContext("2d");
    if (context === null || width === 0) return;
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== wide) this.#canvas.width = wide;
    if (this.#canvas.height !== high) this.#canvas.height = high;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const mesh = this.#mesh;
    if (mesh === null) return;
    const camera = new Camera(this.#view, { width, height });
    const ink: Ink = {
      line: cssColor("--line"),
      text: cssColor("--muted"),
      strong: cssColor("--text"),
      font: `12px ${getComputedStyle(document.body).fontFamily}`,
    };
    drawWalls(context, camera, mesh, ink);
    this.#facets = facetsOf(mesh, camera);
    drawSheet(context, mesh, this.#facets);
    if (this.#marker !== null) drawMarker(context, camera, mesh, this.#marker, ink.strong, true);
    if (this.#hovered !== null) drawMarker(context, camera, mesh, this.#hovered, ink.strong, false);
    drawNumbers(context, camera, mesh, ink);
  }
}

function drawSheet(context: CanvasRenderingContext2D, mesh: Mesh, facets: readonly Facet[]): void {
  const expiries = new Set(mesh.expiryRows);
  const lastRow = mesh.nodes.length - 1;
  context.lineJoin = "round";
  for (const { corners, vol, light, row, column } of facets) {
    const [a, b, c, d] = corners;
    const color = rampColor(share(vol, mesh.vol), 0.78 + 0.34 * light);
    context.fillStyle = color;
    context.strokeStyle = color;
    context.lineWidth = 0.8;
    context.beginPath();
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
    context.lineTo(c.x, c.y);
    context.lineTo(d.x, d.y);
    context.closePath();
    context.fill();
    context.stroke();
    // Lines along listed expiries and along every sixth column, painted with their quadrilateral so that it can be hidden.
    const isEnd = row + 1 === lastRow && expiries.has(row + 1);
    if (!expiries.has(row) && !isEnd && column % 6 !== 0) continue;
    context.beginPath();
    if (expiries.has(row)) {
      context.moveTo(a.x, a.y);
      context.lineTo(b.x, b.y);
    }
    if (isEnd) {
      context.moveTo(d.x, d.y);
      context.lineTo(c.x, c.y);
    }
    if (column % 6 === 0) {
      context.moveTo(a.x, a.y);
      context.lineTo(d.x, d.y);
    }
    context.strokeStyle = "rgb(0 0 0 / 42%)";
    context.lineWidth = 0.7;
    context.stroke();
  }
}

/** A point on the sheet with its plumb line to the floor. */
function drawMarker(
  context: CanvasRenderingContext2D,
  camera: Camera,
  mesh: Mesh,
  node: Node,
  color: string,
  isChosen: boolean,
): void {
  const at = place(mesh, node);
  if (Math.abs(at.x) > 1.001 || Math.abs(at.y) > 1.001 || Math.abs(at.z) > 1.001) return;
  const [point, foot] = [camera.see(at), camera.see({ ...at, z: -1 })];
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(point.x, point.y);
  context.lineTo(foot.x, foot.y);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.arc(point.x, point.y, isChosen ? 5.5 : 4, 0, 2 * Math.PI);
  context.fillStyle = isChosen ? "#ffffff" : color;
  context.fill();
  context.lineWidth = 2.5;
  context.strokeStyle = isChosen ? "#15211b" : color;
  context.stroke();
}
