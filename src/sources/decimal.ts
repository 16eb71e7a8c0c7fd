/** Numbers as venues write them, read strictly: what is not plainly a number is not turned into one. */

/** JSON's own number grammar. Thus no "", " 1", "0x10", "1_000", "NaN", "Infinity", ".5". */
const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;
const DECIMAL_MAX_CHARS = 40;

/** @returns null when the text is not a plain decimal, or too large for a double */
export function parseDecimal(text: string): number | null {
  if (text.length > DECIMAL_MAX_CHARS || !DECIMAL.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** JSON numbers such as 1e999 parse to Infinity, hence the check. */
export function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
