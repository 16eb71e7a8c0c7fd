/** One expiry's smile: the market's bids and asks, this node's curve, the agreed one and the published one. Pure. */
import type { SmilePointView, SurfaceView, SviView } from "../../api/derivatives-view.ts";
import { axisLabels, formatCount, formatDays } from "../format.ts";
import { publishedSlice, totalVariance } from "./surface-math.ts";
import type { XAxis } from "./mesh.ts";
import { niceRange, niceTicks } from "./ticks.ts";
import type { Picture, Shape } from "./picture.ts";

type Curve = {
  readonly name: "own" | "agreed" | "published";
  readonly words: string;
  readonly svi: SviView;
  readonly years: number;
  readonly forward: number;
};

export type Smile = {
  readonly expiryMs: number;
  readonly forward: number;
  readonly years: number;
  readonly points: readonly SmilePointView[];
  readonly curves: readonly Curve[];
  /** What the picture does not show, in words. */
  readonly notes: readonly string[];
};

/** Expiries that anybody knows of: agreed on, or seen by this node. Ascending. */
export function expiriesOf(surface: SurfaceView): readonly number[] {
  const all = [...surface.slices, ...surface.smiles].map(({ expiryMs }) => expiryMs);
  return [...new Set(all)].sort((a, b) => a - b);
}

/** @returns null for an expiry that the surface does not know */
export function smileOf(surface: SurfaceView, expiryMs: number): Smile | null {
  const slice = surface.slices.find((one) => one.expiryMs === expiryMs);
  const own = surface.smiles.find((one) => one.expiryMs === expiryMs);
  const known = slice ?? own;
  if (known === undefined) return null;
  const curves: Curve[] = [];
  const notes: string[] = [];
  const published = slice === undefined ? null : publishedSlice(slice, surface.timeMs ?? 0);
  if (published !== null) curves.push({ name: "published", words: "published", ...published });
  if (own !== undefined && own.fitted !== null) {
    curves.push({ name: "own", words: "this node", svi: own.fitted, years: own.years, forward: own.forward });
  }
  if (slice !== undefined) {
    const { years, forward, params } = slice;
    curves.push({ name: "agreed", words: "agreed", svi: params, years, forward });
  }
  if (own === undefined)
    notes.push(`This node has no quotes of this expiry${surface.refusal === null ? "." : `: ${surface.refusal}.`}`);
  else if (own.fitted === null) notes.push(`This node has no curve: ${own.refusal ?? "no reason given"}.`);
  if (slice === undefined) notes.push("No slice of this expiry is agreed on.");
  else if (published === null) notes.push("Its slice has not been published yet.");
  return { expiryMs, forward: known.forward, years: known.years, points: own?.points ?? [], curves, notes };
}

/** What the picture cannot say, in sentences. */
export function smileFacts(surface: SurfaceView, { expiryMs, years, forward, points, notes }: Smile): string {
  const own = surface.smiles.find((one) => one.expiryMs === expiryMs);
  const slice = surface.slices.find((one) => one.expiryMs === expiryMs);
  const used = points.filter((point) => point.used).length;
  const sentences = [`In ${formatDays(years * 365)}, forward ${formatCount(forward)} USD.`];
  if (points.length > 0) {
    const off =
      own === undefined || own.rmseVol === null
        ? ""
        : `, this node's curve ${(own.rmseVol * 100).toFixed(2)} vol pts off them`;
    sentences.push(`${used} of ${points.length} strikes used${off}.`);
  }
  if (slice !== undefined) {
    const centre = (slice.centreErrorVolBps / 100).toFixed(2);
    sentences.push(`The agreed curve is within ${centre} vol pts of the nodes' medians around the forward.`);
  }
  return [...sentences, ...notes].join(" ");
}

const STEPS = 96;
/** Where no market says how far, so many standard deviations of the first curve. */
const REACH = 2;

