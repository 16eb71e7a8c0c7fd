/**
 * Which sources are too far from the others, with hysteresis: out beyond one distance, back only within a shorter one, so
 * that a source at the edge does not come and go with every tick. Source: CF Benchmarks' "potentially erroneous data" rule
 * for real-time indices (out beyond the parameter, back below half of it).
 */
import { type Weighted, weightedLowerMedian } from "./weighted-median.ts";

export type Named = Weighted & { readonly source: string };

export type OutlierRules = { readonly outlierBps: number; readonly readmitBps: number };

export function apartBps(value: number, reference: number): number {
  return Math.abs(value / reference - 1) * 10_000;
}

/**
 * @param candidates every source with a usable price, those that are out included: the centre is theirs all, so that it
 *                   does not depend on what was out before
 * @param wasOut     the sources that were out last time
 * @returns the sources that are out now. One without a price keeps its state. Asking twice gives the same answer.
 */
export function outliersOf(
  candidates: readonly Named[],
  wasOut: ReadonlySet<string>,
  rules: OutlierRules,
): ReadonlySet<string> {
  const centre = weightedLowerMedian(candidates);
  const out = new Set(wasOut);
  for (const candidate of candidates) {
    const { source, price } = candidate;
    if (!wasOut.has(source)) {
      if (apartBps(price, centre) > rules.outlierBps) out.add(source);
      continue;
    }
    const others = weightedLowerMedian(candidates.filter((other) => other !== candidate));
    if (apartBps(price, others) <= rules.readmitBps) out.delete(source);
  }
  return out;
}
