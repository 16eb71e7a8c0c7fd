/** What a chart in SVG is made of: plain data, so that it is made and tested without a document. */

type Tick = { readonly at: number; readonly label: string };
export type Axis = {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly Tick[];
  readonly title: string;
};

/** `name` is the class that colours it. */
export type Shape =
  | { readonly kind: "line" | "dots"; readonly name: string; readonly points: readonly (readonly [number, number])[] }
  /** Upright bars; null is an open end, of which only the other one is marked. */
  | {
      readonly kind: "ranges";
      readonly name: string;
      readonly ranges: readonly { readonly x: number; readonly low: number | null; readonly high: number | null }[];
    };

export type Picture = {
  readonly x: Axis;
  readonly y: Axis;
  readonly shapes: readonly Shape[];
  /** What the picture says, for who cannot see it. */
  readonly summary: string;
  /** A sentence for a place on the x axis. */
  readonly probe: (x: number) => string;
};
