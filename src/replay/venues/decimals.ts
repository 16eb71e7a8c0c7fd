/** Decimal numbers as the younger venues write them: no zeros at the end, never an exponent. */

/** @param decimals places at most, 0 to 20 */
export function trimmed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
