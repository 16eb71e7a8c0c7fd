/** Numbers of a definition as people say them. */
import { unreachable } from "../../base/errors.ts";
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

/** In which terms two values of a feed are compared; `scale` turns the difference of two values into that unit. */
export type Comparison =
  | { readonly type: "relative"; readonly unit: "bps" }
  | { readonly type: "absolute"; readonly unit: "vol points" | "percentage points" | "bps"; readonly scale: number };

/** Prices are compared in basis points of each other, volatilities in points, rates in percentage points. */
export function comparisonOf(kind: FeedKind): Comparison {
  switch (kind) {
    case "spot-index":
    case "forward":
    case "settlement":
      return { type: "relative", unit: "bps" };
    case "iv-atm":
    case "skew-25d":
    case "vol-index":
    case "vol-surface":
    case "realised-vol":
      return { type: "absolute", unit: "vol points", scale: 100 };
    case "rate":
      return { type: "absolute", unit: "percentage points", scale: 100 };
    case "funding-8h":
      return { type: "absolute", unit: "bps", scale: 10_000 };
    default:
      return unreachable(kind);
  }
}

/** How far `value` is from `reference` in the unit of the comparison, with its sign. @param reference not 0 if relative */
export function difference(comparison: Comparison, reference: number, value: number): number {
  return comparison.type === "relative" ? (value / reference - 1) * 10_000 : (value - reference) * comparison.scale;
}

/** `10 bps (0.1 %)`, `0.005 (0.5 vol points)`. */
export function distanceText(distance: DistanceText, kind: FeedKind): string {
  if (distance.type === "relative") return `${percentText(distance.bps)} (${distance.bps} bps)`;
  const comparison = comparisonOf(kind);
  if (comparison.type === "relative") return distance.amount;
  return `${distance.amount} (${Number((Number(distance.amount) * comparison.scale).toPrecision(6))} ${comparison.unit})`;
}
