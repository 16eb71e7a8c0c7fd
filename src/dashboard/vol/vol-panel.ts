/** The volatility section: one symbol's smiles, term structures and surface, fetched while somebody looks. */
import type { SurfaceReply } from "../../api/replies.ts";
import type { SurfaceView } from "../../api/derivatives-view.ts";
import { byId, el, setAttribute, setHidden, setText } from "../dom.ts";
import { fetchJson, reasonOf } from "../fetch-json.ts";
import { ago, expiryDay, formatCount, formatDays } from "../format.ts";
import type { PageState } from "../state.ts";
import { Choice } from "./choice.ts";
import { rampColor } from "./color.ts";
import { meshOf, type Node, type XAxis } from "./mesh.ts";
import { ReadOff } from "./read-off.ts";
import { expiriesOf, smileFacts, smileOf, smilePicture } from "./smile-picture.ts";
import { SurfaceCanvas } from "./surface-canvas.ts";
import { DAY_MS, slicesOf, type SurfaceSource } from "./surface-math.ts";
import { expiryNear, forwardPicture, volTermPicture } from "./term-picture.ts";
import { XyChart } from "./xy-chart.ts";

/** A surface is agreed on every few rounds, and a reply is some tens of kilobytes. */
const FETCH_EVERY_MS = 2_000;
const SOURCES: readonly { readonly value: SurfaceSource; readonly label: string }[] = [
  { value: "agreed", label: "Agreed" },
  { value: "published", label: "Published" },
  { value: "own", label: "This node" },
];
const AXES: readonly { readonly value: XAxis; readonly label: string }[] = [
  { value: "moneyness", label: "ln(K/F)" },
  { value: "strike", label: "Strike" },
];

export class VolPanel {
  readonly #onError: (message: string) => void;
  readonly #symbols: Choice<string>;
  readonly #sources: Choice<SurfaceSource>;
  readonly #axes: Choice<XAxis>;
  readonly #expiries: Choice<number>;
  readonly #smile = new XyChart({ tall: true });
  readonly #volTerm = new XyChart({ tall: false });
  readonly #forwards = new XyChart({ tall: false });
  readonly #canvas: SurfaceCanvas;
  readonly #readOff: ReadOff;
  #surface: SurfaceView | null = null;
  #spot: number | null = null;
  #names: readonly string[] = [];
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #request = 0;

