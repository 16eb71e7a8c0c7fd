/** The pictures of a chain: one smile an expiry, the term structure, the surface. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OracleError, reasonOf } from "../../base/errors.ts";
import type { SmileView } from "../../feeds/smile-view.ts";
import { formatExpiryDay } from "../../market/instrument.ts";
import { type SviRaw, totalVariance } from "../../quant/svi.ts";
import { type Series, chart } from "./svg-chart.ts";
import { FAINT } from "./svg-page.ts";
import { surfacePicture } from "./svg-surface.ts";

/** A curve of the network, beside one's own. */
export type AgreedCurve = {
  readonly of: "agreed by the nodes" | "published";
  readonly expiryMs: number;
  readonly years: number;
  readonly svi: SviRaw;
};

export type Picture = { readonly name: string; readonly svg: string };

const BLUE = "#2563a8";
const STROKES: Readonly<
  Record<AgreedCurve["of"], { readonly stroke: string; readonly width: number; readonly dash: string }>
> = {
  "agreed by the nodes": { stroke: "#d97706", width: 2.2, dash: "7 5" },
  published: { stroke: "#15803d", width: 2.2, dash: "2 4" },
};
const CURVE_POINTS = 120;
/** Columns of the surface in standard deviations of the log-return to expiry. */
const DEVIATIONS = Array.from({ length: 21 }, (_, i) => (i - 10) / 4);

function percentAt(svi: SviRaw, years: number, k: number): number {
  return 100 * Math.sqrt(Math.max(0, totalVariance(svi, k)) / years);
}

function curve(svi: SviRaw, years: number, from: number, to: number): { readonly x: number; readonly y: number }[] {
  return Array.from({ length: CURVE_POINTS + 1 }, (_, i) => {
    const x = from + ((to - from) * i) / CURVE_POINTS;
    return { x, y: percentAt(svi, years, x) };
  });
}

function smilePicture(name: string, smile: SmileView, agreed: readonly AgreedCurve[]): Picture {
  const { expiryMs, years, forward, points, fitted, rmseVol, refusal } = smile;
  const day = formatExpiryDay(expiryMs);
  // Options nobody trades stretch the picture until nothing can be seen.
  const used = points.filter((point) => point.used);
  const kept = used.length >= 3 ? used : points;
  const [from, to] = [(kept[0]?.k ?? -0.1) * 1.1 - 0.005, (kept.at(-1)?.k ?? 0.1) * 1.1 + 0.005];
  const shown = points.filter(({ k }) => k >= from && k <= to);
  const quoted = shown.flatMap(({ k, bidVol, askVol }) =>
    bidVol === null || askVol === null ? [] : [{ x: k, low: 100 * bidVol, high: 100 * askVol }],
  );
  const oneSided = shown.flatMap(({ k, bidVol, askVol }) => {
    const only = (bidVol === null) === (askVol === null) ? null : (bidVol ?? askVol);
    return only === null ? [] : [{ x: k, y: 100 * only }];
  });
  const series: Series[] = [
    { kind: "bars", name: "market bid and ask", points: quoted, stroke: { stroke: FAINT, width: 1.4 } },
    { kind: "dots", name: "one side only", points: oneSided, fill: FAINT, hollow: true },
  ];
  if (fitted !== null)
    series.push({
      kind: "line",
      name: "fitted here",
      points: curve(fitted, years, from, to),
      stroke: { stroke: BLUE, width: 2.2 },
    });
  for (const one of agreed) {
    const line = curve(one.svi, one.years, from, to);
    series.push({ kind: "line", name: one.of, points: line, stroke: STROKES[one.of] });
  }
  const fit =
    fitted === null
      ? `no curve: ${refusal ?? "unknown"}`
      : `rmse ${(100 * (rmseVol ?? 0)).toFixed(2)} vol points over ${used.length} quotes`;
  const svg = chart({
    title: `${name}, smile of ${day}`,
    subtitle: `${(365 * years).toFixed(1)} days, forward ${forward.toFixed(2)} USD, ${fit}`,
    xLabel: "log-moneyness ln(K/F)",
    yLabel: "implied volatility, % a year",
    mark: { x: 0, name: "forward" },
    series,
  });
  return { name: `${name}.smile-${day}.svg`, svg };
}

function termPicture(name: string, smiles: readonly SmileView[], agreed: readonly AgreedCurve[]): Picture {
  const points = smiles.flatMap(({ years, fitted }) =>
    fitted === null ? [] : [{ x: 365 * years, y: percentAt(fitted, years, 0) }],
  );
  const series: Series[] = [
    { kind: "line", name: "at the money, fitted here", points, stroke: { stroke: BLUE, width: 2 } },
    { kind: "dots", name: "listed expiries", points, fill: BLUE, hollow: false },
  ];
  for (const of of ["agreed by the nodes", "published"] as const) {
    const shared = agreed.filter((one) => one.of === of);
    const dots = shared.map(({ years, svi }) => ({ x: 365 * years, y: percentAt(svi, years, 0) }));
    series.push({ kind: "dots", name: of, points: dots, fill: STROKES[of].stroke, hollow: true });
  }
  const svg = chart({
    title: `${name}, term structure`,
    subtitle: `volatility at the forward of ${points.length} listed expiries`,
    xLabel: "days to expiry",
    yLabel: "implied volatility, % a year",
    series,
  });
  return { name: `${name}.term-structure.svg`, svg };
}

function surfaceOf(name: string, smiles: readonly SmileView[]): readonly Picture[] {
  const rows = smiles.flatMap(({ years, fitted }) => {
    if (fitted === null) return [];
    const deviation = Math.sqrt(totalVariance(fitted, 0));
    return [{ years, vols: DEVIATIONS.map((x) => percentAt(fitted, years, x * deviation)) }];
  });
  if (rows.length < 2) return [];
  const svg = surfacePicture({
    title: `${name}, surface`,
    subtitle: `SVI curves of ${rows.length} expiries, free of butterfly and calendar arbitrage`,
    columns: DEVIATIONS,
    columnLabel: "strike in standard deviations, ln(K/F)/(σ√T)",
    rows,
  });
  return [{ name: `${name}.surface.svg`, svg }];
}

/** @param smiles ascending by expiry */
export function chainPictures(
  name: string,
  smiles: readonly SmileView[],
  agreed: readonly AgreedCurve[],
): readonly Picture[] {
  const smilePictures = smiles.map((smile) =>
    smilePicture(
      name,
      smile,
      agreed.filter(({ expiryMs }) => expiryMs === smile.expiryMs),
    ),
  );
  return [...smilePictures, termPicture(name, smiles, agreed), ...surfaceOf(name, smiles)];
}

/** @throws OracleError `bad-argument` when the folder cannot be written */
export function writePictures(dir: string, pictures: readonly Picture[]): void {
  try {
    mkdirSync(dir, { recursive: true });
    for (const { name, svg } of pictures) writeFileSync(join(dir, name), svg);
  } catch (error) {
    throw new OracleError(
      `cannot write pictures to ${dir}: ${reasonOf(error)}`,
      { code: "bad-argument", path: dir },
      error,
    );
  }
}
