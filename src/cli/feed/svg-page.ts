/** The paper that pictures are drawn on: text, lines, shapes, and the file. */

export const WIDTH = 800;
export const INK = "#1d2733";
export const FAINT = "#5b6875";
export const GRID = "#e3e8ee";

export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

const round = (value: number): string => String(Math.round(value * 100) / 100);

export type Anchor = "start" | "middle" | "end";

export function label(
  x: number,
  y: number,
  text: string,
  look: { anchor?: Anchor; size?: number; fill?: string; turn?: number; weight?: number } = {},
): string {
  const { anchor = "start", size = 13, fill = INK, turn, weight } = look;
  const turned = turn === undefined ? "" : ` transform="rotate(${turn} ${round(x)} ${round(y)})"`;
  const heavy = weight === undefined ? "" : ` font-weight="${weight}"`;
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}" fill="${fill}"${heavy}${turned}>${escapeText(text)}</text>`;
}

export type Stroke = { readonly stroke: string; readonly width?: number; readonly dash?: string };

export function polyline(points: readonly (readonly [number, number])[], { stroke, width = 1, dash }: Stroke): string {
  const path = points.map(([x, y]) => `${round(x)},${round(y)}`).join(" ");
  const dashed = dash === undefined ? "" : ` stroke-dasharray="${dash}"`;
  return `<polyline points="${path}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linejoin="round"${dashed}/>`;
}

export function polygon(points: readonly (readonly [number, number])[], fill: string, stroke: string): string {
  const path = points.map(([x, y]) => `${round(x)},${round(y)}`).join(" ");
  return `<polygon points="${path}" fill="${fill}" stroke="${stroke}" stroke-width="0.6" stroke-linejoin="round"/>`;
}

export function dot(x: number, y: number, radius: number, fill: string, stroke = "none"): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="${radius}" fill="${fill}" stroke="${stroke}"/>`;
}

/** @param description for readers who do not see the picture */
export function svgFile(height: number, description: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif">`,
    `<title>${escapeText(description)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}
