/** The path of a sparkline. Pure. */
import type { HistoryPoint } from "../api/view.ts";

export const SPARK_WIDTH = 120;
export const SPARK_HEIGHT = 28;
/** More points than pixels help nobody. */
const POINTS_MAX = 120;
const PAD = 2;

/**
 * Lowest to highest value fill the box; a round without an agreed value breaks the line.
 * @param points ascending in time
 */
export function sparkPath(points: readonly HistoryPoint[], sinceMs: number, untilMs: number): string {
  const inside = points.filter(({ timeMs }) => timeMs >= sinceMs && timeMs <= untilMs);
  const step = Math.max(1, Math.ceil(inside.length / POINTS_MAX));
  // The last point always shows, and so does every break.
  const kept = inside.filter(({ value }, i) => value === null || (inside.length - 1 - i) % step === 0);
  const values = kept.flatMap(({ value, status }) => (value === null || status !== "ok" ? [] : Number(value)));
  if (values.length < 2) return "";
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // A value that does not move is a line through the middle, not noise blown up.
  const span = high - low || 1;
  const middle = high === low;
  const x = (timeMs: number): string => (((timeMs - sinceMs) / (untilMs - sinceMs)) * SPARK_WIDTH).toFixed(1);
  const y = (value: number): string =>
    (middle ? SPARK_HEIGHT / 2 : SPARK_HEIGHT - PAD - ((value - low) / span) * (SPARK_HEIGHT - 2 * PAD)).toFixed(1);
  let path = "";
  let isOpen = false;
  for (const { timeMs, value, status } of kept) {
    if (value === null || status !== "ok") {
      isOpen = false;
      continue;
    }
    path += `${isOpen ? "L" : "M"}${x(timeMs)},${y(Number(value))}`;
    isOpen = true;
  }
  return path;
}
