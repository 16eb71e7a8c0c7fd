/** What Bybit's paths and boards are divided into. */
const BYBIT_CATEGORIES = ["spot", "linear", "inverse", "option"] as const;
export type BybitCategory = (typeof BYBIT_CATEGORIES)[number];

export function isBybitCategory(text: string): text is BybitCategory {
  return (BYBIT_CATEGORIES as readonly string[]).includes(text);
}
