/** A middle of weighted numbers that is always one of them. */

export type Weighted = { readonly price: number; readonly weight: number };

/**
 * The smallest price at which at least half of the weight lies at or below it: with equal weights the lower middle. Never
 * a mean of two. Where less than half of the weight lies, the result is between two honest prices: the weight below all
 * honest prices is less than half, and all honest prices together are more than half.
 * @param items weights > 0, prices finite
 * @returns NaN for an empty list
 */
export function weightedLowerMedian(items: readonly Weighted[]): number {
  const sorted = [...items].sort((a, b) => a.price - b.price);
  let total = 0;
  for (const { weight } of sorted) total += weight;
  let seen = 0;
  for (const { price, weight } of sorted) {
    seen += weight;
    if (2 * seen >= total) return price;
  }
  return Number.NaN;
}