  constructor(doors: { readonly onError: (message: string) => void }) {
    this.#onError = doors.onError;
    const draw = (): void => this.#draw();
    this.#symbols = new Choice("vol-symbol", byId("vol-symbols"), () => {
      this.#surface = null;
      this.#draw();
      this.#fetchedAtMs = Number.NEGATIVE_INFINITY;
      void this.#fetch();
    });
    this.#sources = new Choice("vol-source", byId("vol-sources"), draw);
    this.#axes = new Choice("vol-axis", byId("vol-axes"), draw);
    this.#expiries = new Choice("vol-expiry", byId("vol-expiries"), draw);
    this.#sources.update(SOURCES, "agreed");
    this.#axes.update(AXES, "moneyness");
    byId("smile-chart").append(this.#smile.node);
    byId("term-chart").append(this.#volTerm.node);
    byId("forward-chart").append(this.#forwards.node);
    this.#readOff = new ReadOff({ onChange: draw });
    const canvas = byId("surface-canvas");
    if (!(canvas instanceof HTMLCanvasElement)) throw new Error("#surface-canvas is no canvas");
    this.#canvas = new SurfaceCanvas({
      canvas,
      onPoint: (node) => setText(byId("surface-hover"), node === null ? "" : pointWords(node)),
      onChoose: ({ expiryMs, strike }) => {
        this.#readOff.choose(expiryMs, strike);
        this.#draw();
      },
    });
    byId("surface-reset").addEventListener("click", () => this.#canvas.reset());
    paintLegend();
  }

  /** Called every second: fetches when it is time, and keeps ages moving. */
  update(page: PageState, nowMs: number): void {
    const feeds = page.feeds?.feeds ?? [];
    const surfaces = feeds.filter(({ kind }) => kind === "vol-surface");
    this.#names = surfaces.map(({ name }) => name);
    setHidden(byId("volatility"), surfaces.length === 0);
    if (surfaces.length === 0) return;
    this.#symbols.update(
      surfaces.map(({ symbol }) => ({ value: symbol, label: symbol.split("-")[0] ?? symbol })),
      surfaces[0]!.symbol,
    );
    const spot = feeds.find(({ kind, symbol }) => kind === "spot-index" && symbol === this.#symbols.value)?.value;
    this.#spot = spot === null || spot === undefined ? null : Number(spot.text);
    setText(byId("vol-summary"), this.#summary(nowMs));
    const isDue = performance.now() - this.#fetchedAtMs > FETCH_EVERY_MS;
    if (isDue && !document.hidden && page.connection.kind !== "lost") void this.#fetch();
  }

  async #fetch(): Promise<void> {
    const name = this.#names.find((candidate) => candidate.startsWith(`${this.#symbols.value ?? ""}.`));
    if (name === undefined) return;
    this.#fetchedAtMs = performance.now();
    this.#request += 1;
    const request = this.#request;
    try {
      const { surface } = await fetchJson<SurfaceReply>(`/v1/feeds/${encodeURIComponent(name)}/surface`);
      // Another symbol was chosen meanwhile: its own answer is under way.
      if (request !== this.#request) return;
      this.#surface = surface;
      this.#onError("");
      this.#draw();
    } catch (error) {
      if (request === this.#request) this.#onError(`The surface is not current: ${reasonOf(error)}.`);
    }
  }

  #summary(nowMs: number): string {
    const surface = this.#surface;
    if (surface === null) return "";
    if (surface.slices.length === 0 || surface.timeMs === null) return "No surface is agreed on yet.";
    const vol =
      surface.headline === null
        ? ""
        : `${(Number(surface.headline.text) * 100).toFixed(2)} % at the money in ${surface.headlineDays} days. `;
    const since = ago(nowMs - surface.timeMs);
    return `${vol}${surface.slices.length} expiries, agreed ${since} in round ${formatCount(surface.gridRound)}`;
  }

  #draw(): void {
    const surface = this.#surface;
    const expiries = surface === null ? [] : expiriesOf(surface);
    const isEmpty = expiries.length === 0;
    setHidden(byId("vol-body"), isEmpty);
    setHidden(byId("vol-empty"), !isEmpty);
    if (surface === null || isEmpty) {
      setText(byId("vol-empty"), surface === null ? "Reading the surface." : emptyWords(surface));
      this.#canvas.show(null, null);
      return;
    }
    this.#drawSurface(surface);
    this.#drawSmile(surface, expiries);
    this.#volTerm.show(volTermPicture(surface));
    this.#forwards.show(forwardPicture(surface, this.#spot));
  }

  #drawSurface(surface: SurfaceView): void {
    const slices = slicesOf(surface, this.#sources.value ?? "agreed");
    const first = slices[0];
    const timeMs = first === undefined ? 0 : first.expiryMs - first.years * 365 * DAY_MS;
    const mesh = meshOf(slices, this.#axes.value ?? "moneyness");
    const marker = this.#readOff.update(surface.name, slices, timeMs);
    this.#canvas.show(mesh, marker);
    setHidden(byId("surface-empty"), mesh !== null);
    if (mesh === null) {
      setText(byId("surface-empty"), noMeshWords(surface, this.#sources.value ?? "agreed"));
      return;
    }
    setText(byId("legend-low"), `${(mesh.vol[0] * 100).toFixed(0)} %`);
    setText(byId("legend-high"), `${(mesh.vol[1] * 100).toFixed(0)} %`);
    const words =
      `Volatility surface over ${slices.length} expiries, ` +
      `${(mesh.vol[0] * 100).toFixed(0)} to ${(mesh.vol[1] * 100).toFixed(0)} percent. Turn it with the arrow keys, Home turns it back.`;
    setAttribute(byId("surface-canvas"), "aria-label", words);
  }

  #drawSmile(surface: SurfaceView, expiries: readonly number[]): void {
    const timeMs = surface.timeMs ?? (expiries[0] ?? 0) - DAY_MS;
    const preferred = expiryNear(expiries, timeMs, 30) ?? expiries[0]!;
    this.#expiries.update(
      expiries.map((expiryMs) => ({ value: expiryMs, label: expiryDay(expiryMs) })),
      preferred,
    );
    const smile = smileOf(surface, this.#expiries.value ?? preferred);
    if (smile === null) return;
    this.#smile.show(smilePicture(smile, this.#axes.value ?? "moneyness"));
    setText(byId("smile-facts"), smileFacts(surface, smile));
  }
}

function pointWords({ strike, expiryMs, days, vol, k }: Node): string {
  return `${(vol * 100).toFixed(2)} % at strike ${formatCount(strike)} (k ${k.toFixed(3)}), ${expiryDay(expiryMs)}, in ${formatDays(days)}`;
}

function emptyWords(surface: SurfaceView): string {
  const own = surface.refusal === null ? "" : ` This node has no smiles: ${surface.refusal}.`;
  if (surface.round === null) return `No surface is agreed on yet: no report has been signed.${own}`;
  const why =
    surface.status === "disputed"
      ? "the nodes' surfaces lie too far apart"
      : "too few nodes have a surface on the same grid";
  return `No surface is agreed on yet: ${why}.${own}`;
}

function noMeshWords(surface: SurfaceView, source: SurfaceSource): string {
  if (source === "published")
    return "Nothing is published that can be drawn: a surface needs two expiries and a published spot.";
  if (source === "own")
    return `This node has fewer than two curves${surface.refusal === null ? "." : `: ${surface.refusal}.`}`;
  return surface.slices.length === 0
    ? emptyWords(surface)
    : "One expiry alone makes no surface; its smile is beside this.";
}

/** The legend is drawn once: its colours are the ramp's, its ends change with the data. */
function paintLegend(): void {
  const steps = 24;
  const bar = byId("legend-bar");
  for (let i = 0; i < steps; i++) {
    const cell = el("span");
    cell.style.backgroundColor = rampColor(i / (steps - 1));
    bar.append(cell);
  }
}
