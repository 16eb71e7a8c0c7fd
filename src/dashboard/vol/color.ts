/** Volatility as colour: dark blue is low, yellow is high, even in grey and for colour-blind readers (after viridis). Pure. */

type Rgb = readonly [red: number, green: number, blue: number];

const STOPS: readonly Rgb[] = [
  [57, 42, 126],
  [51, 84, 141],
  [38, 118, 142],
  [30, 150, 138],
  [64, 181, 112],
  [145, 210, 63],
  [240, 226, 52],
];

/** @param share 0 … 1; beyond the ends the end's colour @param light brightness, 1 is the colour itself */
export function rampColor(share: number, light = 1): string {
  const at = Math.min(1, Math.max(0, share)) * (STOPS.length - 1);
  const low = Math.min(STOPS.length - 2, Math.floor(at));
  const part = at - low;
  const [from, to] = [STOPS[low]!, STOPS[low + 1]!];
  const mix = (i: 0 | 1 | 2): number => Math.round(Math.min(255, (from[i] + part * (to[i] - from[i])) * light));
  return `rgb(${mix(0)} ${mix(1)} ${mix(2)})`;
}
