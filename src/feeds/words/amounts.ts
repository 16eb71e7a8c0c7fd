/** Numbers of a definition as people say them. */
import { comparisonOf } from "../comparison.ts";
import type { DistanceText, FeedKind } from "../definition.ts";

const UNITS: readonly (readonly [ms: number, one: string, many: string])[] = [
  [86_400_000, "day", "days"],
  [3_600_000, "hour", "hours"],
  [60_000, "minute", "minutes"],
  [1_000, "second", "seconds"],
];

/** `15 seconds`, `25 hours`, `1500 ms`: the largest unit of which it is a whole number. */
export function durationText(ms: number): string {
  for (const [unit, one, many] of UNITS) {
    if (ms >= unit && ms % unit === 0) return `${ms / unit} ${ms === unit ? one : many}`;
  }
  return `${ms} ms`;
}

/** `0.5 %` of 50 basis points. */
export function percentText(bps: number): string {
  return `${Number((bps / 100).toPrecision(6))} %`;
}

/** `1 vol point` of 100 hundredths. */
export function volPointsText(hundredths: number): string {
  const points = Number((hundredths / 100).toPrecision(6));
  return `${points} vol point${points === 1 ? "" : "s"}`;
}

/** `10 bps (0.1 %)`, `0.005 (0.5 vol points)`. */
export function distanceText(distance: DistanceText, kind: FeedKind): string {
  if (distance.type === "relative") return `${percentText(distance.bps)} (${distance.bps} bps)`;
  const comparison = comparisonOf(kind);
  if (comparison.type === "relative") return distance.amount;
  return `${distance.amount} (${Number((Number(distance.amount) * comparison.scale).toPrecision(6))} ${comparison.unit})`;
}
