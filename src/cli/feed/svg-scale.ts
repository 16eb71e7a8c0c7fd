/** Scales and round numbers for pictures. */

export type Ticks = {
  readonly low: number;
  readonly high: number;
  readonly values: readonly number[];
  /** With as many places as the step needs. */
  readonly text: (value: number) => string;
};

const STEPS = [1, 2, 2.5, 5, 10];

/** Round numbers that enclose low … high, about `count` of them: steps of 1, 2, 2.5 or 5 times a power of ten. */
export function roundTicks(low: number, high: number, count: number): Ticks {
  const span = high > low ? high - low : Math.max(Math.abs(low), 1) * 0.1;
  const raw = span / Math.max(1, count);
  const power = Number(`1e${Math.floor(Math.log10(raw))}`);
  const step = (STEPS.find((one) => one * power >= raw * 0.999) ?? 10) * power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  const values = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  const places = Math.max(0, [0, 1, 2, 3, 4, 5, 6].find((n) => Math.abs((step * Number(`1e${n}`)) % 1) < 1e-6) ?? 6);
  return { low: first * step, high: last * step, values, text: (value) => value.toFixed(places) };
}

export type Scale = (value: number) => number;

/** @param from values, @param to pixels */
export function linear(from: readonly [number, number], to: readonly [number, number]): Scale {
  const factor = (to[1] - to[0]) / (from[1] - from[0]);
  return (value) => to[0] + (value - from[0]) * factor;
}

/** From dark blue over green to yellow, readable on white and by the colour-blind. @param part 0 … 1 */
export function shade(part: number): string {
  const stops = [
    [59, 82, 139],
    [33, 145, 140],
    [94, 201, 98],
    [240, 200, 40],
  ] as const;
  const at = Math.min(1, Math.max(0, part)) * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(at));
  const rgb = [0, 1, 2].map((c) => Math.round(stops[i]![c]! + (at - i) * (stops[i + 1]![c]! - stops[i]![c]!)));
  return `rgb(${rgb.join(",")})`;
}
