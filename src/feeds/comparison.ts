/** In which unit two values of one kind of feed are compared, for backtests and for people. */
import { unreachable } from "../base/errors.ts";
import type { FeedKind } from "./definition.ts";

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