function kRange({ points, curves }: Smile): readonly [number, number] {
  const quoted = points.filter(({ bidVol, used }) => used || bidVol !== null).map(({ k }) => k);
  const curve = curves[0];
  const reach = curve === undefined ? 0.1 : REACH * Math.sqrt(Math.max(1e-6, totalVariance(curve.svi, 0)));
  // Far wings are one-sided quotes of a tick: they would squeeze what matters into the middle.
  const wide = 1.9 * reach;
  const inside = quoted.filter((k) => Math.abs(k) <= wide);
  return inside.length < 2 ? [-reach, reach] : [Math.min(...inside), Math.max(...inside)];
}

function volAt({ svi, years }: Curve, k: number): number {
  return Math.sqrt(Math.max(0, totalVariance(svi, k)) / years);
}

/** @param axis whether x is the strike or ln(K/F) */
export function smilePicture(smile: Smile, axis: XAxis): Picture {
  const { forward, points, curves } = smile;
  const [kLow, kHigh] = kRange(smile);
  const pad = 0.04 * (kHigh - kLow);
  const place = (k: number): number => (axis === "strike" ? forward * Math.exp(k) : k);
  const moneyness = (x: number): number => (axis === "strike" ? Math.log(x / forward) : x);
  const [low, high] = [place(kLow - pad), place(kHigh + pad)];
  const shown = points.filter(({ k }) => k >= kLow - pad && k <= kHigh + pad);
  const lines = curves.map((curve): Shape & { readonly kind: "line" } => ({
    kind: "line",
    name: curve.name,
    points: Array.from({ length: STEPS + 1 }, (_, i) => {
      const x = low + ((high - low) * i) / STEPS;
      // Each curve by its own forward: at one strike they are compared at one strike.
      const k = axis === "strike" ? Math.log(x / curve.forward) : x;
      return [x, volAt(curve, k) * 100] as const;
    }),
  }));
  const bars = (used: boolean): Shape => ({
    kind: "ranges",
    name: used ? "is-used" : "is-unused",
    ranges: shown
      .filter((point) => point.used === used)
      .map(({ k, bidVol, askVol }) => ({
        x: place(k),
        low: bidVol === null ? null : bidVol * 100,
        high: askVol === null ? null : askVol * 100,
      })),
  });
  const heights = [
    ...lines.flatMap((line) => line.points.map(([, vol]) => vol)),
    ...shown
      .filter(({ used }) => used)
      .flatMap(({ bidVol, askVol }) => [bidVol, askVol].flatMap((vol) => (vol === null ? [] : vol * 100))),
  ];
  const yRange = heights.length === 0 ? ([0, 100] as const) : niceRange(Math.min(...heights), Math.max(...heights), 5);
  const xTicks = niceTicks(low, high, 7);
  const yTicks = niceTicks(yRange[0], yRange[1], 5);
  const labels = (values: readonly number[]) => axisLabels(values).map((label, i) => ({ at: values[i]!, label }));
  const agreed = curves.find(({ name }) => name === "agreed") ?? curves[0];
  return {
    x: { low, high, ticks: labels(xTicks), title: axis === "strike" ? "Strike, USD" : "Log-moneyness ln(K/F)" },
    y: { low: yRange[0], high: yRange[1], ticks: labels(yTicks), title: "Implied volatility, %" },
    shapes: [bars(false), bars(true), ...lines],
    summary:
      agreed === undefined
        ? `${points.length} quoted strikes and no curve`
        : `${points.length} quoted strikes; ${agreed.words} curve, ${(volAt(agreed, 0) * 100).toFixed(2)} % at the forward`,
    probe: (x) => {
      const k = moneyness(x);
      const parts = curves.map((curve) => {
        const own = axis === "strike" ? Math.log(x / curve.forward) : k;
        return `${curve.words} ${(volAt(curve, own) * 100).toFixed(2)} %`;
      });
      return [`Strike ${formatCount(forward * Math.exp(k))}, k ${k.toFixed(3)}`, ...parts].join("  ");
    },
  };
}
