/**
 * The weighted mean of prices that were first moved to within a cap of a centre: smoother than a median, and bounded,
 * which a mean is not. Source: Deribit, "New Deribit index" (December 2019) and its present "Index Prices" page.
 *
 * Bounds, tested in test/feeds/methods/capped-mean.test.ts. With a centre between two honest prices the result lies
 * between the lowest honest price less the cap and the highest plus the cap, whatever the others say. Where the honest
 * agree, a share s of the weight moves it by s · cap at most.
 */
import type { Weighted } from "./weighted-median.ts";

export type CappedMean<T> = {
  readonly mean: number;
  /** In the order given; `counted` is the price after the cap, `share` the part of the whole weight. */
  readonly parts: readonly { readonly item: T; readonly counted: number; readonly share: number }[];
};

/**
 * @param items  at least one, weights > 0
 * @param centre what the cap is measured from, > 0
 * @param capBps basis points of the centre
 */
export function cappedMean<T extends Weighted>(items: readonly T[], centre: number, capBps: number): CappedMean<T> {
  const reach = (centre * capBps) / 10_000;
  // Summed by price, so that the order of the list does not change a bit.
  const order = [...items].sort((a, b) => a.price - b.price || a.weight - b.weight);
  let total = 0;
  for (const { weight } of order) total += weight;
  const capped = ({ price }: Weighted): number => Math.min(centre + reach, Math.max(centre - reach, price));
  let away = 0;
  for (const item of order) away += (item.weight / total) * (capped(item) - centre);
  return {
    mean: centre + away,
    parts: items.map((item) => ({ item, counted: capped(item), share: item.weight / total })),
  };
}
