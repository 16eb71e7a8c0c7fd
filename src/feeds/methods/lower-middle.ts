/**
 * sorted[floor((m - 1)/2)]: a price that somebody quotes, never a mean of two. With an even count the mean would publish a
 * number nobody quotes and let a liar beside the middle pull it by half of any lie; this way one liar among the books can
 * only choose between two neighbouring honest prices, and the higher of them is at most the honest median.
 */
export function lowerMiddle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
